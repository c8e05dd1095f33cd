"""Settings of working a case together."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.core.settings import Section


class TaskSettings(Section):
    """Limits where none is named."""

    model_config = SettingsConfigDict(env_prefix="GRIDCASE_TASK_")

    days: int = Field(default=5, ge=1, le=60, description="Working days for the written result of a task")

"""Settings of supervision."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.core.settings import Section


class SupervisionSettings(Section):
    """Limits where none is named."""

    model_config = SettingsConfigDict(env_prefix="GRIDCASE_SUPERVISION_")

    days: int = Field(default=5, ge=1, le=60, description="Working days to answer a supervision (P20)")

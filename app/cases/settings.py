"""Settings of cases."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.core.settings import Section


class CasesSettings(Section):
    """What is done at a resident's wish, and when the years of a file are over."""

    model_config = SettingsConfigDict(env_prefix="GRIDCASE_CASES_")

    undo_hours: int = Field(
        default=72, ge=1, le=720,
        description="How long a resident undoes what staff recorded as their wish (withdrawn, sent up), in hours",
    )  # fmt: skip
    retention_erases: bool = Field(
        default=True, description="The runner erases an archived case on the day after its years of keeping are over"
    )

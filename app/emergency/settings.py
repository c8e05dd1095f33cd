"""Settings of emergency mode."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.core.settings import Section


class EmergencySettings(Section):
    """How fast and how long."""

    model_config = SettingsConfigDict(env_prefix="GRIDCASE_EMERGENCY_")

    hours: int = Field(default=4, ge=1, le=72, description="Hours to begin handling in an emergency")
    most_days: int = Field(default=30, ge=1, le=180, description="Longest emergency before it is renewed")

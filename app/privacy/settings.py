"""Settings of requests about one's own data."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.core.settings import Section


class PrivacySettings(Section):
    """The law says "in time" (个人信息保护法 45, 46) and names no number of days."""

    model_config = SettingsConfigDict(env_prefix="GRIDCASE_PRIVACY_")

    days: int = Field(default=15, ge=1, le=60, description="Working days to answer a request about one's own data (X1)")
    copy_days: int = Field(default=30, ge=1, le=365, description="Days in which a copy that was granted is fetched")

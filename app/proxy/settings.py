"""Settings of proxy handling."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.core.settings import Section


class ProxySettings(Section):
    """What a proxy owes, and for how long one may be authorised."""

    model_config = SettingsConfigDict(env_prefix="GRIDCASE_PROXY_")

    authority_days: int = Field(
        default=0,
        ge=0,
        le=30,
        description="Working days from the wish for a proxy to the authority; 0: the same day (D1)",
    )
    filing_days: int = Field(default=1, ge=0, le=30, description="Working days until it is filed (D1)")
    pass_on_days: int = Field(default=1, ge=0, le=30, description="Working days to pass a notice on (D2)")
    report_days: int = Field(default=7, ge=1, le=90, description="Days within which a proxy reports back")
    longest_days: int = Field(default=183, ge=1, le=1098, description="Longest period of an authority")

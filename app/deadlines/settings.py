"""Settings of deadlines."""

from pydantic import Field

from app.core.settings import Section, section
from app.deadlines.rules import QuietHours


class QuietSettings(Section):
    """When people are left in peace."""

    quiet_from: int = Field(default=21, ge=12, le=23, description="Local hour from which nothing is sent that can wait")
    quiet_until: int = Field(default=8, ge=0, le=11, description="Local hour at which the quiet hours end")


def quiet_hours() -> QuietHours:
    """The quiet hours of this process's settings."""
    configured = section(QuietSettings)
    return QuietHours(configured.quiet_from, configured.quiet_until)

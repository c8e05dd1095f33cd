"""What deadlines brings."""

from app.core.capability import Capability, changes
from app.deadlines.settings import QuietSettings

DEADLINES = Capability(
    "deadlines",
    settings=QuietSettings,
    append_only=("clock_extension",),
    writes=changes("clock", "open_clock", "running_clock"),
)

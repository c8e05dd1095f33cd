"""What deadlines brings."""

from app.core.capability import Capability
from app.deadlines.settings import QuietSettings

DEADLINES = Capability("deadlines", settings=QuietSettings)

"""What units bring beside the routes."""

from app.core.capability import Capability

UNITS = Capability("units")

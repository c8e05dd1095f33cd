"""What the rules in force bring beside the routes."""

from app.core.capability import Capability

REFERENCE = Capability("reference")

"""What routing brings beside the routes."""

from app.core.capability import Capability

ROUTING = Capability("routing")

"""What cells bring beside the routes."""

from app.core.capability import Capability

GRIDS = Capability("grids")

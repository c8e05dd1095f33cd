"""What areas bring beside the routes."""

from app.core.capability import Capability

TAGS = {
    "map": "Areas, cells, units and categories, and who is responsible at a point.",
}
AREAS = Capability("areas", tags=TAGS)

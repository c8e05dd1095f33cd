"""What figures bring beside the routes."""

from app.core.capability import Capability

TAGS = {
    "figures": "Dashboards and indicators: how cases are handled, of what the caller may see.",
}
ANALYTICS = Capability("analytics", tags=TAGS)

"""What intake brings beside the routes."""

from app.core.capability import Capability

TAGS = {
    "intake": "Bringing a matter: one, or up to 500 at once.",
}
INTAKE = Capability("intake", tags=TAGS)

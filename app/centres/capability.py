"""What centres bring beside the routes."""

from app.core.capability import Capability

TAGS = {
    "centres": "Many centres in one: who is stationed where, hours, windows, rooms, the duty rota, who is on duty now.",
}
CAPABILITY = Capability("centres", tags=TAGS)

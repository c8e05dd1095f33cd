"""What reviews bring beside the routes."""

from app.core.capability import Capability

TAGS = {
    "review": "Going up against an opinion, and asking for a closed case to be taken up again.",
}
REVIEW = Capability("review", tags=TAGS)

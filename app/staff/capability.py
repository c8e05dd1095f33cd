"""What staff brings."""

from app.core.capability import Capability
from app.staff.settings import LoginSettings

TAGS = {
    "staff": "Logging in, who the caller is, who is on duty.",
}
STAFF = Capability("staff", tags=TAGS, settings=LoginSettings)

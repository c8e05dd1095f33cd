"""What staff brings."""

from app.core.capability import Capability
from app.core.roles import LoginRole
from app.staff.settings import LoginSettings

TAGS = {
    "staff": "Logging in, who the caller is, who is on duty.",
}
STAFF = Capability(
    "staff", tags=TAGS, settings=LoginSettings, written_by=LoginRole.ACCOUNTS, secret=("account", "api_key", "ended_session"),
    writes={"account": "update (version)", "ended_session": "insert, delete", "post": "update (staff)"},
)  # fmt: skip

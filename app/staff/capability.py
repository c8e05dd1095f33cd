"""What staff brings."""

from app.core.capability import Capability
from app.staff.settings import LoginSettings

STAFF = Capability("staff", settings=LoginSettings)

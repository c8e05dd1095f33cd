"""What the readers of the log of looks bring: routes alone."""

from app.core.capability import Capability

AUDIT = Capability("audit", tags={"audit": "Who looked at people in clear, for auditors"})

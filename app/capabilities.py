"""Every capability of the product, in one list: `main`, `cli` and `jobs` compose them from here.

A new capability is a folder of `app` with a `capability.py` and a line below; its step on the staircase is in pyproject.toml.
"""

from functools import cache

from app.attachments.capability import ATTACHMENTS
from app.core.capability import Capability
from app.deadlines.capability import DEADLINES
from app.emergency.capability import EMERGENCY
from app.handover.capability import HANDOVER
from app.joint.capability import JOINT
from app.messages.capability import MESSAGES
from app.proxy.capability import PROXY
from app.staff.capability import STAFF
from app.supervision.capability import SUPERVISION

CAPABILITIES: tuple[Capability, ...] = (
    STAFF,
    DEADLINES,
    MESSAGES,
    ATTACHMENTS,
    JOINT,
    PROXY,
    SUPERVISION,
    EMERGENCY,
    HANDOVER,
)  # from below, as they stand on the staircase


@cache
def compose() -> tuple[Capability, ...]:
    """Let every capability register what it knows, once a process."""
    for capability in CAPABILITIES:
        capability.register()
    return CAPABILITIES

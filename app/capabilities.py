"""Every capability of the product, in one list: `main`, `cli` and `jobs` compose them from here.

A new capability is a folder of `app` with a `capability.py` and a line below; its step on the staircase is in pyproject.toml.
"""

from functools import cache

from app.attachments.capability import ATTACHMENTS
from app.cases.actions.reactions import Moment, Reaction, set_reactions
from app.cases.capability import CASES
from app.core.capability import Capability
from app.deadlines.capability import DEADLINES
from app.emergency.capability import EMERGENCY
from app.handover.capability import HANDOVER
from app.joint.capability import JOINT
from app.mediation.capability import MEDIATION
from app.messages.capability import MESSAGES
from app.notes.capability import NOTES
from app.proxy.capability import PROXY
from app.staff.capability import STAFF
from app.supervision.capability import SUPERVISION

CAPABILITIES: tuple[Capability, ...] = (
    STAFF,
    DEADLINES,
    MESSAGES,
    CASES,
    ATTACHMENTS,
    JOINT,
    PROXY,
    MEDIATION,
    SUPERVISION,
    EMERGENCY,
    NOTES,
    HANDOVER,
)  # from below, as they stand on the staircase


# Who does what, in this order and in the same transaction, when something happens to a case.
REACTIONS: dict[Moment, tuple[Reaction, ...]] = {
    Moment.ENDED: (),
    Moment.TAKEN_UP: (),
}


@cache
def compose() -> tuple[Capability, ...]:
    """Let every capability register what it knows, once a process."""
    for capability in CAPABILITIES:
        capability.register()
    set_reactions(REACTIONS)
    return CAPABILITIES

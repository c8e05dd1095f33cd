"""Every capability of the product, in one list: `main`, `cli` and `jobs` compose them from here.

A new capability is a folder of `app`, with a `capability.py` where it brings more than routes, and a line below; its step
on the staircase is in pyproject.toml.
"""

from functools import cache

from app.analytics.capability import ANALYTICS
from app.areas.capability import AREAS
from app.attachments.capability import ATTACHMENTS
from app.audit.capability import AUDIT
from app.cases.actions.reactions import Moment, Reaction, set_reactions
from app.cases.capability import CASES
from app.centres.capability import CAPABILITY as CENTRES
from app.checkpoints.capability import CHECKPOINTS
from app.core.capability import Capability, changes
from app.core.roles import APPEND_ONLY, LIKE_SERVICE, SECRET, WRITES, Grants, LoginRole
from app.deadlines.capability import DEADLINES
from app.emergency.capability import EMERGENCY
from app.handover.capability import HANDOVER
from app.intake.capability import INTAKE
from app.joint.actions.tasks import end_with_case, take_up_with_case
from app.joint.capability import JOINT
from app.mediation.capability import MEDIATION
from app.messages.capability import MESSAGES
from app.notes.capability import NOTES
from app.privacy.capability import PRIVACY
from app.proxy.capability import PROXY
from app.reference.capability import REFERENCE
from app.review.capability import REVIEW
from app.staff.capability import STAFF
from app.supervision.capability import SUPERVISION

# From below, as they stand on the staircase.
CAPABILITIES: tuple[Capability, ...] = (
    AREAS,
    Capability("units"),
    STAFF,
    Capability("grids", writes={"cell_worker": "insert, update, delete"}, written_by=LoginRole.ACCOUNTS),
    Capability("routing"),
    DEADLINES,
    REFERENCE,
    MESSAGES,
    CENTRES,
    Capability("notices", writes=changes("notice", "service_record")),
    CASES,
    ATTACHMENTS,
    INTAKE,
    JOINT,
    PROXY,
    MEDIATION,
    SUPERVISION,
    EMERGENCY,
    REVIEW,
    PRIVACY,
    NOTES,
    AUDIT,
    HANDOVER,
    ANALYTICS,
    CHECKPOINTS,
)


# Who does what, in this order and in the same transaction, when something happens to a case.
REACTIONS: dict[Moment, tuple[Reaction, ...]] = {
    Moment.ENDED: (end_with_case,),
    Moment.TAKEN_UP: (take_up_with_case,),
}


def append_only() -> tuple[str, ...]:
    """The tables to which nobody but the owner does more than add; the log of who looked at personal data, and who let them
    look at more, is the floor's own."""
    return (*APPEND_ONLY, *(table for capability in CAPABILITIES for table in capability.append_only))


def grants() -> dict[LoginRole, Grants]:
    """What each login role may do, as the capabilities say of their tables."""
    own = {role: dict(WRITES.get(role, {})) for role in LIKE_SERVICE}
    for one in CAPABILITIES:
        own[one.written_by] |= {**dict.fromkeys(one.append_only, "insert"), **one.writes}
        own[LoginRole.RUNNER] |= one.erases
    secret = frozenset(SECRET).union(*(one.secret for one in CAPABILITIES))
    figures = frozenset[str]().union(*(one.figures for one in CAPABILITIES))
    return {
        role: Grants(
            secret=frozenset() if role is LoginRole.ACCOUNTS else secret, writes=own[LoginRole.SERVICE] | own[role]
        )
        for role in LIKE_SERVICE
    } | {LoginRole.READER: Grants(secret=secret), LoginRole.FIGURES: Grants(reads_all=False, reads=figures)}


@cache
def compose() -> tuple[Capability, ...]:
    """Let every capability register what it knows, once a process."""
    for capability in CAPABILITIES:
        capability.register()
    set_reactions(REACTIONS)
    return CAPABILITIES

"""Who takes over what. Pure."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.access import ROLE_PERMISSIONS, Permission, Post, Role
from app.mediation.rules import MediationState


class Why(StrEnum):
    """For good, or until a day: then somebody covers, and what was begun is finished by who took it over."""

    LEAVES = "leaves"
    ON_LEAVE = "on_leave"


class HeldKind(StrEnum):
    """What a person can hold: the work of a cell, a task offered by name, a resident's authority, the offer of one, the part
    of a mediator, a shift on a centre's duty rota or in an emergency, a seat in a unit."""

    CELL = "cell"
    TASK = "task"
    PROXY = "proxy"
    PROXY_OFFER = "proxy_offer"  # apart: once accepted since the preview, it is another thing
    MEDIATOR = "mediator"
    SHIFT = "shift"
    EMERGENCY_SHIFT = "emergency_shift"
    POST = "post"


class Becomes(StrEnum):
    """What becomes of it."""

    PRIMARY = "primary"  # the cell has a new worker
    COVER = "cover"  # somebody stands in
    TASK = "task"  # somebody else's task, as far as it has come
    SHIFT = "shift"  # somebody else's shift
    TO_LEAD = "to_lead"  # back to the unit that leads the case
    ENDS = "ends"  # an authority: it was given to this person alone
    RECALLED = "recalled"  # an offer: the resident's wish waits for somebody else
    WITHDRAWN = "withdrawn"  # off the rota
    STAYS = "stays"  # over a leave, with the same person
    VACANT = "vacant"  # nobody: it shows in the report of cells, or stands empty


# Who decides about whom. Auditors and administrators have no rank: nobody decides about them alone, nor they about anybody.
RANK = {
    Role.GRID_WORKER: 1, Role.WINDOW_CLERK: 1, Role.HANDLER: 1, Role.MEDIATOR: 1, Role.COORDINATOR: 2, Role.SUPERVISOR: 2,
    Role.DISCIPLINE_OFFICER: 3, Role.ORGAN_HEAD: 3,
}  # fmt: skip
DECIDING = frozenset(role for role in RANK if Permission.STAFF_HANDOVER in ROLE_PERMISSIONS[role])
_UNREACHED = max(RANK.values()) + 1


class Decided(StrEnum):
    """What two persons can decide."""

    HANDOVER = "handover"
    SEAT = "seat"


class Office(StrEnum):
    """From where one of two persons speaks."""

    HEAD = "head"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


def stands_above(seat: Post, post: Post) -> bool:
    """Of the same unit and a higher rank, or of a unit above and no lower rank."""
    if seat.role not in DECIDING or post.role not in RANK:
        return False
    if seat.unit == post.unit:
        return RANK[seat.role] > RANK[post.role]
    return in_line(seat, post) and RANK[seat.role] >= RANK[post.role]


def in_line(over: Post, post: Post) -> bool:
    """Of the same unit, or of one under it."""
    return f"{post.unit_path}.".startswith(f"{over.unit_path}.")


def may_alone(seats: Sequence[Post], posts: Sequence[Post]) -> bool:
    """Above one of the posts; and whatever else the person holds, in other lines too, is of a lower rank."""
    highest = max((RANK[seat.role] for seat in seats if seat.role in DECIDING), default=0)

    def above(post: Post) -> bool:
        return any(stands_above(seat, post) for seat in seats)

    reached = all(above(post) or RANK.get(post.role, _UNREACHED) < highest for post in posts)
    return reached and any(above(post) for post in posts)


def offices(seats: Iterable[Post], posts: Sequence[Post]) -> frozenset[Office]:
    """From where somebody may speak as one of two about these posts: their head, one above, the city's own two."""
    found = set()
    for seat in seats:
        if seat.role is Role.ORGAN_HEAD and any(in_line(seat, post) for post in posts):
            found.add(Office.HEAD)
        elif seat.role in (Role.ADMINISTRATOR, Role.AUDITOR) and seat.tier == "city":
            found.add(Office(seat.role.value))
    return frozenset(found)


def may_together(one: Iterable[Office], other: Collection[Office]) -> bool:
    """Two persons from two offices."""
    return any(mine is not theirs for mine in one for theirs in other)


TAKEN = (Becomes.PRIMARY, Becomes.COVER, Becomes.TASK, Becomes.SHIFT)  # by somebody; the others by nobody


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that a person holds. `state`: primary or cover of a cell, offered or signed of a task, the role of a post, the
    centre of a shift, the emergency of one there, how far a proxy or a mediation is.

    `seen` that whoever hands over sees the case. `free` that the successor may: the matter does not concern them; of a shift,
    that they are of its unit and on no other then.
    """

    kind: HeldKind
    ref: str
    state: str
    case: uuid.UUID | None = None
    number: str | None = None
    until: datetime | None = None
    seen: bool = True
    free: bool = True

    @property
    def key(self) -> str:
        """What the preview is approved by."""
        return f"{self.kind}:{self.ref}"


@dataclass(frozen=True, slots=True)
class Move:
    """Where one thing goes."""

    held: Held
    becomes: Becomes
    to: uuid.UUID | None = None


def plan(held: Iterable[Held], why: Why, to: uuid.UUID | None, *, may_lead_cell: bool) -> list[Move]:
    """Where everything goes. A full-time worker is primary in one cell (一格一人): with one already, or for leave, they cover.

    Whoever does not see a case does not choose who shall: such a task goes back to the lead, and so does one that the
    successor may not know of. What rests on trust in one person goes to nobody: an authority, the part of a mediator.
    """
    moves = []
    for one in held:
        if one.kind is not HeldKind.CELL:
            becomes = _becomes(one, why, taken=to is not None and one.seen and one.free)
            moves.append(Move(one, becomes, to if becomes in TAKEN else None))
        elif to is None:
            moves.append(Move(one, Becomes.VACANT))
        elif one.state == "primary" and why is Why.LEAVES and may_lead_cell:
            moves.append(Move(one, Becomes.PRIMARY, to))
            may_lead_cell = False
        else:
            moves.append(Move(one, Becomes.COVER, to))
    return moves


def _becomes(one: Held, why: Why, *, taken: bool) -> Becomes:
    """All but cells. Over a leave stays what the resident chose, and the care for an agreement: nobody new is assigned then."""
    if one.kind is HeldKind.TASK:
        return Becomes.TASK if taken else Becomes.TO_LEAD
    if one.kind in (HeldKind.SHIFT, HeldKind.EMERGENCY_SHIFT):
        return Becomes.SHIFT if taken else Becomes.WITHDRAWN
    if one.kind is HeldKind.PROXY_OFFER:
        return Becomes.RECALLED
    if one.kind is HeldKind.PROXY:
        return Becomes.ENDS if why is Why.LEAVES else Becomes.STAYS
    if one.kind is HeldKind.MEDIATOR:
        stays = why is Why.ON_LEAVE and one.state == MediationState.AGREED
        return Becomes.STAYS if stays else Becomes.TO_LEAD
    return Becomes.VACANT  # a post


def differences(moves: Sequence[Move], approved: Mapping[str, uuid.UUID | None]) -> dict[str, list[str]]:
    """What changed since the preview that was approved: what came, what went, what would go to somebody else now. What is
    not shown is not compared: it goes by the rule."""
    now = {move.held.key: move.to for move in moves if move.held.seen}
    found = {
        "added": sorted(now.keys() - approved.keys()), "gone": sorted(approved.keys() - now.keys()),
        "changed": sorted(key for key in now.keys() & approved.keys() if now[key] != approved[key]),
    }  # fmt: skip
    return {name: keys for name, keys in found.items() if keys}

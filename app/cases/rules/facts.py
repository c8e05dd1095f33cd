"""What a decision needs to know of a case. Pure."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.cases.rules.standing import Standing
from app.cases.rules.terms import Kind, PetitionClass, Status
from app.core.access import Actor, Permission, Role
from app.core.errors import Words
from app.deadlines.rules import Returns
from app.notices.rules import Notice


@dataclass(frozen=True, slots=True)
class Offer:
    """An open assignment: to a unit, or to one person in it."""

    id: int
    unit: str
    staff: uuid.UUID | None
    part: str
    note: uuid.UUID | None = None  # why it was offered; an offer made at registration has none
    returned: bool = False  # the unit returned it (退单), and waits for the ruling of who sent it


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision needs to know of a case.

    `above` is the centre it may be taken up to, `below` the unit it came up from; `objectable_until` the end of the time
    in which the open offer may be refused, where the procedure has one (XF 23 ¶3); `refused_by` the units that refused it
    before. `superior` is the unit that a dispute over competence waits for; `reporting` that a report upward is due.
    `forbids` are the steps that the procedure rules out, with why. `top` says that no authority of the city may decide this
    review. `asked` that a request to reopen waits; `worked_by` the people who concluded, served or closed the case.
    `returns` is how often the procedure lets it be returned to the dispatcher, `returned_by` who did, once for each time;
    `came_up` that the open offer is to the centre it was taken up to; `ruled_by` the unit that ruled finally that the
    present lead handles it.
    `hearing` is the state of the hearing ahead (scheduled | opened); `linked` the relation of the link to an earlier case.
    `held_by` who put it under legal hold; `standing` who stands how to it.
    `waits` says that words say whom it concerns and nobody has named the unit yet, `concerns` that somebody is named; `namers`
    are the units that name them: above whom it concerns.
    `brought` are the values of the facts that capabilities above register (rules/registry.py), by name.
    """

    id: uuid.UUID
    status: Status
    kind: Kind
    petition_class: PetitionClass | None
    standing: Standing
    version: int
    offers: tuple[Offer, ...] = ()
    notices: tuple[Notice, ...] = ()
    queued: bool = False
    archived: bool = False
    held_by: str | None = None
    extendable_until: datetime | None = None
    above: str | None = None
    below: str | None = None
    objectable_until: datetime | None = None
    refused_by: frozenset[str] = frozenset()
    superior: str | None = None
    reporting: bool = False
    procedure: str = ""
    forbids: Mapping[str, Words] = field(default_factory=dict)
    top: bool = False
    asked: bool = False
    worked_by: frozenset[str] = frozenset()
    hearing: str | None = None
    linked: str | None = None

    returns: Returns | None = None
    returned_by: tuple[str, ...] = ()
    ruled_by: str | None = None
    came_up: bool = False
    waits: bool = False
    concerns: bool = False
    namers: frozenset[str] = frozenset()
    brought: Mapping[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> Status:
        """Its status, as the engine of steps asks for it."""
        return self.status

    @property
    def lead_unit(self) -> str:
        """The unit responsible for it."""
        return self.standing.lead

    @property
    def lead_offer(self) -> Offer | None:
        """The one open offer to lead, if any."""
        return next((offer for offer in self.offers if offer.part == "lead"), None)


def answers(offer: Offer, actor: Actor) -> bool:
    """Whether `actor` may sign for or refuse `offer`: the named person, else a post of the unit with the right."""
    if offer.staff is not None:
        return str(offer.staff) == actor.id
    return any(
        post.unit == offer.unit and post.role is not Role.GRID_WORKER
        for post in actor.posts
        if offer.unit in actor.units_with(Permission.CASE_SIGN)
    )


def own_offer(facts: Facts, actor: Actor) -> Offer | None:
    """The offer that `actor` answers; the lead before a task."""
    mine = [offer for offer in facts.offers if answers(offer, actor)]
    return min(mine, key=lambda offer: (offer.part != "lead", offer.id), default=None)

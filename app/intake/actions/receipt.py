"""What the one who brought a report gets back."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from app.cases.queries.one import forbidden
from app.cases.rules import (
    NO_TIER_ABOVE,
    Facts,
    Kind,
    Offer,
    Part,
    PetitionClass,
    Standing,
    Status,
    available_actions,
)
from app.core.access import Actor
from app.core.rows import part
from app.reference.queries import Reference


class Body(TypedDict, total=False):
    """A receipt as it is stored, and what `show` adds to it. Of an accusation: id, number and status."""

    id: str
    number: str
    status: str
    kind: str
    petition_class: str | None
    procedure: str
    lead_unit: str
    offered_to: str | None
    worker: str | None
    centre: str
    queue: str | None
    areas: dict[str, str | None]
    routing: dict[str, object]
    clocks: list[dict[str, object]]
    query_code: str
    names: dict[str, str]
    available_actions: list[str]
    similar: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one report: `how` is filed | key | id | source; `body` is the first receipt as it was stored."""

    how: str
    body: Body
    query_code: str

    @property
    def replayed(self) -> bool:
        """Whether an earlier request had filed it."""
        return self.how != "filed"

    @property
    def status(self) -> int:
        """201 when filed now, or by the same request before; 200 when another request had brought it."""
        return 201 if self.how in ("filed", "key") else 200


def show(receipt: Receipt, reference: Reference, actor: Actor, language: str, now: datetime) -> Body:
    """The receipt with the reason in words, names beside codes, and the caller's next steps; without the query code, so that
    it may be kept.

    An accusation's says id, number, query code and status, nothing more.
    """
    body: Body = {**receipt.body}
    if "kind" not in body:
        return body
    body["clocks"] = [{k: v for k, v in c.items() if k not in ("level", "next_at")} for c in body["clocks"]]
    rule = str(body["routing"]["rule"])
    if rule in reference.reasons:
        body["routing"] = {**body["routing"], "reason": reference.reasons[rule].say(language)}
    codes = (body["centre"], body["offered_to"], *body["areas"].values())
    body["names"] = {code: reference.names[code] for code in codes if code is not None and code in reference.names}
    body["available_actions"] = available_actions(_facts(body, reference, actor, now), actor, now)
    body["similar"] = f"/v1/cases/{body['id']}/similar"
    return body


def with_code(body: Body, receipt: Receipt) -> Body:
    """What is answered when a matter is filed, and never again: the query code is the resident's."""
    return {**body, "query_code": receipt.query_code} if receipt.how == "filed" else body


@dataclass(frozen=True, slots=True)
class _Filed:
    """What a receipt says of a case, for what may be done with it."""

    id: uuid.UUID
    status: Status
    kind: Kind
    procedure: str
    lead_unit: str
    offered_to: str | None
    worker: uuid.UUID | None
    queue: str | None
    areas: dict[str, str | None]


def _facts(body: Body, reference: Reference, actor: Actor, now: datetime) -> Facts:
    case, offers = part(_Filed, body), []
    if case.offered_to:
        offers.append(Offer(0, case.offered_to, None, "lead"))
    if case.worker and case.kind in (Kind.REQUEST, Kind.EVENT):
        offers.append(Offer(0, case.lead_unit, case.worker, "co"))
    above = [case.areas[tier] for tier in ("township", "county", "city")]
    return Facts(
        id=case.id, status=case.status, kind=case.kind,
        petition_class=PetitionClass(sort) if (sort := body.get("petition_class")) else None,
        standing=_standing(case, offers, reference, actor), version=1, offers=tuple(offers),
        queued=case.queue not in (None, "no_worker", NO_TIER_ABOVE), procedure=case.procedure,
        forbids=forbidden(reference.procedure(case.procedure, now)), top=case.queue == NO_TIER_ABOVE,
        above=reference.centre_above(case.lead_unit, case.areas.values()),
        namers=frozenset({case.lead_unit, *(reference.centres[a] for a in above if a and a in reference.centres)}),
    )  # fmt: skip


def _standing(case: _Filed, offers: list[Offer], reference: Reference, actor: Actor) -> Standing:
    """As the registration left it; who reads the receipt brought the matter."""
    to = (f"staff:{offer.staff}" if offer.staff else f"unit:{offer.unit}" for offer in offers)
    parts = (Part(actor.who, "registrar"), *(Part(grantee, "offer") for grantee in to))
    return Standing(case.lead_unit, reference.above(case.lead_unit, case.areas.values()), parts)

"""Who stands how to what, told a second time: rows of the tables go in, judgements come out. No SQL of the product, none of its
rules: the permissions are those of policy.yaml, the tree of units and areas that of the demo city's files.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.access.sight import READERS_FOR_UNIT, Ledger, Who, line, tier_of, units

HEIGHTS = ("community", "township", "county", "city")
SCOPE = {"case:register", "case:read", "map:read"}  # of the keys of the town: less than the role of a machine has
EVERY, NARROW = "every", "narrow"  # the key that has every scope, and that which has one


@cache
def policy() -> dict[str, Any]:
    """policy.yaml."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("policy.yaml").read_text(encoding="utf-8"))
    return found


@cache
def granted(role: str) -> frozenset[str]:
    """The permissions of a role."""
    return frozenset(policy()["roles"][role].split())


def permissions(who: Who) -> set[str]:
    """All that this caller may ask for."""
    if who.kind == "nobody":
        return set()
    if who.kind == "key":
        scopes = {EVERY: granted("integration"), NARROW: {"case:attach"}}.get(who.id, SCOPE)
        return set(granted("integration")) & scopes
    return {permission for seat in who.seats for permission in granted(seat.role)}


def units_with(who: Who, permission: str) -> set[str]:
    """Where a post of theirs grants it."""
    return {seat.unit for seat in who.seats if permission in granted(seat.role)}


def works_for(who: Who, permission: str) -> set[str]:
    """The same of posts that work for their unit."""
    return {seat.unit for seat in who.seats if seat.role in READERS_FOR_UNIT and permission in granted(seat.role)}


def not_a_worker(who: Who, permission: str) -> set[str]:
    """The same of all but grid workers."""
    return {seat.unit for seat in who.seats if seat.role != "grid_worker" and permission in granted(seat.role)}


def name_of(who: Who) -> str:
    """As records name them."""
    return f"{who.kind}:{who.id}"


@dataclass(frozen=True)
class Offer:
    """An assignment that waits to be signed for."""

    unit: str
    staff: str | None
    part: str
    returned: bool  # and waits for a ruling


@dataclass
class Case:
    """One case as its rows have it."""

    id: str
    lead: str
    accusation: bool
    ledger: Ledger
    places: frozenset[str]  # the areas it lies in, community to city
    queued: bool
    parts: list[tuple[str, str]]  # grantee, part: those that stand
    offers: list[Offer]
    worked_by: set[str]  # staff ids that concluded, served or closed
    tried_by: list[str]  # who recorded the attempts to serve that wait for approval
    concerned: set[str]  # units named as those it concerns
    held_by: str | None = None
    superior: str | None = None

    @property
    def above(self) -> set[str]:
        """Superiors; the centres of its areas that stand no lower; who guides it from a higher tier; the desk where it waits."""
        height = HEIGHTS.index(tier_of(self.lead))
        over = set(line(self.lead))
        over |= {
            u.code for u in units().values()
            if u.kind == "centre" and u.area in self.places and HEIGHTS.index(u.tier) >= max(height, 1)
        }  # fmt: skip
        guides = {grantee.removeprefix("unit:") for grantee, part in self.parts if part == "co"}
        over |= {u for u in guides if u in units() and HEIGHTS.index(tier_of(u)) > height}
        if self.queued:
            over |= {u.code for u in units().values() if u.kind == "intake_desk"}
        return over - {self.lead}

    @property
    def namers(self) -> set[str]:
        """Who names whom it concerns: the lead or a centre of its areas, above all who are named."""
        most = max((HEIGHTS.index(tier_of(unit)) for unit in self.concerned), default=-1)
        top = {"centre", "discipline_desk", "intake_desk"}
        found = set()
        for unit in units().values():
            centre = unit.kind == "centre" and unit.area in self.places and unit.tier != "community"
            free = centre and not self.accusation and not line(unit.code) & self.ledger.barred_units
            mine = unit.code == self.lead
            if ((free or mine) and HEIGHTS.index(unit.tier) > most) or (
                mine and unit.tier == "city" and unit.kind in top
            ):
                found.add(unit.code)
        return found


def leads(who: Who, case: Case, permission: str) -> bool:
    """In the lead unit."""
    return case.lead in works_for(who, permission)


def is_above(who: Who, case: Case, permission: str) -> bool:
    """Over it."""
    return bool(case.above & works_for(who, permission))


def registered(who: Who, case: Case) -> bool:
    """Took it in."""
    return (name_of(who), "registrar") in case.parts


def involved(who: Who, case: Case, permission: str) -> bool:
    """Has a part in it, leads it or stands above."""
    names = {name_of(who)} | {f"unit:{unit}" for unit in works_for(who, permission)}
    names |= {f"post:{seat.id}" for seat in who.seats if permission in granted(seat.role)}
    parts = permission in permissions(who) and any(grantee in names for grantee, _ in case.parts)
    return parts or leads(who, case, permission) or is_above(who, case, permission)


def _lead_or_above(who: Who, case: Case, permission: str) -> bool:
    return leads(who, case, permission) or is_above(who, case, permission)


def _offered(who: Who, case: Case, _: str, action: str = "") -> bool:
    """Whom an offer names; of a unit, who signs for it."""
    for offer in case.offers:
        if (action == "dispute_competence" and offer.part != "lead") or (action == "refuse" and offer.returned):
            continue
        if offer.staff is not None:
            if offer.staff == who.id:
                return True
        elif offer.unit in not_a_worker(who, "case:sign"):
            return True
    return False


def _desk(who: Who, case: Case, permission: str) -> bool:
    apart = all(seat.unit != case.lead for seat in who.seats) and who.id not in case.worked_by
    return apart and not registered(who, case) and involved(who, case, permission)


def _keeper(who: Who, case: Case, permission: str) -> bool:
    return name_of(who) == case.held_by or is_above(who, case, permission)


Stands = Callable[[Who, Case, str], bool]
OF_CASES: Mapping[str, Stands] = {
    "lead": leads,
    "lead_or_above": _lead_or_above,
    "offered": _offered,
    "wish": lambda who, case, p: leads(who, case, p) or registered(who, case),
    "visitor": lambda who, case, p: _lead_or_above(who, case, p) or registered(who, case),
    "involved": involved,
    "keeper": _keeper,
    "decider": lambda who, case, p: _lead_or_above(who, case, p) and who.id not in case.worked_by,
    "approver": lambda who, case, p: _lead_or_above(who, case, p) and any(by != who.id for by in case.tried_by),
    "superior": lambda who, case, p: case.superior in units_with(who, p),
    "namer": lambda who, case, p: bool(case.namers & works_for(who, p)),
    "desk": _desk,
    "lead_as_unit": lambda who, case, p: case.lead in not_a_worker(who, p),
    "lead_by_any_post": lambda who, case, p: case.lead in units_with(who, p),
    "registrar_or_above": lambda who, case, p: registered(who, case) or is_above(who, case, p),
}


def stands(who: Who, case: Case, action: str, permission: str, relation: str) -> bool:
    """Whether they stand to the case as a step of it asks."""
    if relation == "offered":
        return _offered(who, case, permission, action)
    return OF_CASES[relation](who, case, permission)


# --- What hangs on a case: the row of it, and its case


@dataclass
class Thing:
    """A task, a meeting, a proxy … : its kind as the tables of steps name it, its row, and the case."""

    kind: str
    id: str
    row: Mapping[str, Any]
    case: Case
    people: Collection[str] = field(default_factory=tuple)  # mediators
    seats: Collection[str] = field(default_factory=tuple)  # units invited


def thing_stands(who: Who, thing: Thing, action: str, permission: str, relation: str) -> bool:
    """Whether they stand to the thing as a step of it asks."""
    return OF_THINGS[thing.kind, relation](who, thing, action, permission)


def _carries(who: Who, thing: Thing) -> bool:
    return who.kind == "staff" and str(thing.row["staff"]) == who.id


def _arranges(who: Who, thing: Thing, action: str) -> bool:
    concerned = _carries(who, thing) or thing.row["offered_by"] == name_of(who)
    return involved(who, thing.case, "proxy:arrange") and not (action == "authorise" and concerned)


def _mediates(who: Who, thing: Thing) -> bool:
    return who.kind == "staff" and who.id in thing.people


def _issues(who: Who, thing: Thing, permission: str) -> bool:
    of_target = any(seat.unit == thing.row["target_unit"] for seat in who.seats)
    answered = thing.row["answered_by"] == who.id
    return thing.row["issuer_unit"] in units_with(who, permission) and not of_target and not answered


def _attached(who: Who, thing: Thing) -> bool:
    return thing.row["added_by"] == name_of(who) or leads(who, thing.case, "file:hold")


OfThing = Callable[[Who, Thing, str, str], bool]
OF_THINGS: Mapping[tuple[str, str], OfThing] = {
    ("task", "unit"): lambda who, t, _, p: t.row["unit"] in not_a_worker(who, p),
    ("task", "asker"): lambda who, t, _, p: bool({t.row["asked_by_unit"], t.case.lead} & not_a_worker(who, p)),
    ("task", "ruler"): lambda who, t, _, p: t.row["ruler"] in not_a_worker(who, p),
    ("whistle", "caller"): lambda who, t, _, p: t.row["unit"] in not_a_worker(who, p),
    ("meeting", "caller"): lambda who, t, _, p: t.row["unit"] in not_a_worker(who, p),
    ("meeting", "invited"): lambda who, t, _, p: bool(set(t.seats) & not_a_worker(who, "case:sign")),
    ("proxy", "arranger"): lambda who, t, action, _: _arranges(who, t, action),
    ("proxy", "proxy"): lambda who, t, _, __: _carries(who, t),
    ("proxy", "either"): lambda who, t, action, _: _arranges(who, t, action) or _carries(who, t),
    ("mediation", "lead"): lambda who, t, _, __: t.case.lead in units_with(who, "mediation:work"),
    ("mediation", "mediator"): lambda who, t, _, __: _mediates(who, t),
    ("mediation", "lead_or_mediator"): lambda who, t, _, __: (
        t.case.lead in units_with(who, "mediation:work") or _mediates(who, t)
    ),
    ("supervision", "target"): lambda who, t, _, p: t.row["target_unit"] in units_with(who, p),
    ("supervision", "issuer"): lambda who, t, _, p: _issues(who, t, p),
    ("attachment", "involved"): lambda who, t, _, p: involved(who, t.case, p),
    ("attachment", "author_or_head"): lambda who, t, _, __: _attached(who, t),
}


def as_case(row: Mapping[str, Any], now: datetime) -> Case:
    """From the rows of a case (matrix.ROWS)."""
    held = [one for one in row["access"] if one["until"] is None or datetime.fromisoformat(one["until"]) > now]
    names = [one["grantee"] for one in held]
    accusation = row["petition_class"] == "accusation"
    areas = frozenset(filter(None, (row["city"], row["county"], row["township"], row["community"])))
    ledger = Ledger(
        row["kind"], accusation, areas,
        units={n.removeprefix("unit:") for n in names if n.startswith("unit:")},
        posts={n.removeprefix("post:") for n in names if n.startswith("post:")},
        people={n for n in names if n.startswith(("staff:", "key:"))},
        barred_units=set(row["barred_units"] or ()), barred_people={str(one) for one in row["barred_staff"] or ()},
        waits=row["waits_above"], lead=row["lead_unit"],
    )  # fmt: skip
    return Case(
        str(row["id"]), row["lead_unit"], accusation, ledger, areas, row["queue"] is not None,
        [(one["grantee"], one["part"]) for one in held],
        [Offer(one["unit"], one["staff"], one["part"], one["returned_at"] is not None) for one in row["offers"]],
        set(row["worked_by"]), list(row["tried_by"]), set(row["concerned"]), row["held_by"], row["superior"],
    )  # fmt: skip

"""Who may know of what, told a second time from the design's words alone: no SQL, nothing of the application's access code.

A planted case keeps a ledger of the parts that the steps gave and took; `may_see` judges a person against it.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from seeds.hohhot.city import build_city
from tests.cast import member

READERS_FOR_UNIT = {
    "window_clerk", "coordinator", "handler", "mediator", "organ_head", "supervisor", "discipline_officer",
}  # fmt: skip
BLIND = {"auditor", "administrator"}
HEIGHTS = ("community", "township", "county", "city")
SWORN = {"discipline_officer", "coordinator"}


@cache
def units() -> dict[str, Any]:
    """Every unit of the demo city, by its code."""
    return {unit.code: unit for unit in build_city().units}


@cache
def _areas() -> dict[str, Any]:
    return {area.code: area for area in build_city().areas}


@cache
def line(unit: str) -> frozenset[str]:
    """A unit and everything above it."""
    parent = units()[unit].parent
    return frozenset({unit}) | (line(parent) if parent else frozenset())


def tier_of(unit: str) -> str:
    """How high it stands."""
    return str(units()[unit].tier)


@cache
def area_line(area: str) -> frozenset[str]:
    """An area and everything it lies in."""
    parent = _areas()[area].parent
    return frozenset({area}) | (area_line(parent) if parent else frozenset())


@dataclass(frozen=True)
class Seat:
    """A post: what somebody is, where."""

    id: str
    role: str
    unit: str
    area: str


@dataclass(frozen=True)
class Who:
    """Somebody who tries to look: by login, by the seat they hold, by API key, or nobody at all."""

    name: str
    kind: str = "staff"  # staff | key | nobody
    id: str = ""
    home: str = ""
    seats: tuple[Seat, ...] = ()

    @property
    def reads(self) -> bool:
        """Whether this one may read any case at all."""
        return self.kind == "key" or any(seat.role not in BLIND for seat in self.seats)


def cast_member(login: str) -> Who:
    """One of the permanent cast."""
    found = member(login)
    return Who(login, "staff", str(found.staff), found.unit, (Seat(found.post, found.role, found.unit, found.area),))


def seat(post: str) -> Who:
    """Whoever holds a post of the demo city."""
    found = next(p for p in build_city().posts if p.id == post)
    return Who(post, "staff", str(found.staff), found.unit, (Seat(found.id, found.role, found.unit, found.area),))


@dataclass
class Ledger:
    """The parts in one case, as the steps gave and took them, and who must not know."""

    kind: str
    secret: bool
    areas: frozenset[str] = frozenset()
    units: set[str] = field(default_factory=set)
    posts: set[str] = field(default_factory=set)  # an accusation's
    people: set[str] = field(default_factory=set)  # staff:… or key:…
    barred_units: set[str] = field(default_factory=set)
    barred_people: set[str] = field(default_factory=set)
    waits: str | None = None  # words say whom it concerns: for those above this tier alone, and who leads it
    lead: str = ""

    def desk(self, unit: str) -> None:
        """An accusation comes to the sworn posts of a desk."""
        self.posts |= {p.id for p in build_city().posts if p.unit == unit and p.role in SWORN}


def may_see(who: Who, case: Ledger) -> bool:
    """The design, §1 and §9."""
    if not who.reads or _barred(who, case) or _below(who, case):
        return False
    if f"{who.kind}:{who.id}" in case.people or any(seat.id in case.posts for seat in who.seats):
        return True
    if who.kind == "key":
        return False
    if any(seat.role in READERS_FOR_UNIT and seat.unit in case.units for seat in who.seats):
        return True
    open_to_area = case.kind in ("request", "event") and not case.waits
    return open_to_area and any(seat.role not in BLIND and seat.area in case.areas for seat in who.seats)


def _below(who: Who, case: Ledger) -> bool:
    """Nobody has named the unit that words mean: it may be any that had the case in hand, or would have."""
    if case.waits is None or any(seat.unit == case.lead for seat in who.seats):
        return False
    return not any(HEIGHTS.index(_areas()[seat.area].tier) > HEIGHTS.index(case.waits) for seat in who.seats)


def may_audit(who: Who, case: Ledger) -> bool:
    """Whether an auditor is told that somebody looked at it: by id and number, nothing of what it says."""
    return (
        not case.secret
        and not _barred(who, case)
        and any(seat.role == "auditor" and seat.area in case.areas for seat in who.seats)
    )


def _barred(who: Who, case: Ledger) -> bool:
    stands = {unit for seat in who.seats for unit in line(seat.unit)} | (set(line(who.home)) if who.home else set())
    return bool(stands & case.barred_units) or who.id in case.barred_people

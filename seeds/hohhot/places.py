"""The demo city's centres as places: 99 of them with windows, rooms, hours, stationed units, and a rota around a day.

At the city's centre 6 units are resident, 11 rotating and 7 on call, as Hohhot has it; a county's has 5, 10 and 3. Which
units, their days and windows are invented.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from seeds.hohhot.records import City, Unit
from seeds.hohhot.units import INTAKE_DESK, centre_code

MORNING, AFTERNOON = (9 * 60, 12 * 60), (14 * 60 + 30, 17 * 60 + 30)
WEEK = {day: (MORNING, AFTERNOON) for day in range(1, 6)}
SATURDAY = {6: (MORNING,)}
DAYS_BEFORE, DAYS_AFTER = 3, 14
CALL_IN = "拨打该单位值班电话（见窗口值班表）"
RESPOND_MINUTES = 30

_RESIDENT = ("housing", "hrss", "justice")
_ROTATING = (
    "urban", "civil", "health", "education", "transport", "police", "market", "water", "environment", "natural",
    "agriculture",
)  # fmt: skip
_ON_CALL = ("energy", "emergency")
_CALLED_TO_THE_CITY = ("150102", "150103", "150104", "150105", "150121")  # their petition offices
_ROOMS = {
    "city": (("201", "第一调解室", "mediation", 8), ("202", "第二调解室", "mediation", 8), ("203", "第三调解室", "mediation", 12),
             ("204", "听证室", "hearing", 30), ("205", "会商研判室", "meeting", 40), ("206", "接谈室", "talk", 4)),
    "county": (("101", "第一调解室", "mediation", 8), ("102", "第二调解室", "mediation", 10), ("103", "听证室", "hearing", 20),
               ("104", "会商研判室", "meeting", 24), ("105", "接谈室", "talk", 4)),
    "township": (("101", "调解室", "mediation", 8), ("102", "会商室", "meeting", 16)),
}  # fmt: skip
# resident windows, then those that rotating units share
_WINDOWS = {"city": (6, 4), "county": (5, 2), "township": (1, 1)}


@dataclass(frozen=True, slots=True)
class Stationed:
    """A unit at a centre."""

    unit: str
    how: str
    weekdays: tuple[int, ...] = ()
    window: str | None = None

    @property
    def call_in(self) -> str | None:
        """How it is called."""
        return CALL_IN if self.how == "on_call" else None

    @property
    def respond_minutes(self) -> int | None:
        """How soon it comes."""
        return RESPOND_MINUTES if self.how == "on_call" else None


@dataclass(frozen=True, slots=True)
class Place:
    """A centre with everything in it."""

    centre: str
    tier: str
    windows: dict[str, str]
    rooms: tuple[tuple[str, str, str, int], ...]
    units: tuple[Stationed, ...]
    week: dict[int, tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody on duty at a centre from a minute of a day on until another (beyond 1440: the next day)."""

    centre: str
    unit: str
    staff: UUID
    day: date
    opens: int
    closes: int


def build_places(city: City) -> Iterator[Place]:
    """Every centre from the township up, in the order of the units."""
    for number, unit in enumerate(u for u in city.units if u.kind == "centre" and u.tier in _WINDOWS):
        units = tuple({"city": _at_city, "county": _at_county, "township": _at_township}[unit.tier](unit, number))
        week = {**WEEK, **(SATURDAY if unit.tier == "city" else {})}
        yield Place(unit.code, unit.tier, _windows(unit.tier), _ROOMS[unit.tier], units, week)


def _windows(tier: str) -> dict[str, str]:
    resident, shared = _WINDOWS[tier]
    general = 1 if tier == "township" else 2
    names = ["综合受理"] * general + ["常驻单位窗口"] * resident + ["轮驻单位窗口"] * shared
    return {str(number): name for number, name in enumerate(names, 1)}


def _seated(tier: str, resident: list[str], rotating: list[str], on_call: list[str], turn: int) -> Iterator[Stationed]:
    """Windows in order; each rotating unit comes on two days of the week, and the days go round."""
    windows, shared = _WINDOWS[tier]
    first = 2 if tier == "township" else 3
    for number, unit in enumerate(resident):
        yield Stationed(unit, "resident", window=str(first + number % windows))
    for number, unit in enumerate(rotating):
        days = sorted({(number + turn) % 5 + 1, (number + turn + 2) % 5 + 1})
        yield Stationed(unit, "rotating", tuple(days), str(first + windows + number % shared))
    for unit in on_call:
        yield Stationed(unit, "on_call")


def _at_city(centre: Unit, turn: int) -> Iterator[Stationed]:
    own = f"D{centre.area}_"
    resident = [INTAKE_DESK, f"P{centre.area}", f"X{centre.area}", *(own + slug for slug in _RESIDENT)]
    called = [own + slug for slug in _ON_CALL] + [f"P{county}" for county in _CALLED_TO_THE_CITY]
    return _seated("city", resident, [own + slug for slug in _ROTATING], called, turn)


def _at_county(centre: Unit, turn: int) -> Iterator[Stationed]:
    own = f"D{centre.area}_"
    resident = [f"P{centre.area}", *(own + slug for slug in (*_RESIDENT, "civil"))]
    rotating = [own + slug for slug in _ROTATING if slug != "civil"]
    called = [f"X{centre.area}", *(own + slug for slug in _ON_CALL)]
    return _seated("county", resident, rotating, called, turn)


def _at_township(centre: Unit, turn: int) -> Iterator[Stationed]:
    own, county = f"D{centre.area}_", f"D{centre.area[:6]}_"
    resident = [f"M{centre.area}", f"{own}urban", f"{own}civil"]
    return _seated("township", resident, [f"{own}safety", f"{county}justice"], [f"X{centre.area}"], turn)


def build_rota(city: City, as_of: date, counts_as: Callable[[date], int | None]) -> Iterator[Turn]:
    """Who is on duty from three days before `as_of` to two weeks after it; `counts_as` gives a day's weekday, or None.

    A unit rosters its people at the centre of its own area, and whoever is on call at the city's. Nobody twice at once:
    at the window sits a clerk where the unit has one, on call is the handler.
    """
    seats = _seats(city)
    area = {unit.code: unit.area for unit in city.units}
    days = [as_of + timedelta(days=n) for n in range(-DAYS_BEFORE, DAYS_AFTER + 1)]
    worked = [(day, weekday) for day in days if (weekday := counts_as(day)) in WEEK]
    for place in build_places(city):
        for seat in place.units:
            home = centre_code(area[seat.unit]) == place.centre
            if seat.how == "on_call" and place.tier != "township":
                person = seats[seat.unit][0]
                yield from (Turn(place.centre, seat.unit, person, day, 540, 540 + 1440) for day, _ in pairwise(days))
            elif home and seat.how != "on_call":
                person = seats[seat.unit][-1]
                yield from (
                    Turn(place.centre, seat.unit, person, day, MORNING[0], AFTERNOON[1])
                    for day, weekday in worked
                    if seat.how == "resident" or weekday in seat.weekdays
                )  # fmt: skip


def _seats(city: City) -> dict[str, list[UUID]]:
    """unit → its people below the head, in the order of their posts: handlers come before window clerks."""
    found: dict[str, list[UUID]] = {}
    for post in city.posts:
        if post.role not in ("organ_head", "grid_worker"):
            found.setdefault(post.unit, []).append(post.staff)
    return found

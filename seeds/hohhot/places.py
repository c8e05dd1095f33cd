"""The demo city's centres as places: 99 of them with windows, rooms, hours, stationed units (units.yaml says which), and a
rota around a day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from app.centres.actions.load import PlaceRow, RoomRow, Seat
from app.centres.rules import RoomKind, Stationing
from seeds.hohhot.records import City
from seeds.hohhot.units import TABLES, centre_code

MORNING, AFTERNOON = (9 * 60, 12 * 60), (14 * 60 + 30, 17 * 60 + 30)
WEEK = {day: (MORNING, AFTERNOON) for day in range(1, 6)}
SATURDAY = {6: (MORNING,)}
DAYS_BEFORE, DAYS_AFTER = 3, 14
CALL_IN = "拨打该单位值班电话（见窗口值班表）"
RESPOND_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody on duty at a centre from a minute of a day on until another (beyond 1440: the next day)."""

    centre: str
    unit: str
    staff: UUID
    day: date
    opens: int
    closes: int


def build_places(city: City) -> Iterator[PlaceRow]:
    """Every centre from the township up, in the order of the units."""
    centres = [unit for unit in city.units if unit.kind == "centre" and unit.tier in TABLES["centres"]]
    for number, unit in enumerate(centres):
        has = TABLES["centres"][unit.tier]
        names = (
            ["综合受理"] * has["general_windows"] + ["常驻单位窗口"] * has["windows"] + ["轮驻单位窗口"] * has["shared"]
        )
        windows = {str(number): name for number, name in enumerate(names, 1)}
        rooms = tuple(RoomRow(**{**room, "kind": RoomKind(room["kind"])}) for room in has["rooms"])
        week = {**WEEK, **(SATURDAY if unit.tier == "city" else {})}
        yield PlaceRow(unit.code, windows, rooms, tuple(_stationed(has, unit.area, number)), week)


def _stationed(has: Any, area: str, turn: int) -> Iterator[Seat]:
    """Windows in order; each rotating unit comes on two days of the week, and the days go round."""
    resident, rotating, on_call = (
        [unit.format(area=area, county=area[:6]) for unit in has[how]] for how in ("resident", "rotating", "on_call")
    )
    first, windows = has["general_windows"] + 1, has["windows"]
    for number, unit in enumerate(resident):
        yield Seat(unit, Stationing.RESIDENT, window=str(first + number % windows))
    for number, unit in enumerate(rotating):
        days = sorted({(number + turn) % 5 + 1, (number + turn + 2) % 5 + 1})
        yield Seat(unit, Stationing.ROTATING, tuple(days), str(first + windows + number % has["shared"]))
    for unit in on_call:
        yield Seat(unit, Stationing.ON_CALL, call_in=CALL_IN, respond_minutes=RESPOND_MINUTES)


def build_rota(city: City, as_of: date, counts_as: Callable[[date], int | None]) -> Iterator[Turn]:
    """Who is on duty from three days before `as_of` to two weeks after it; `counts_as` gives a day's weekday, or None.

    A unit rosters its people at the centre of its own area, and whoever is on call at the city's. Nobody twice at once:
    at the window sits a clerk where the unit has one, on call is the handler.
    """
    seats = _seats(city)
    units = {unit.code: unit for unit in city.units}
    days = [as_of + timedelta(days=n) for n in range(-DAYS_BEFORE, DAYS_AFTER + 1)]
    worked = [(day, weekday) for day in days if (weekday := counts_as(day)) in WEEK]
    for place in build_places(city):
        for seat in place.seats:
            home = centre_code(units[seat.unit].area) == place.centre
            if seat.how is Stationing.ON_CALL and units[place.centre].tier != "township":
                person = seats[seat.unit][0]
                yield from (Turn(place.centre, seat.unit, person, day, 540, 540 + 1440) for day, _ in pairwise(days))
            elif home and seat.how is not Stationing.ON_CALL:
                person = seats[seat.unit][-1]
                yield from (
                    Turn(place.centre, seat.unit, person, day, MORNING[0], AFTERNOON[1])
                    for day, weekday in worked
                    if seat.how is Stationing.RESIDENT or weekday in seat.weekdays
                )  # fmt: skip


def _seats(city: City) -> dict[str, list[UUID]]:
    """unit → its people below the head, in the order of their posts: handlers come before window clerks."""
    found: dict[str, list[UUID]] = {}
    for post in city.posts:
        if post.role not in ("organ_head", "grid_worker"):
            found.setdefault(post.unit, []).append(post.staff)
    return found

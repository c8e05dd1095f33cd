"""The demo city's centres as places: 99 of them with windows, rooms, hours, stationed units (units.yaml says which), and a
rota around a day."""

from collections.abc import Iterator
from datetime import date, timedelta, tzinfo
from itertools import pairwise
from typing import Any
from uuid import UUID

from app.centres.actions.load import PlaceRow, RoomRow, Seat
from app.centres.actions.rota import Plan
from app.centres.rules import Period, RoomKind, Stationing, instant, weekday_of
from app.deadlines.rules import Calendar
from seeds.hohhot.records import City
from seeds.hohhot.units import TABLES, centre_code

MORNING, AFTERNOON = (9 * 60, 12 * 60), (14 * 60 + 30, 17 * 60 + 30)
WEEK = {day: (MORNING, AFTERNOON) for day in range(1, 6)}
SATURDAY = {6: (MORNING,)}
DAYS_BEFORE, DAYS_AFTER = 3, 14
CALL_IN = "拨打该单位值班电话（见窗口值班表）"
RESPOND_MINUTES = 30


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


def build_rota(city: City, as_of: date, calendar: Calendar, tz: tzinfo) -> Iterator[tuple[str, Plan]]:
    """Centre by centre who is on duty from three days before `as_of` to two weeks after it.

    A unit rosters its people at the centre of its own area, and whoever is on call at the city's. Nobody twice at once:
    at the window sits a clerk where the unit has one, on call is the handler.
    """
    seats = _seats(city)
    units = {unit.code: unit for unit in city.units}
    days = [as_of + timedelta(days=n) for n in range(-DAYS_BEFORE, DAYS_AFTER + 1)]
    worked = [(day, weekday) for day in days if (weekday := weekday_of(day, calendar, WEEK)) in WEEK]
    for place in build_places(city):
        for seat in place.seats:
            home = centre_code(units[seat.unit].area) == place.centre
            if seat.how is Stationing.ON_CALL and units[place.centre].tier != "township":
                person = seats[seat.unit][0]
                for day, following in pairwise(days):
                    yield (
                        place.centre,
                        Plan(seat.unit, person, Period(instant(day, 540, tz), instant(following, 540, tz))),
                    )
            elif home and seat.how is not Stationing.ON_CALL:
                person = seats[seat.unit][-1]
                for day, weekday in worked:
                    if seat.how is Stationing.RESIDENT or weekday in seat.weekdays:
                        period = Period(instant(day, MORNING[0], tz), instant(day, AFTERNOON[1], tz))
                        yield place.centre, Plan(seat.unit, person, period)


def _seats(city: City) -> dict[str, list[UUID]]:
    """unit → its people below the head, in the order of their posts: handlers come before window clerks."""
    found: dict[str, list[UUID]] = {}
    for post in city.posts:
        if post.role not in ("organ_head", "grid_worker"):
            found.setdefault(post.unit, []).append(post.staff)
    return found

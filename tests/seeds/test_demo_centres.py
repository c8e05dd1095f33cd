"""The demo city's centres as places: 99 of them, stationed as Hohhot has it, with a rota in which nobody is twice."""

import asyncio
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from typing import Any

from app.centres.rules import weekday_of
from app.core.database import connect
from seeds import load
from seeds.hohhot.city import build_city
from seeds.hohhot.places import WEEK, build_places, build_rota
from seeds.reference.load import read_calendar

AS_OF = date(2026, 9, 22)  # its weeks hold a Sunday that is worked, and two holidays
CHINA = read_calendar("china")
TURNS = list(build_rota(build_city(), AS_OF, lambda day: weekday_of(day, CHINA, WEEK)))


def test_every_centre_from_the_township_up_is_a_place() -> None:
    places, units = list(build_places(build_city())), {u.code: u.tier for u in build_city().units}
    assert Counter(units[place.centre] for place in places) == {"city": 1, "county": 9, "township": 89}
    wanted = {"city": (6, 11, 7), "county": (5, 10, 3), "township": (3, 2, 1)}
    for place in places:
        counted = Counter(unit.how.value for unit in place.seats)
        assert tuple(counted[how] for how in ("resident", "rotating", "on_call")) == wanted[units[place.centre]]
        assert len({unit.unit for unit in place.seats}) == len(place.seats)
        assert {unit.unit for unit in place.seats} <= units.keys()
        assert {unit.window for unit in place.seats} - {None} <= place.windows.keys()
        assert all(unit.weekdays for unit in place.seats if unit.how == "rotating")


def test_nobody_is_on_two_shifts_at_once() -> None:
    busy: dict[Any, list[tuple[int, int]]] = defaultdict(list)
    for turn in TURNS:
        day = turn.day.toordinal() * 1440
        busy[turn.staff].append((day + turn.opens, day + turn.closes))
    for spans in busy.values():
        spans.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert len(TURNS) > 3_000
    assert {t.unit for t in TURNS if t.centre == "C150100"} == {
        u.unit for p in build_places(build_city()) if p.centre == "C150100" for u in p.seats
    }


def test_people_sit_at_windows_on_working_days_alone() -> None:
    days = {turn.day for turn in TURNS if turn.closes <= 1440}
    assert date(2026, 9, 20) in days, "a Sunday worked for National Day"
    assert not {date(2026, 9, 25), date(2026, 10, 1), date(2026, 9, 27)} & days
    assert list(TURNS) == list(build_rota(build_city(), AS_OF, lambda day: weekday_of(day, CHINA, WEEK)))


def test_the_rota_fits_the_tables(database: str) -> None:
    async def work() -> Any:
        conn = await connect("hohhot", "owner")
        try:
            transaction = conn.transaction()
            await transaction.start()
            await load.load_demo_rota(conn, load.read_profile(load.PROFILES["hohhot"]), as_of=AS_OF)
            kept = await conn.fetchval("select count(*) from duty_shift where set_by = 'system'")
            await transaction.rollback()
        finally:
            await conn.close()
        return kept

    assert asyncio.run(work()) == len(TURNS)

"""The demo city's centres as places: 99 of them, stationed as Hohhot has it, with a rota in which nobody is twice."""

import asyncio
from collections import Counter, defaultdict
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from app.core.database import connect
from seeds import load
from seeds.hohhot.city import build_city
from seeds.hohhot.places import build_places, build_rota
from seeds.reference.load import read_calendar
from seeds.year.time import LOCAL

AS_OF = date(2026, 9, 22)  # its weeks hold a Sunday that is worked, and two holidays
CHINA = read_calendar("china")
TURNS = list(build_rota(build_city(), AS_OF, CHINA, LOCAL))


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
    busy: dict[Any, list[tuple[datetime, datetime]]] = defaultdict(list)
    for _, plan in TURNS:
        busy[plan.staff].append((plan.period.since, plan.period.until))
    for spans in busy.values():
        spans.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert len(TURNS) > 3_000
    assert {plan.unit for centre, plan in TURNS if centre == "C150100"} == {
        u.unit for p in build_places(build_city()) if p.centre == "C150100" for u in p.seats
    }


def test_people_sit_at_windows_on_working_days_alone() -> None:
    spans = [
        (plan.period.since.astimezone(LOCAL).date(), plan.period.until.astimezone(LOCAL).date()) for _, plan in TURNS
    ]
    days = {first for first, last in spans if first == last}
    assert date(2026, 9, 20) in days, "a Sunday worked for National Day"
    assert not {date(2026, 9, 25), date(2026, 10, 1), date(2026, 9, 27)} & days
    assert list(TURNS) == list(build_rota(build_city(), AS_OF, CHINA, LOCAL))


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

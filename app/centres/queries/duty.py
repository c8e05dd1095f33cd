"""Who is on duty, the rota, and which units could take a matter now."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from app.centres.queries.places import HOLDS, Centre, hours_around, list_stations
from app.centres.rules import DutyState, Hours, Stationing, duty_state, opening_at, weekday_of
from app.centres.schemas.shown import AnswersFor, CentreShiftOut, OnShift, Stationed
from app.core.database import Connection
from app.core.rows import Mark, fetch_all
from app.reference.queries import Reference


@dataclass(frozen=True, slots=True)
class Duty:
    """A unit, whether it is there, and who of it is on a shift."""

    station: Stationed
    state: DutyState
    people: list[OnShift]


async def list_duty(conn: Connection, centre: Centre, at: datetime, reference: Reference) -> tuple[bool, list[Duty]]:
    """Whether the centre is open at `at`, and each unit there, its own people first, as resident there."""
    tz = reference.city.tz
    hours = (await hours_around(conn, [centre.code], at.astimezone(tz).date())).get(centre.code, Hours())
    opening = opening_at(at, hours, reference.calendar, tz)
    day = opening.day if opening else at.astimezone(tz).date()
    weekday = weekday_of(day, reference.calendar, hours.on(day))
    people = await _on_shift(conn, centre.code, at)
    own = Stationed(centre.code, centre.name, Stationing.RESIDENT, [], None, None, None)
    items = []
    for station in (own, *await list_stations(conn, centre.code, at)):
        there = people[station.unit]
        state = duty_state(
            station.how, open_now=opening is not None, weekday=weekday, weekdays=station.weekdays,
            rostered=bool(there),
        )  # fmt: skip
        items.append(Duty(station, state, there))
    return opening is not None, items


async def _on_shift(conn: Connection, centre: str, at: datetime) -> dict[str, list[OnShift]]:
    """unit → who of it is on a shift, at which of the windows that stand."""
    people: dict[str, list[OnShift]] = defaultdict(list)
    for shift in await fetch_all(
        conn, CentreShiftOut,
        "select d.id, d.unit, d.staff, s.name, w.code as window, lower(d.period) as since, upper(d.period) as until"
        " from duty_shift d join staff s on s.id = d.staff left join service_window w on w.centre = d.centre"
        f" and w.code = d.window_code and w.{HOLDS.format(at='$2')}"
        " where d.centre = $1 and d.period @> $2::timestamptz and d.withdrawn_at is null and s.active"
        " order by d.unit, s.name, d.staff",
        centre, at,
    ):  # fmt: skip
        people[shift.unit].append(shift)
    return people


async def list_shifts(
    conn: Connection, centre: str, *, since: datetime, until: datetime, unit: str | None, after: Mark, limit: int
) -> list[CentreShiftOut]:
    """The rota over a time, in its order."""
    return await fetch_all(
        conn, CentreShiftOut,
        "select d.id, d.unit, d.staff, s.name, d.window_code as window, lower(d.period) as since,"
        " upper(d.period) as until from duty_shift d join staff s on s.id = d.staff"
        " where d.centre = $1 and d.period && tstzrange($2, $3) and d.withdrawn_at is null"
        " and ($4::text is null or d.unit = $4)"
        " and ($5::timestamptz is null or (lower(d.period), d.id) > ($5, $6::uuid))"
        " order by lower(d.period), d.id limit $7",
        centre, since, until, unit, *(after or (None, None)), limit,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Competent:
    """A unit, and what it answers for in a category and area."""

    unit: str
    name: str
    answers_for: list[AnswersFor]


# The routes of a category for an area: a community uses its township's.
_COMPETENT = """
    select r.unit, u.name, jsonb_agg(jsonb_build_object('kind', r.kind, 'petition_class', nullif(r.petition_class, ''),
        'rule', r.rule) order by r.kind, r.petition_class) as answers_for
    from area a join area up on up.path @> a.path join route r on r.area = up.code join unit u on u.code = r.unit
    where a.code = $1 and r.category = $2 and ($3::text is null or r.kind = $3)
    and up.tier = case when a.tier = 'community' then 'township' else a.tier end
    group by r.unit, u.name, u.tier order by tier_rank(u.tier), r.unit
"""


async def list_competent(conn: Connection, area: str, category: str, kind: str | None) -> list[Competent]:
    """The units that answer for a category in an area, the nearest first."""
    return await fetch_all(conn, Competent, _COMPETENT, area, category, kind)


async def stationed_elsewhere(
    conn: Connection, units: Collection[str], centre: str, at: datetime
) -> dict[str, list[str]]:
    """unit → the other centres in which it is stationed, without being on call there."""
    rows = await conn.fetch(
        "select unit, array_agg(centre order by centre) from station where unit = any($1::text[])"
        f" and centre <> $2 and how <> '{Stationing.ON_CALL}' and {HOLDS.format(at='$3')} group by unit",
        list(units), centre, at,
    )  # fmt: skip
    return {unit: centres for unit, centres in rows}

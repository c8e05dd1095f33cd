"""Who is on duty, the rota, and which units could take a matter now."""

import uuid
from collections import defaultdict
from datetime import datetime
from typing import Any

from app.centres.queries.places import HOLDS, hours_around, list_stations, own_people
from app.centres.rules import Hours, Stationing, duty_state, opening_at, weekday_of
from app.core.database import Connection
from app.reference.queries import Reference


async def list_duty(conn: Connection, centre: str, at: datetime, rules: Reference) -> tuple[bool, list[dict[str, Any]]]:
    """Whether the centre is open at `at`, and each unit there, its own people first, with its state and the people on shift."""
    tz = rules.city.tz
    today = at.astimezone(tz).date()
    hours = (await hours_around(conn, [centre], today)).get(centre, Hours())
    opening = opening_at(at, hours, rules.calendar, tz)
    day = opening.day if opening else today
    weekday = weekday_of(day, rules.calendar, hours.on(day))
    people = await _on_shift(conn, centre, at)
    items = []
    for row in [await own_people(conn, centre), *await list_stations(conn, centre, at)]:
        there = people[row["unit"]]
        state = duty_state(
            Stationing(row["how"]), open_now=opening is not None, weekday=weekday, weekdays=row["weekdays"],
            rostered=bool(there),
        )  # fmt: skip
        items.append({**row, "state": state, "people": there})
    return opening is not None, items


async def _on_shift(conn: Connection, centre: str, at: datetime) -> dict[str, list[dict[str, Any]]]:
    rows = await conn.fetch(
        "select d.unit, d.staff, s.name, w.code as window, lower(d.period) as since, upper(d.period) as until"
        " from duty_shift d join staff s on s.id = d.staff left join service_window w on w.centre = d.centre"
        f" and w.code = d.window_code and w.{HOLDS.format(at='$2')}"
        " where d.centre = $1 and d.period @> $2::timestamptz and d.withdrawn_at is null and s.active"
        " order by d.unit, s.name, d.staff",
        centre, at,
    )  # fmt: skip
    people: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        people[row["unit"]].append({name: row[name] for name in ("staff", "name", "window", "since", "until")})
    return people


async def list_shifts(
    conn: Connection, centre: str, *, since: datetime, until: datetime, unit: str | None, after: list[Any] | None, limit: int
) -> list[Any]:  # fmt: skip
    """The rota over a time, in its order."""
    begins, last = (datetime.fromisoformat(after[0]), uuid.UUID(after[1])) if after else (None, None)
    return await conn.fetch(
        "select d.id, d.unit, d.staff, s.name, d.window_code as window, lower(d.period) as since,"
        " upper(d.period) as until from duty_shift d join staff s on s.id = d.staff"
        " where d.centre = $1 and d.period && tstzrange($2, $3) and d.withdrawn_at is null"
        " and ($4::text is null or d.unit = $4) and ($5::timestamptz is null or (lower(d.period), d.id) > ($5, $6))"
        " order by lower(d.period), d.id limit $7",
        centre, since, until, unit, begins, last, limit,
    )  # fmt: skip


# The routes of a category for an area: a community uses its township's. One line for each unit and what it answers for.
_COMPETENT = """
    select r.unit, u.name, u.tier, r.kind, r.petition_class, r.rule
    from area a join area up on up.path @> a.path join route r on r.area = up.code join unit u on u.code = r.unit
    where a.code = $1 and r.category = $2 and ($3::text is null or r.kind = $3)
    and up.tier = case when a.tier = 'community' then 'township' else a.tier end
    order by array_position('{township,county,city}'::text[], u.tier), r.unit, r.kind, r.petition_class
"""


async def list_competent(conn: Connection, area: str, category: str, kind: str | None) -> dict[str, dict[str, Any]]:
    """unit → its name and what it answers for in this category and area."""
    found: dict[str, dict[str, Any]] = {}
    for row in await conn.fetch(_COMPETENT, area, category, kind):
        unit = found.setdefault(row["unit"], {"unit": row["unit"], "name": row["name"], "answers_for": []})
        petition_class = row["petition_class"] or None
        unit["answers_for"].append({"kind": row["kind"], "petition_class": petition_class, "rule": row["rule"]})
    return found


async def stationed_elsewhere(conn: Connection, units: list[str], centre: str, at: datetime) -> dict[str, list[str]]:
    """unit → the other centres in which it is stationed, without being on call there."""
    rows = await conn.fetch(
        f"select unit, array_agg(centre order by centre) as centres from station where unit = any($1::text[])"
        f" and centre <> $2 and how <> '{Stationing.ON_CALL}' and {HOLDS.format(at='$3')} group by unit",
        units, centre, at,
    )  # fmt: skip
    return {row["unit"]: row["centres"] for row in rows}

"""Emergencies, their rota and their record. They name areas, categories and staff, never a case."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from app.core.database import Connection
from app.core.errors import NotFound
from app.core.rows import fetch_all, fetch_one, shown
from app.emergency.rules import Emergency
from app.emergency.schemas import EmergencyItem, EmergencyOut, OnDuty, RecordOut, ShiftOut
from app.reference.queries import Reference

_IS_ON = "e.ended_at is null and e.ends_at > $1::timestamptz"
_ITEM = f"""
    select e.id, e.area, e.category, e.unit, e.switched_on_by, e.reason, e.hours, e.began_at, e.ends_at,
        case when e.ended_at is null and e.ends_at <= $1::timestamptz then e.ends_at else e.ended_at end as ended_at,
        {_IS_ON} as stands, e.version
    from emergency e
"""


async def list_emergencies(
    conn: Connection, *, stands: bool | None, area: str | None, before: uuid.UUID | None, limit: int, now: datetime
) -> list[EmergencyItem]:
    """The newest first; `area` takes those of the areas above and below it too."""
    return await fetch_all(
        conn, EmergencyItem,
        f"{_ITEM} where ($2::boolean is null or ({_IS_ON}) = $2)"
        " and ($3::text is null or exists (select from area a, area b where a.code = e.area and b.code = $3"
        " and (a.path @> b.path or b.path @> a.path))) and ($4::uuid is null or e.id < $4) order by e.id desc limit $5",
        now, stands, area, before, limit,
    )  # fmt: skip


async def get_emergency(conn: Connection, emergency: uuid.UUID, *, now: datetime) -> EmergencyOut:
    """One with its rota and its record; raises NotFound."""
    item = await fetch_one(conn, EmergencyItem, f"{_ITEM} where e.id = $2", now, emergency)
    if item is None:
        raise NotFound
    rota = await fetch_all(
        conn, ShiftOut,
        "select s.day, s.shift, s.staff, p.name, s.unit from emergency_shift s join staff p on p.id = s.staff"
        " where s.emergency = $1 order by s.day, s.shift, s.unit, s.staff",
        emergency,
    )  # fmt: skip
    record = await fetch_all(
        conn, RecordOut, "select at, actor, what, facts from emergency_log where emergency = $1 order by id", emergency
    )
    return shown(EmergencyOut, item, rota=rota, record=record)


@dataclass(frozen=True, slots=True)
class _Locked:
    """One as it stands, locked."""

    area: str
    ends_at: datetime
    is_on: bool
    version: int


async def get_for_change(conn: Connection, emergency: uuid.UUID, reference: Reference, now: datetime) -> Emergency:
    """One for decisions, locked; raises NotFound."""
    statement = f"select e.area, e.ends_at, {_IS_ON} as is_on, e.version from emergency e where e.id = $2 for update"
    found = await fetch_one(conn, _Locked, statement, now, emergency)
    if found is None:
        raise NotFound
    return Emergency(found.area, reference.lines[found.area], found.ends_at, found.is_on, found.version)


async def stands_already(conn: Connection, area: str, category: str | None, now: datetime) -> bool:
    """Whether the very same is on. The lock keeps two heads from switching it on at once."""
    await conn.execute("select pg_advisory_xact_lock(hashtextextended('emergency ' || $1, 0))", area)
    return bool(
        await conn.fetchval(
            f"select exists (select from emergency e where {_IS_ON} and e.area = $2"
            " and e.category is not distinct from $3)",
            now, area, category,
        )
    )  # fmt: skip


async def units_of_staff(conn: Connection, area: str, staff: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """staff → the unit in the area (or beneath it) in which they hold a post."""
    rows = await conn.fetch(
        "select distinct on (p.staff) p.staff, p.unit from post p join staff s on s.id = p.staff and s.active"
        " join unit u on u.code = p.unit join area a on a.code = u.area"
        " where p.staff = any($2::uuid[]) and a.path <@ (select path from area where code = $1) order by p.staff, p.id",
        area, list(staff),
    )  # fmt: skip
    return {person: unit for person, unit in rows}


async def list_shifts(conn: Connection, emergency: uuid.UUID) -> list[OnDuty]:
    """The rota as it stands."""
    return await fetch_all(
        conn, OnDuty, "select day, shift, staff from emergency_shift where emergency = $1", emergency
    )


async def list_to_end(conn: Connection, now: datetime) -> list[uuid.UUID]:
    """Those whose time is over, locked; what another process ends is left out."""
    rows = await conn.fetch(
        "select id from emergency where ended_at is null and ends_at <= $1 for update skip locked", now
    )
    return [found for (found,) in rows]


@dataclass(frozen=True, slots=True)
class Ended:
    """One that is over, and since when."""

    id: uuid.UUID
    ended_at: datetime


async def list_to_lift(conn: Connection) -> list[Ended]:
    """Those ended with limits that still run."""
    return await fetch_all(
        conn, Ended,
        "select e.id, e.ended_at from emergency e where e.ended_at is not null and exists (select from open_clock k"
        " where k.kind = 'emergency' and k.subject = e.id::text)",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """One that is on: which cases it means (`tier` is that of its area), and what it gives them."""

    id: uuid.UUID
    area: str
    tier: str
    category: str | None
    hours: int
    began_at: datetime


async def list_standing(conn: Connection, now: datetime) -> list[Standing]:
    """Those that are on."""
    return await fetch_all(
        conn, Standing,
        "select e.id, e.area, a.tier, e.category, e.hours, e.began_at from emergency e join area a on a.code = e.area"
        f" where {_IS_ON} order by e.id",
        now,
    )  # fmt: skip

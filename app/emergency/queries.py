"""Emergencies, their rota and their record. They name areas, categories and staff, never a case."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from app.core.database import Connection
from app.core.errors import NotFound

_STANDS = "e.ended_at is null and e.ends_at > $1::timestamptz"
_ITEM = """
    select e.id, e.area, e.category, e.unit, e.switched_on_by, e.reason, e.hours, e.began_at, e.ends_at,
        case when e.ended_at is null and e.ends_at <= $1::timestamptz then e.ends_at else e.ended_at end as ended_at,
        e.ended_at is null and e.ends_at > $1::timestamptz as stands, e.version
    from emergency e
"""


async def list_emergencies(
    conn: Connection, *, stands: bool | None, area: str | None, before: uuid.UUID | None, limit: int, now: datetime
) -> list[Any]:
    """The newest first; `area` takes those of the areas above and below it too."""
    return await conn.fetch(
        f"{_ITEM} where ($2::boolean is null or (e.ended_at is null and e.ends_at > $1::timestamptz) = $2)"
        " and ($3::text is null or exists (select from area a, area b where a.code = e.area and b.code = $3"
        " and (a.path @> b.path or b.path @> a.path))) and ($4::uuid is null or e.id < $4) order by e.id desc limit $5",
        now, stands, area, before, limit,
    )  # fmt: skip


async def get_emergency(conn: Connection, emergency: uuid.UUID, *, now: datetime) -> dict[str, Any]:
    """One with its rota and its record; raises NotFound."""
    row = await conn.fetchrow(f"{_ITEM} where e.id = $2", now, emergency)
    if row is None:
        raise NotFound
    rota = await conn.fetch(
        "select s.day, s.shift, s.staff, p.name, s.unit from emergency_shift s join staff p on p.id = s.staff"
        " where s.emergency = $1 order by s.day, s.shift, s.unit, s.staff",
        emergency,
    )
    record = await conn.fetch(
        "select at, actor, what, facts from emergency_log where emergency = $1 order by id", emergency
    )
    return {**dict(row), "rota": [dict(r) for r in rota], "record": [dict(r) for r in record]}


async def stands_already(conn: Connection, area: str, category: str | None, now: datetime) -> bool:
    """Whether the very same is on. The lock keeps two heads from switching it on at once."""
    await conn.execute("select pg_advisory_xact_lock(hashtextextended('emergency ' || $1, 0))", area)
    return bool(
        await conn.fetchval(
            f"select exists (select from emergency e where {_STANDS} and e.area = $2"
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
    return {row["staff"]: row["unit"] for row in rows}


async def list_shifts(conn: Connection, emergency: uuid.UUID) -> list[tuple[Any, ...]]:
    """The rota as it stands: day, half, person."""
    rows = await conn.fetch("select day, shift, staff from emergency_shift where emergency = $1", emergency)
    return [tuple(row) for row in rows]


async def list_to_end(conn: Connection, now: datetime) -> list[Any]:
    """Those whose time is over, locked; what another process ends is left out."""
    return await conn.fetch(
        "select e.id from emergency e where e.ended_at is null and e.ends_at <= $1 for update skip locked", now
    )


async def list_to_lift(conn: Connection) -> list[Any]:
    """Those ended with limits that still run."""
    return await conn.fetch(
        "select e.id, e.ended_at from emergency e where e.ended_at is not null and exists (select from clock k"
        " where k.kind = 'emergency' and k.subject = e.id::text and k.met_at is null and k.stopped_at is null)"
    )


async def list_standing(conn: Connection, now: datetime) -> list[Any]:
    """Those that are on, with the tier of their area."""
    return await conn.fetch(
        "select e.id, e.area, a.tier, e.category, e.hours, e.began_at from emergency e join area a on a.code = e.area"
        f" where {_STANDS} order by e.id",
        now,
    )

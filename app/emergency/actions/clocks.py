"""The faster limits: set on matching cases, taken off when the emergency is over. Set-wise, one event a case.

Only clocks of the kind `emergency` are ever touched: a legal limit, and any limit of a resident's, stays what it was.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.cases.actions.record import record_all
from app.core.database import Connection
from app.emergency.rules import BASIS, RULE
from app.messages.actions import IN_APP
from app.messages.actions.queue import ON_TWICE

BATCH = 1_000

_MATCHES = (
    "c.{tier} = {area} and ({category}::text is null or c.category = {category}"
    " or starts_with(c.category, {category} || '.'))"
)
# Cases nobody has begun to handle, in the area and the category, but for accusations (their desk has its own rules).
# Those in other hands are left for the next round.
_SET = f"""
    with meant as materialized (
        select c.id, c.lead_unit, greatest(c.registered_at, $3::timestamptz) as start,
            date_trunc('second', greatest(c.registered_at, $3::timestamptz) + make_interval(hours => $4, secs => 0.999999))
                as due
        from cases c
        where c.status in ('registered', 'accepted') and c.petition_class is distinct from 'accusation'
            and {{matches}}
            and not exists (select from clock k where k.case_id = c.id and k.kind = 'emergency' and k.subject = $1::text)
        order by c.id limit $6
        for update of c skip locked
    ), clocks as (
        insert into clock (case_id, kind, rule, version, basis, start, due, due_unrolled, owner, subject, next_at)
        select id, 'emergency', $7, 1, $8, start, due, due, 'organ', $1::text, start + (due - start) * 0.75 from meant
    ), announced as (
        {IN_APP} select 'emergency ' || $1::text || ' ' || id, 'unit:' || lead_unit, 'emergency_limit', id,
            jsonb_build_object('hours', $4::int), $9::timestamptz
        from meant {ON_TWICE}
    )
    select id, due from meant order by id
"""
_LIFT = """
    with meant as materialized (
        select c.id, k.id as clock
        from cases c join open_clock k on k.case_id = c.id
        where k.kind = 'emergency' and k.subject = $1::text{strayed}
        order by c.id limit $2
        for update of c skip locked
    ), stopped as (
        update clock k set stopped_at = $3, breached_at = case when $3 > k.due then k.due end from meant m
        where k.id = m.clock
    )
    select id from meant order by id
"""


async def set_clocks(
    conn: Connection, emergency: uuid.UUID, *, tier: str, area: str, category: str | None, hours: int,
    began_at: datetime, now: datetime, actor: str,
) -> int:  # fmt: skip
    """Give at most BATCH matching cases the faster limit, each told to its lead unit; gives how many.

    `tier` is that of the area.
    """
    matches = _MATCHES.format(tier=tier, area="$2", category="$5")
    rows = await conn.fetch(
        _SET.format(matches=matches), str(emergency), area, began_at, hours, category, BATCH, RULE, BASIS, now
    )
    told = [(row["id"], {"emergency": str(emergency), "rule": RULE, "due": row["due"].timestamp()}) for row in rows]
    await record_all(conn, told, "emergency_on", actor=actor, at=now)
    return len(told)


async def lift_clocks(conn: Connection, emergency: uuid.UUID, *, at: datetime, now: datetime, actor: str) -> int:
    """Stop at most BATCH limits that still run, as of `at`; gives how many."""
    rows = await conn.fetch(_LIFT.format(strayed=""), str(emergency), BATCH, at)
    return await _tell_lifted(conn, emergency, rows, now, actor)


async def lift_strayed(
    conn: Connection, emergency: uuid.UUID, *, tier: str, area: str, category: str | None, now: datetime, actor: str
) -> int:  # fmt: skip
    """Stop the limits of cases that were placed or classified anew and match no longer; at most BATCH, gives how many."""
    matches = _MATCHES.format(tier=tier, area="$4", category="$5")
    statement = _LIFT.format(strayed=f" and ({matches}) is not true")
    rows = await conn.fetch(statement, str(emergency), BATCH, now, area, category)
    return await _tell_lifted(conn, emergency, rows, now, actor)


async def _tell_lifted(conn: Connection, emergency: uuid.UUID, rows: Sequence[Any], now: datetime, actor: str) -> int:
    await record_all(
        conn, [(row["id"], {"emergency": str(emergency)}) for row in rows], "emergency_off", actor=actor, at=now
    )
    return len(rows)

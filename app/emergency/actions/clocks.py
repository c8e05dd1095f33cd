"""The faster limits: set on matching cases, taken off when the emergency is over. Set-wise, one event a case.

Only clocks of the kind `emergency` are ever touched: a legal limit, and any limit of a resident's, stays what it was.
"""

import uuid
from datetime import datetime

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
        select c.id, c.lead_unit, c.head_seq + 1 as seq, c.head_hash as prev, greatest(c.registered_at, $3::timestamptz) as start,
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
    ), told as materialized (
        select id, seq, prev, event_body(id, seq, 'emergency_on', $9, $10, jsonb_build_object('set', '{{{{}}}}'::jsonb,
            'emergency', $1::text, 'rule', $7::text, 'due', extract(epoch from due))) as body
        from meant
    ), changed as (
        update cases c set head_seq = t.seq, head_hash = event_hash(t.prev, t.body), updated_at = $9,
            due = least(c.due, m.due)
        from told t join meant m using (id) where c.id = t.id returning c.id, c.head_hash
    ), announced as (
        {IN_APP} select 'emergency ' || $1::text || ' ' || id, 'unit:' || lead_unit, 'emergency_limit', id,
            jsonb_build_object('hours', $4::int), $9::timestamptz
        from meant {ON_TWICE}
    )
    insert into event (case_id, seq, kind, at, actor, body, prev_hash, hash)
    select t.id, t.seq, 'emergency_on', $9, $10, t.body, t.prev, changed.head_hash from told t join changed using (id)
"""
_LIFT = """
    with meant as materialized (
        select c.id, c.head_seq + 1 as seq, c.head_hash as prev
        from cases c join clock k on k.case_id = c.id
        where k.kind = 'emergency' and k.subject = $1::text and k.met_at is null and k.stopped_at is null{strayed}
        order by c.id limit $2
        for update of c skip locked
    ), stopped as (
        update clock k set stopped_at = $3, breached_at = case when $3 > k.due then k.due end from meant m
        where k.case_id = m.id and k.kind = 'emergency' and k.subject = $1::text and k.met_at is null
            and k.stopped_at is null
    ), told as materialized (
        select id, seq, prev, event_body(id, seq, 'emergency_off', $4, $5, jsonb_build_object('set', '{{}}'::jsonb,
            'emergency', $1::text)) as body
        from meant
    ), changed as (
        update cases c set head_seq = t.seq, head_hash = event_hash(t.prev, t.body), updated_at = $4,
            due = coalesce((select min(k.due) from clock k where k.case_id = c.id and k.met_at is null
                and k.stopped_at is null and k.paused_at is null and k.owner = 'organ'
                and not (k.kind = 'emergency' and k.subject = $1::text)), 'infinity')
        from told t where c.id = t.id returning c.id, c.head_hash
    )
    insert into event (case_id, seq, kind, at, actor, body, prev_hash, hash)
    select t.id, t.seq, 'emergency_off', $4, $5, t.body, t.prev, changed.head_hash from told t join changed using (id)
"""


async def set_clocks(
    conn: Connection, emergency: uuid.UUID, *, tier: str, area: str, category: str | None, hours: int,
    began_at: datetime, now: datetime, actor: str,
) -> int:  # fmt: skip
    """Give at most BATCH matching cases the faster limit, each told to its lead unit; gives how many.

    `tier` is that of the area.
    """
    matches = _MATCHES.format(tier=tier, area="$2", category="$5")
    done: str = await conn.execute(
        _SET.format(matches=matches), str(emergency), area, began_at, hours, category, BATCH, RULE, BASIS, now, actor
    )
    return int(done.split()[-1])


async def lift_clocks(conn: Connection, emergency: uuid.UUID, *, at: datetime, now: datetime, actor: str) -> int:
    """Stop at most BATCH limits that still run, as of `at`; gives how many."""
    done: str = await conn.execute(_LIFT.format(strayed=""), str(emergency), BATCH, at, now, actor)
    return int(done.split()[-1])


async def lift_strayed(
    conn: Connection, emergency: uuid.UUID, *, tier: str, area: str, category: str | None, now: datetime, actor: str
) -> int:  # fmt: skip
    """Stop the limits of cases that were placed or classified anew and match no longer; at most BATCH, gives how many."""
    matches = _MATCHES.format(tier=tier, area="$6", category="$7")
    statement = _LIFT.format(strayed=f" and ({matches}) is not true")
    done: str = await conn.execute(statement, str(emergency), BATCH, now, now, actor, area, category)
    return int(done.split()[-1])

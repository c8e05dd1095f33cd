"""What a member of staff holds, who may take it over, and what was handed over before."""

import uuid
from datetime import datetime
from typing import Any

from app.cases.queries.access import visible_to
from app.core.access import Actor, Permission
from app.core.database import Connection, Parameters
from app.handover.rules import Held, HeldKind, Why

_PERSON = """
    select s.id, s.active, s.full_time, u.path::text as path,
        coalesce((select array_agg(p.role) from post p where p.staff = s.id), '{}') as roles,
        exists (select from cell_worker w where w.staff = s.id and w.role = 'primary' and w.during @> $2::timestamptz)
            as has_cell,
        exists (select from unit over where over.code = any($3::text[])
            and (over.path @> u.path or exists (
                select from post p join unit pu on pu.code = p.unit where p.staff = s.id and over.path @> pu.path))) as within
    from staff s join unit u on u.code = s.unit where s.id = $1
"""


async def find_person(conn: Connection, staff: uuid.UUID, *, actor: Actor, now: datetime, lock: bool = False) -> Any:
    """A member of staff with what the rules ask of them; `within`: in a unit that the actor may hand over for, or under one.

    Locked, nothing new can be given to them until the transaction ends.
    """
    if lock:
        await conn.fetchval("select id from staff where id = $1 for update", staff)
    return await conn.fetchrow(_PERSON, staff, now, sorted(actor.units_with(Permission.STAFF_HANDOVER)))


_CELLS = """
    select cell, role, upper(during) as until from cell_worker
    where staff = $1 and (during @> $2::timestamptz or lower(during) > $2) order by cell, role
"""
_POSTS = """
    select p.id, p.role from post p join unit u on u.code = p.unit where p.staff = $1
        and exists (select from unit over where over.code = any($2::text[]) and over.path @> u.path) order by p.id
"""
# `free`: the successor is of the unit of the shift and on no other while it lasts; the constraint has the last word.
_SHIFTS = """
    select d.id, d.centre, not exists (select from duty_shift o where o.staff = $2 and o.withdrawn_at is null
            and o.period && tstzrange(greatest(lower(d.period), $3), upper(d.period))) and exists (
            select from staff s where s.id = $2 and (s.unit = d.unit
                or exists (select from post p where p.staff = s.id and p.unit = d.unit))) as free
    from duty_shift d where d.staff = $1 and d.withdrawn_at is null and upper(d.period) > $3
        and ($4::timestamptz is null or lower(d.period) < $4) order by lower(d.period), d.id
"""
# `free`: the successor holds a post of a unit in its area, as any rota asks, and is not in this shift already.
_EMERGENCY_SHIFTS = """
    select s.emergency, s.day, s.shift, exists (select from post p join staff t on t.id = p.staff and t.active
            join unit u on u.code = p.unit join area a on a.code = u.area
            where p.staff = $2 and a.path <@ (select w.path from area w where w.code = e.area)) and not exists (
            select from emergency_shift o where o.emergency = s.emergency and o.day = s.day and o.shift = s.shift
            and o.staff = $2) as free
    from emergency_shift s join emergency e on e.id = s.emergency, city
    where s.staff = $1 and e.ended_at is null and e.ends_at > $3 and s.day >= ($3 at time zone city.time_zone)::date
        and ($4::timestamptz is null or s.day < ($4 at time zone city.time_zone)::date) order by s.day, s.shift, s.emergency
"""
# What ran out is over, though the runner has not been there yet.
_PROXIES = """
    select case p.state when 'offered' then 'proxy_offer' else 'proxy' end as kind, p.id as ref, p.state, p.case_id, c.number,
        {seen} as seen, true as free
    from proxy p join cases c on c.id = p.case_id
    where p.staff = $1 and p.ended_at is null and (p.state = 'offered' or exists (
        select from proxy_authority a where a.proxy = p.id and a.ended_at is null and a.valid_until > $2)) order by p.id
"""
_MEDIATORS = """
    select 'mediator' as kind, m.mediation as ref, d.state, m.case_id, c.number, {seen} as seen, true as free
    from mediator m join mediation d on d.id = m.mediation join cases c on c.id = m.case_id
    where m.staff = $1 and m.relieved_at is null order by m.id
"""
# `free`: neither the successor nor a unit they stand in, or under, is concerned.
_TASKS = """
    select 'task' as kind, a.id as ref, a.state, a.case_id, c.number, {seen} as seen,
        not coalesce($2::uuid = any(c.barred_staff), false) and not exists (
            select from (
                select u.path from staff s join unit u on u.code = s.unit where s.id = $2
                union all select u.path from post p join unit u on u.code = p.unit where p.staff = $2
            ) stand where c.barred_units @> stand.path) as free
    from assignment a join cases c on c.id = a.case_id
    where a.staff = $1 and a.state in ('offered', 'signed') order by a.id
"""


async def list_held(
    conn: Connection, staff: uuid.UUID, why: Why, until: datetime | None, to: uuid.UUID | None, *, actor: Actor, now: datetime
) -> list[Held]:  # fmt: skip
    """Cells, what they do in cases, shifts (that begin before `until`) and, for one who leaves, the posts of the actor's line."""
    held = [Held(HeldKind.CELL, r["cell"], r["role"], until=r["until"]) for r in await conn.fetch(_CELLS, staff, now)]
    for statement, given in ((_TASKS, [staff, to]), (_PROXIES, [staff, now]), (_MEDIATORS, [staff])):
        parameters = Parameters(given)
        seen = visible_to(actor, parameters)
        held += [_in_a_case(row) for row in await conn.fetch(statement.format(seen=seen), *parameters)]
    shifts = await conn.fetch(_SHIFTS, staff, to, now, until)
    held += [Held(HeldKind.SHIFT, str(row["id"]), row["centre"], free=row["free"]) for row in shifts]
    for row in await conn.fetch(_EMERGENCY_SHIFTS, staff, to, now, until):
        ref, emergency = f"{row['day']}:{row['shift']}:{row['emergency']}", str(row["emergency"])
        held.append(Held(HeldKind.EMERGENCY_SHIFT, ref, emergency, free=row["free"]))
    if why is Why.LEAVES:
        units = sorted(actor.units_with(Permission.STAFF_HANDOVER))
        held += [Held(HeldKind.POST, row["id"], row["role"]) for row in await conn.fetch(_POSTS, staff, units)]
    return held


def _in_a_case(row: Any) -> Held:
    number = row["number"] if row["seen"] else None
    return Held(
        HeldKind(row["kind"]), str(row["ref"]), row["state"], row["case_id"], number, seen=row["seen"], free=row["free"]
    )


_HANDOVERS = """
    select h.id, h.staff, h.why, h.until, h.successor as to, h.made_by, h.made_at,
        (select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'ref', i.ref, 'state', i.state, 'case', c.id,
            'number', c.number, 'becomes', i.becomes, 'to', i.taken_by) order by i.id), '[]')
         from staff_handover_item i left join cases c on c.id = i.case_id and {seen} where i.handover = h.id) as items
    from staff_handover h where h.staff = $1 order by h.made_at desc, h.id desc limit 100
"""


async def list_handovers(conn: Connection, staff: uuid.UUID, *, actor: Actor) -> list[dict[str, Any]]:
    """The latest hundred; cases are named to who sees them."""
    parameters = Parameters([staff])
    seen = visible_to(actor, parameters)
    return [dict(row) for row in await conn.fetch(_HANDOVERS.format(seen=seen), *parameters)]

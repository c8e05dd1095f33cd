"""What a member of staff holds, who may take it over, and what was handed over before."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from app.cases.queries.access import visible_to
from app.core.access import Actor, Post, Role
from app.core.crypto import keys
from app.core.database import Connection, Parameters
from app.core.rows import fetch_all, fetch_one, part
from app.handover.rules import DECIDING, Held, HeldKind, Why
from app.handover.schemas import HandoverOut, SeatGivenOut

_PERSON = """
    select s.active, s.full_time, array(select p.role from post p where p.staff = s.id) as roles,
        exists (select from cell_worker w where w.staff = s.id and w.role = 'primary' and w.during @> $2::timestamptz)
            as has_cell,
        exists (select from unit over where over.code = any($3::text[])
            and (over.path @> u.path or exists (
                select from post p join unit pu on pu.code = p.unit where p.staff = s.id and over.path @> pu.path))) as within
    from staff s join unit u on u.code = s.unit where s.id = $1
"""


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff, as the rules ask; `within`: in a unit where the actor decides, or under one."""

    active: bool
    full_time: bool
    roles: frozenset[Role]
    has_cell: bool
    within: bool


async def find_person(
    conn: Connection, staff: uuid.UUID, *, actor: Actor, now: datetime, lock: bool = False
) -> Person | None:
    """Locked, nothing new can be given to them until the transaction ends."""
    if lock:
        await conn.execute("select hold_staff(array[$1::uuid], true)", staff)
    units = sorted({post.unit for post in actor.posts if post.role in DECIDING})
    return await fetch_one(conn, Person, _PERSON, staff, now, units)


_DECIDING = """
    select p.staff as holder, p.id, p.role, p.unit, u.path::text as unit_path, p.area, a.tier
    from post p join staff s on s.id = p.staff and s.active join unit u on u.code = p.unit join area a on a.code = p.area
    where p.role = any($1::text[]) and p.staff is distinct from $3
        and exists (select from unit below where below.code = any($2::text[]) and u.path @> below.path)
"""
_SEAT = """
    select p.staff as holder, p.id, p.role, p.unit, u.path::text as unit_path, p.area, a.tier
    from post p join unit u on u.code = p.unit join area a on a.code = p.area where p.id = $1 for update of p
"""


@dataclass(frozen=True, slots=True)
class Seat:
    """A post, and who holds it."""

    holder: uuid.UUID | None
    id: str
    role: Role
    unit: str
    unit_path: str
    area: str
    tier: str

    @property
    def post(self) -> Post:
        """The post alone."""
        return part(Post, asdict(self))


async def list_deciding(conn: Connection, posts: Sequence[Post], *, but: uuid.UUID) -> list[list[Post]]:
    """The seats at or above these posts from which somebody decides, of each holder but one."""
    units = sorted({post.unit for post in posts})
    found: dict[uuid.UUID | None, list[Post]] = {}
    for seat in await fetch_all(conn, Seat, _DECIDING, sorted(DECIDING), units, but):
        found.setdefault(seat.holder, []).append(seat.post)
    return [*found.values()]


async def lock_seat(conn: Connection, post: str) -> Seat | None:
    """One seat, locked."""
    return await fetch_one(conn, Seat, _SEAT, post)


_FIRST_WORDS = """
    select w.staff from first_word w join staff s on s.id = w.staff and s.active
    where w.what = $1 and w.subject = $2 and w.said = $3 and w.staff <> $4 and w.said_at > $5 order by w.said_at
"""


async def list_first_words(
    conn: Connection, what: str, subject: str, said: Mapping[str, object], *, but: uuid.UUID, since: datetime
) -> list[uuid.UUID]:
    """Who said the same since then, and is still there."""
    rows = await conn.fetch(_FIRST_WORDS, what, subject, said, but, since)
    return [staff for (staff,) in rows]


# Each statement gives things held; what is not in a case is seen, and may be passed on, unless it says otherwise.
_NO_CASE = 'null::uuid as "case", null as number, true as seen'
_CELLS = f"""
    select 'cell' as kind, cell as ref, role as state, {_NO_CASE}, upper(during) as until, true as free from cell_worker
    where staff = $1 and (during @> $2::timestamptz or lower(during) > $2) order by cell, role
"""
_POSTS = f"""
    select 'post' as kind, p.id as ref, p.role as state, {_NO_CASE}, null as until, true as free
    from post p where p.staff = $1 and p.id = any($2::text[]) order by p.id
"""
# `free`: the successor is of the unit of the shift and on no other while it lasts; the constraint has the last word.
_SHIFTS = f"""
    select 'shift' as kind, d.id::text as ref, d.centre as state, {_NO_CASE}, null as until,
        not exists (select from duty_shift o where o.staff = $2 and o.withdrawn_at is null
            and o.period && tstzrange(greatest(lower(d.period), $3), upper(d.period))) and exists (
            select from staff s where s.id = $2 and (s.unit = d.unit
                or exists (select from post p where p.staff = s.id and p.unit = d.unit))) as free
    from duty_shift d where d.staff = $1 and d.withdrawn_at is null and upper(d.period) > $3
        and ($4::timestamptz is null or lower(d.period) < $4) order by lower(d.period), d.id
"""
# `free`: the successor holds a post of a unit in its area, as any rota asks, and is not in this shift already.
_EMERGENCY_SHIFTS = f"""
    select 'emergency_shift' as kind, s.day || ':' || s.shift || ':' || s.emergency as ref, s.emergency::text as state,
        {_NO_CASE}, null as until, exists (select from post p join staff t on t.id = p.staff and t.active
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
    select case p.state when 'offered' then 'proxy_offer' else 'proxy' end as kind, p.id::text as ref, p.state, c.id as "case",
        case when {seen} then c.number end as number, coalesce({seen}, false) as seen, null as until, true as free
    from proxy p join cases c on c.id = p.case_id
    where p.staff = $1 and p.ended_at is null and (p.state = 'offered' or exists (
        select from proxy_authority a where a.proxy = p.id and a.ended_at is null and a.valid_until > $2)) order by p.id
"""
_MEDIATORS = """
    select 'mediator' as kind, m.mediation::text as ref, d.state, c.id as "case",
        case when {seen} then c.number end as number, coalesce({seen}, false) as seen, null as until, true as free
    from mediator m join mediation d on d.id = m.mediation join cases c on c.id = m.case_id
    where m.staff = $1 and m.relieved_at is null order by m.id
"""
# `free`: neither the successor nor a unit they stand in, or under, is concerned.
_TASKS = """
    select 'task' as kind, a.id::text as ref, a.state, c.id as "case",
        case when {seen} then c.number end as number, coalesce({seen}, false) as seen, null as until,
        not coalesce($2::uuid = any(c.barred_staff), false) and not exists (
            select from (
                select u.path, u.tier from staff s join unit u on u.code = s.unit where s.id = $2
                union all select u.path, u.tier from post p join unit u on u.code = p.unit where p.staff = $2
            ) stand where withheld_from(c.barred_units, c.waits_above, stand.path, stand.tier)) as free
    from assignment a join cases c on c.id = a.case_id
    where a.staff = $1 and a.state in ('offered', 'signed') order by a.id
"""


async def list_held(
    conn: Connection, staff: uuid.UUID, why: Why, until: datetime | None, to: uuid.UUID | None, *,
    posts: Sequence[str], actor: Actor, now: datetime,
) -> list[Held]:  # fmt: skip
    """Cells, what they do in cases, shifts (that begin before `until`) and, for one who leaves, these posts."""
    held = await fetch_all(conn, Held, _CELLS, staff, now)
    for statement, given in ((_TASKS, [staff, to]), (_PROXIES, [staff, now]), (_MEDIATORS, [staff])):
        parameters = Parameters(given)
        seen = visible_to(actor, parameters)
        held += await fetch_all(conn, Held, statement.format(seen=seen), *parameters)
    held = [replace(one, ref=str(keys().veil(int(one.ref)))) if one.kind is HeldKind.TASK else one for one in held]
    for shifts in (_SHIFTS, _EMERGENCY_SHIFTS):
        held += await fetch_all(conn, Held, shifts, staff, to, now, until)
    if why is Why.LEAVES:
        held += await fetch_all(conn, Held, _POSTS, staff, list(posts))
    return held


_HANDOVERS = """
    select h.id, h.staff, h.why, h.until, h.successor as to, h.asked_by, h.made_by, h.made_at,
        (select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'ref', i.ref, 'state', i.state, 'case', c.id,
            'number', c.number, 'becomes', i.becomes, 'to', i.taken_by) order by i.id), '[]')
         from staff_handover_item i left join cases c on c.id = i.case_id and {seen}
         where i.handover = h.id and (i.case_id is null or c.id is not null)) as items
    from staff_handover h where h.staff = $1 order by h.made_at desc, h.id desc limit 100
"""


async def list_handovers(conn: Connection, staff: uuid.UUID, *, actor: Actor) -> list[HandoverOut]:
    """The latest hundred; what belongs to a case is listed to who sees the case."""
    parameters = Parameters([staff])
    seen = visible_to(actor, parameters)
    return await fetch_all(conn, HandoverOut, _HANDOVERS.format(seen=seen), *parameters)


async def list_given(conn: Connection, post: str) -> list[SeatGivenOut]:
    """Who was given this seat, by whom; the latest hundred."""
    return await fetch_all(
        conn, SeatGivenOut,
        "select post, staff, asked_by, given_by, given_at from seat_given where post = $1 order by given_at desc, id limit 100",
        post,
    )  # fmt: skip

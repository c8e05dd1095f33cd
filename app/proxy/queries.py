"""Proxies of cases: what the rules ask of one, what staff and the resident are shown of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.queries.access import visible_to
from app.cases.queries.one import opened_note
from app.core.access import ROLE_PERMISSIONS, Actor, Permission
from app.core.crypto import Sealed, Unsealable, keys
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.core.masking import mask_name
from app.core.settings import section
from app.deadlines.rules import END_OF_DAY, LengthUnit, due_at
from app.proxy.rules import (
    CARRYING,
    ERRAND_WORDS,
    MOVES,
    POWER_WORDS,
    STATE_WORDS,
    Authority,
    By,
    Candidate,
    ErrandKind,
    Power,
    State,
    move_refused,
)
from app.proxy.settings import ProxySettings
from app.reference.queries import Reference

_ITEM = """
    select p.id, p.case_id, c.number, c.kind as case_kind, c.status, p.state, p.wish, p.requested_by, p.requested_at,
        p.authority_due, p.filing_due, p.staff, s.name as staff_name, s.unit as staff_unit, p.capacity, p.sealed, p.seal_key,
        p.offered_by, p.offered_at, p.filing_number, p.filed_at, p.ended_at, p.version, a.id as authority, a.powers,
        a.recorded_at, a.valid_until, a.ended_at as authority_ended_at,
        (select min(f.recorded_at) from proxy_authority f where f.proxy = p.id) as first_recorded_at
    from proxy p join cases c on c.id = p.case_id left join staff s on s.id = p.staff
        left join lateral (select * from proxy_authority a where a.proxy = p.id order by a.recorded_at desc, a.id desc limit 1) a
            on true
"""
_AUTHORITIES = """
    select a.id, a.staff, a.matter, a.powers, a.evidence, a.valid_from, a.valid_until, a.recorded_at, a.recorded_by,
        a.ended_at, a.ended_as
    from proxy_authority a where a.proxy = $1 order by a.recorded_at, a.id
"""
_ERRANDS = """
    select e.id, e.kind, e.state, e.unit, e.plan, e.planned_at, e.done_at, e.recorded_at, st_x(e.point) as lon,
        st_y(e.point) as lat, e.crs, e.words, e.reply
    from proxy_errand e where e.proxy = $1 order by e.planned_at, e.id
"""
# Notices of the case that were there, or came, while an authority to receive them stood; not those that the resident had in
# hand before it. Nothing is kept of a duty before it is met, so that none can be forgotten: `since` is when it began.
DUTIES = """
    select p.id as proxy, p.case_id, p.staff, n.id as notice, n.kind, n.state,
        greatest(case when s.method = 'proxy' then s.at else n.drafted_at end, a.since) as since,
        w.at as passed_at, w.method, w.words, w.due,
        case when n.state = 'served' and s.method <> 'proxy' then s.at end as served_at
    from proxy p join notice n on n.case_id = p.case_id and n.kind <> 'urging'
    left join service_record s on s.notice = n.id and s.replaced_at is null
    left join proxy_passing w on w.proxy = p.id and w.notice = n.id
    join lateral (
        select min(a.recorded_at) as since from proxy_authority a
        where a.proxy = p.id and 'receive_notices' = any(a.powers) and n.drafted_at < coalesce(a.ended_at, a.valid_until)
            and (s.at is null or s.method = 'proxy' or s.at > a.recorded_at)
    ) a on a.since is not null
    where (n.state not in ('failed', 'replaced') or w.at is not null) and {where}
    order by since, n.id
"""
_PAPERS = """
    select r.authority, r.errand, r.attachment, f.purpose, f.media_type, f.withdrawn_at is not null as withdrawn
    from proxy_paper r join attachment f on f.id = r.attachment
    where r.authority in (select id from proxy_authority where proxy = $1)
        or r.errand in (select id from proxy_errand where proxy = $1)
    order by r.id
"""
CARRIERS = tuple(role.value for role, granted in ROLE_PERMISSIONS.items() if Permission.PROXY_CARRY in granted)
_CANDIDATE = """
    select s.active, s.name, s.unit,
        exists (select from unit u where (u.code = s.unit or u.code in (select p.unit from post p where p.staff = s.id))
            and c.barred_units @> u.path) or coalesce(s.id = any(c.barred_staff), false) as barred,
        exists (select from post p join area a on a.code = p.area where p.staff = s.id and p.role = any($3::text[])
            and a.path @> c.area_path) as reaches,
        exists (select from event e where e.case_id = c.id and e.actor = 'staff:' || s.id::text
            and e.kind in ('conclude', 'decide_review', 'serve', 'close')) as worked
    from staff s, cases c where s.id = $1 and c.id = $2
"""


def due_in(days: int, start: datetime, reference: Reference) -> datetime:
    """The end of the day so many working days after `start`; none means the same day."""
    tz = reference.city.tz
    if days == 0:
        return datetime.combine(start.astimezone(tz).date(), END_OF_DAY, tz)
    return due_at(days, LengthUnit.WORKING_DAY, start, calendar=reference.calendar, tz=tz).due


async def get_candidate(conn: Connection, staff: uuid.UUID, case_id: uuid.UUID) -> Candidate | None:
    """What the rules ask of somebody who is to carry a case, as they stand now; None for nobody."""
    row = await conn.fetchrow(_CANDIDATE, staff, case_id, list(CARRIERS))
    return Candidate(row["active"], row["barred"], row["reaches"], row["worked"]) if row else None


def authority_of(row: Any) -> Authority | None:
    """The last authority of a proxy's row."""
    if row["authority"] is None:
        return None
    powers = frozenset(Power(power) for power in row["powers"])
    return Authority(powers, row["recorded_at"], row["valid_until"], row["authority_ended_at"])


def state_of(row: Any, now: datetime) -> State:
    """Where it stands now: an authority that ran out is over, whether or not the runner has been there."""
    state, authority = State(row["state"]), authority_of(row)
    over = authority is not None and authority.until <= now
    return State.EXPIRED if state in CARRYING and over else state


# --- Reading


async def list_of_case(conn: Connection, case_id: uuid.UUID) -> list[Any]:
    """Every proxy of a case, the first one first. The caller has seen the case."""
    return await conn.fetch(f"{_ITEM} where p.case_id = $1 order by p.requested_at, p.id", case_id)


async def list_mine(conn: Connection, *, actor: Actor, after: uuid.UUID | None, limit: int) -> list[Any]:
    """The live ones that the caller carries, on cases that the caller sees."""
    p = Parameters([uuid.UUID(actor.id) if actor.kind == "staff" else None])
    where = f"p.staff = $1::uuid and p.state in ('authorised', 'reporting') and {visible_to(actor, p)}"
    if after is not None:
        where += f" and p.id > {p.add(after)}::uuid"
    return await conn.fetch(f"{_ITEM} where {where} order by p.id limit {p.add(limit)}", *p)


async def get_row(conn: Connection, proxy: uuid.UUID, *, actor: Actor) -> Any:
    """One; raises NotFound for one of a case that the actor may not know exists."""
    p = Parameters([proxy])
    row = await conn.fetchrow(f"{_ITEM} where p.id = $1 and {visible_to(actor, p)}", *p)
    if row is None:
        raise NotFound
    return row


async def find_live(conn: Connection, case_id: uuid.UUID) -> Any | None:
    """The one that goes on, if any; an authority that ran out still counts until somebody tidies it."""
    return await conn.fetchrow(f"{_ITEM} where p.case_id = $1 and p.ended_at is null", case_id)


async def get_by_id(conn: Connection, proxy: uuid.UUID) -> Any:
    """One, for whoever has been let in already."""
    (row,) = await conn.fetch(f"{_ITEM} where p.id = $1", proxy)
    return row


async def list_duties(conn: Connection, proxy: uuid.UUID) -> list[Any]:
    """The notices that are or were to be passed on."""
    return await conn.fetch(DUTIES.format(where="p.id = $1"), proxy)


def open_duties(duties: Sequence[Any]) -> list[Any]:
    """Those that the resident has not been told of."""
    return [d for d in duties if d["passed_at"] is None and d["served_at"] is None]


@dataclass(frozen=True, slots=True)
class Whole:
    """A proxy with all that was done under it."""

    row: Any
    authorities: Sequence[Any]
    errands: Sequence[Any]
    duties: Sequence[Any]
    papers: Sequence[Any]
    texts: dict[uuid.UUID, str | None]
    outsider: str | None


async def get_whole(conn: Connection, row: Any) -> Whole:
    """Everything about one, with its texts opened."""
    proxy = row["id"]
    authorities, errands = await conn.fetch(_AUTHORITIES, proxy), await conn.fetch(_ERRANDS, proxy)
    duties, papers = await list_duties(conn, proxy), await conn.fetch(_PAPERS, proxy)
    named = {row["wish"], *(a["matter"] for a in authorities), *(d["words"] for d in duties)}
    named |= {e[name] for e in errands for name in ("plan", "words", "reply")}
    notes = await conn.fetch(
        "select id, body, sealed, seal_key from case_note where id = any($1::uuid[])", list(named - {None})
    )
    return Whole(row, authorities, errands, duties, papers, {n["id"]: opened_note(n) for n in notes}, _outsider(row))


def _outsider(row: Any) -> str | None:
    if row["sealed"] is None:
        return None
    try:
        return str(keys().unseal(Sealed(row["seal_key"], row["sealed"]), f"proxy {row['id']}")["name"])
    except Unsealable:
        return None


# --- Showing


def actions_for(actor: Actor, row: Any, now: datetime) -> list[str]:
    """What this actor may do with a proxy now."""
    state = state_of(row, now)
    return [action for action in MOVES if move_refused(action, state) is None and stands_right(action, actor, row)]


def stands_right(action: str, actor: Actor, row: Any) -> bool:
    """Whether this actor is on the side that takes a step. Who carries it never writes their own authority."""
    carries = actor.kind == "staff" and str(row["staff"]) == actor.id
    arranges = actor.may(Permission.PROXY_ARRANGE) and not (carries and action == "authorise")
    by = MOVES[action].by
    return (by is not By.PROXY and arranges) or (
        by is not By.ARRANGER and carries and actor.may(Permission.PROXY_CARRY)
    )


def item(row: Any, now: datetime, language: str) -> dict[str, Any]:
    """As lists show it."""
    state = state_of(row, now)
    plain = ("id", "case_id", "number", "case_kind", "status", "staff", "staff_name", "staff_unit", "capacity",
             "requested_at", "authority_due", "filing_due", "filed_at", "ended_at", "version")  # fmt: skip
    authorised, filed = row["first_recorded_at"] or row["ended_at"], row["filed_at"] or row["ended_at"]
    return {
        **{name: row[name] for name in plain}, "state": state.value, "state_text": STATE_WORDS[state].say(language),
        "until": row["valid_until"],
        "overdue": _late(row["authority_due"], authorised, now) or _late(row["filing_due"], filed, now),
    }  # fmt: skip


def _late(due: datetime, done: datetime | None, now: datetime) -> bool:
    return (done or now) > due


def page(whole: Whole, *, actor: Actor, reference: Reference, now: datetime, language: str) -> dict[str, Any]:
    """As staff see it: the name of an outsider is masked."""
    row = whole.row
    return {
        **item(row, now, language), "requested_by": row["requested_by"], "offered_by": row["offered_by"],
        "offered_at": row["offered_at"], "filing_number": row["filing_number"], "wish": whole.texts.get(row["wish"]),
        "outsider": mask_name(whole.outsider) if whole.outsider else None,
        **_done(whole, reference, now, language), "available_actions": actions_for(actor, row, now),
    }  # fmt: skip


def own_view(whole: Whole, *, reference: Reference, now: datetime, language: str) -> dict[str, Any]:
    """As the resident sees it: who carries it by name, and everything that was done."""
    row, state = whole.row, state_of(whole.row, now)
    return {
        "number": row["number"], "state": state.value, "said": STATE_WORDS[state].say(language),
        "name": whole.outsider or row["staff_name"], "contact": row["staff_name"] if whole.outsider else None,
        "capacity": row["capacity"], "unit": reference.names.get(row["staff_unit"]) if row["staff_unit"] else None,
        "requested_at": row["requested_at"], "filing_number": row["filing_number"], "filed_at": row["filed_at"],
        "ended_at": row["ended_at"], **_done(whole, reference, now, language),
    }  # fmt: skip


def _done(whole: Whole, reference: Reference, now: datetime, language: str) -> dict[str, Any]:
    return {
        "authorities": [_authority(whole, a, language) for a in whole.authorities],
        "errands": [_errand(whole, e, language) for e in whole.errands],
        "notices": [_duty(whole, d, reference, now) for d in whole.duties],
    }


def _proofs(whole: Whole, column: str, found: uuid.UUID) -> list[dict[str, Any]]:
    return [
        {"id": r["attachment"], "purpose": r["purpose"], "media_type": r["media_type"], "withdrawn": r["withdrawn"]}
        for r in whole.papers
        if r[column] == found
    ]


def _authority(whole: Whole, row: Any, language: str) -> dict[str, Any]:
    plain = ("id", "staff", "powers", "evidence", "valid_from", "valid_until", "recorded_at", "ended_at", "ended_as")
    return {
        **{name: row[name] for name in plain}, "matter": whole.texts.get(row["matter"]),
        "powers_text": [POWER_WORDS[Power(power)].say(language) for power in row["powers"]],
        "papers": _proofs(whole, "authority", row["id"]),
    }  # fmt: skip


def _errand(whole: Whole, row: Any, language: str) -> dict[str, Any]:
    point = None if row["lon"] is None else {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
    plain = ("id", "kind", "state", "unit", "planned_at", "done_at", "recorded_at", "crs")
    return {
        **{name: row[name] for name in plain}, "kind_text": ERRAND_WORDS[ErrandKind(row["kind"])].say(language),
        "point": point, **{name: whole.texts.get(row[name]) for name in ("plan", "words", "reply")},
        "papers": _proofs(whole, "errand", row["id"]),
    }  # fmt: skip


def duty_due(duty: Any, reference: Reference) -> datetime:
    """By when a notice is to be passed on (D2): as it was when it was, else by the present rule."""
    return duty["due"] or due_in(section(ProxySettings).pass_on_days, duty["since"], reference)


def _duty(whole: Whole, row: Any, reference: Reference, now: datetime) -> dict[str, Any]:
    due, told = duty_due(row, reference), row["passed_at"] or row["served_at"]
    return {
        "notice": row["notice"], "kind": row["kind"], "since": row["since"], "due": due, "passed_at": row["passed_at"],
        "method": row["method"], "words": whole.texts.get(row["words"]), "served_at": row["served_at"],
        "overdue": _late(due, told or (whole.row["ended_at"]), now),
    }  # fmt: skip

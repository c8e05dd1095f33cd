"""Requests about one's own data of cases that the caller may see: by time, counted, one with its texts."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.cases.queries.access import visible_to
from app.cases.queries.notes import NOTE, NoteText
from app.cases.queries.standing import STANDING
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.core.rows import Mark, fetch_all, fetch_one, part, shown
from app.privacy.rules import TURN_TO, WORKFLOW, DataRequest
from app.privacy.schemas import DataRequestCount, DataRequestItem, DataRequestOut


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; without `states`, what is still to be answered."""

    unit: str | None = None
    asked: str | None = None
    states: tuple[str, ...] = ()
    overdue: bool | None = None
    case: uuid.UUID | None = None


_LATE = "(t.state = 'open' and t.due < $1::timestamptz or t.decided_at > t.due)"
_COLUMNS = f"""
    t.id, t.number, t.case_id, c.number as case_number, c.lead_unit, t.party, t.asked, t.relative, t.state, t.online,
    t.asked_at, t.due, coalesce({_LATE}, false) as overdue, t.ground, t.restricts, t.decided_at, t.decided_by, t.fetch_until,
    t.fetched_at, t.served_at, t.served_how, t.version
"""
# Who handled, registered or answered the case `c`: they do not decide on a request about it.
WORKED_BY = """array(select distinct split_part(e.actor, ':', 2) from event e where e.case_id = c.id and e.actor like 'staff:%'
    and e.kind in ('registered', 'accept', 'decline', 'refer', 'handle', 'conclude', 'decide_review', 'serve', 'close'))"""
_JUDGED = f"""
    p.role, t.taken_by, t.decider, t.fetched_at is not null as fetched, t.served_at is not null as served,
    exists (select from correction k where k.case_id = t.case_id and k.at >= t.asked_at) as corrected,
    jsonb_build_object('status', c.status, 'archived', f.case_id is not null, 'kept_until', f.kept_until,
        'day', ($2::timestamptz at time zone (select time_zone from city))::date,
        'held', exists (select from legal_hold h where h.case_id = c.id and h.released_at is null)) as keeping,
    {WORKED_BY} as worked_by
"""
_FROM = """
    data_request t join cases c on c.id = t.case_id join party p on p.id = t.party
    left join archive f on f.case_id = c.id and f.taken_out_at is null
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row(DataRequestItem):
    """One with what decisions need, what was asked and what was answered."""

    role: str
    taken_by: str
    decider: str
    fetched: bool
    served: bool
    corrected: bool
    keeping: dict[str, object]
    worked_by: frozenset[str]
    standing: dict[str, object]
    words: NoteText
    reply: NoteText


_STATE = f"""
    select {_COLUMNS}, {_JUDGED}, {STANDING} as standing, {NOTE.format("t.note")} as words,
        {NOTE.format("t.answer")} as reply from {_FROM}
"""


def _conditions(wanted: Wanted, p: Parameters) -> list[str]:
    found = [
        f"{column} = {p.add(value)}"
        for column, value in {"c.lead_unit": wanted.unit, "t.asked": wanted.asked, "t.case_id": wanted.case}.items()
        if value is not None
    ]
    if wanted.states:
        found.append(f"t.state = any({p.add(list(wanted.states))}::text[])")
    elif wanted.case is None:
        found.append("t.state = 'open'")
    if wanted.overdue is not None:
        found.append(f"coalesce({_LATE}, false) = {p.add(wanted.overdue)}")
    return found


async def list_requests(
    conn: Connection, wanted: Wanted, *, actor: Actor, after: Mark, limit: int
) -> list[DataRequestItem]:
    """By the time at which the answer is owed."""
    p = Parameters([actor.at])
    where = _conditions(wanted, p)
    if after is not None:
        where.append(f"(t.due, t.id) > ({p.add(after[0])}::timestamptz, {p.add(after[1])}::uuid)")
    end = f"order by t.due, t.id limit {int(limit)}"
    where.append(visible_to(actor, p))
    statement = (
        f"select {_COLUMNS} from data_request t join cases c on c.id = t.case_id where {' and '.join(where)} {end}"
    )
    return await fetch_all(conn, DataRequestItem, statement, *p)


GROUPS = {"state": "t.state", "asked": "t.asked", "ground": "t.ground", "lead_unit": "c.lead_unit"}


async def count_requests(conn: Connection, wanted: Wanted, *, actor: Actor, by: str) -> list[DataRequestCount]:
    """The same in figures, with those answered late or not yet; at most 1,000 groups."""
    p = Parameters([actor.at])
    where = [*_conditions(wanted, p), f"{GROUPS[by]} is not null", visible_to(actor, p)]
    statement = (
        f"select {GROUPS[by]} as key, count(*)::int as requests, (count(*) filter (where {_LATE}))::int as overdue"
        f" from data_request t join cases c on c.id = t.case_id where {' and '.join(where)} group by 1"
        " order by 2 desc, 1 limit 1000"
    )
    return await fetch_all(conn, DataRequestCount, statement, *p)


async def get_state(conn: Connection, request: uuid.UUID, now: datetime) -> DataRequest:
    """One as decisions need it; raises NotFound."""
    row = await conn.fetchrow(f"{_STATE} where t.id = $3", now, now, request)
    if row is None:
        raise NotFound
    return part(DataRequest, row)


async def get_by_number(conn: Connection, case_id: uuid.UUID, number: str, now: datetime) -> DataRequest:
    """One that was asked with the query code of this case; raises NotFound for any other."""
    found = "select id from data_request where case_id = $1 and number = $2 and online"
    request = await conn.fetchval(found, case_id, number.upper())
    if request is None:
        raise NotFound
    return await get_state(conn, request, now)


async def get_party(conn: Connection, request: uuid.UUID) -> tuple[str, uuid.UUID]:
    """Its number, and whose data it is about."""
    ((number, party),) = await conn.fetch("select number, party from data_request where id = $1", request)
    return number, party


async def get_request(conn: Connection, request: uuid.UUID, *, actor: Actor, language: str) -> DataRequestOut:
    """One with its texts and what the actor may do; raises NotFound for a case that they may not know exists."""
    p = Parameters([actor.at, actor.at, request])
    row = await fetch_one(conn, _Row, f"{_STATE} where t.id = $3 and {visible_to(actor, p)}", *p)
    if row is None:
        raise NotFound
    return shown(
        DataRequestOut, row, asked_text=row.asked.words.say(language), state_text=row.state.words.say(language),
        ground_text=row.ground.words.say(language) if row.ground else None, turn_to=TURN_TO.say(language),
        available_actions=WORKFLOW.available(shown(DataRequest, row), actor, actor.at),
    )  # fmt: skip

"""Tasks, whistles and meetings with their texts: only those of cases that the caller may see."""

import uuid
from collections.abc import Iterable
from typing import Any

from app.cases.queries.access import visible_to
from app.cases.queries.one import opened_note
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.errors import NotFound, Words
from app.joint.rules import Ruling, Source, Task, TaskState

OWN_UNIT = Words("不能召集本单位。", "A unit does not call itself.")

# How units stand towards a case.
STANDING = """
    select u.code, u.kind, u.tier, coalesce(u.area in (c.township, c.county, c.city), false) as covers,
        coalesce(c.barred_units @> u.path, false) as barred,
        c.lead_unit = u.code or exists (select from assignment s where s.case_id = c.id and s.unit = u.code
            and s.staff is null and s.state in ('offered', 'signed')) as involved
    from unit u, cases c where u.code = any($1::text[]) and c.id = $2
"""
_TASK = """
    select t.id, t.case_id, c.number, c.kind as case_kind, c.category, c.status, x.title, c.lead_unit, t.source,
        t.whistle, t.meeting, t.unit, t.asked_by_unit, t.asked_at, t.due, t.state, t.assignment,
        coalesce(a.state, 'signed') as taken, t.note, t.result, t.waiver, t.first_answered_at, t.answered_at, t.ended_at,
        t.version, case when a.state = 'refused' then a.note end as refusal,
        t.state in ('open', 'returned') and t.due < $1::timestamptz as overdue,
        k.arrived_at, st_x(k.arrival_point) as arrival_lon, st_y(k.arrival_point) as arrival_lat, k.objection, k.ruler,
        k.ruling, k.ruling_note, l.due as arrive_by, l.breached_at as arrival_breached_at,
        coalesce(w.state = 'settled', false) as settled, t.due::text as sort_due
    from task t join cases c on c.id = t.case_id
        left join assignment a on a.id = t.assignment
        left join case_text x on x.case_id = c.id and x.version = 1
        left join whistle w on w.id = t.whistle
        left join whistle_call k on k.task = t.id
        left join clock l on k.task is not null and l.case_id = t.case_id and l.kind = 'arrival' and l.subject = t.id::text
"""


async def read_task(conn: Connection, task: uuid.UUID) -> Any:
    """One task's row for a step on it; the caller holds the lock of its case, which it may see."""
    (row,) = await conn.fetch(f"{_TASK} where t.id = $2", None, task)
    return row


def as_task(row: Any) -> Task:
    """The row as the pure rules take it."""
    return Task(
        unit=row["unit"], asked_by_unit=row["asked_by_unit"], lead_unit=row["lead_unit"], source=Source(row["source"]),
        state=TaskState(row["state"]), taken=row["taken"], case_status=row["status"],
        arrived=row["arrived_at"] is not None, objected=row["objection"] is not None,
        ruling=Ruling(row["ruling"]) if row["ruling"] else None, ruler=row["ruler"],
    )  # fmt: skip


async def list_tasks(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, after: list[Any] | None, limit: int, now: Any
) -> list[Any]:  # fmt: skip
    """The tasks of a case by due time, ended ones too."""
    p = Parameters([now, case_id])
    where = ["t.case_id = $2", visible_to(actor, p)]
    if after is not None:
        where.append(f"(t.due, t.id) > ({p.add(after[0])}::text::timestamptz, {p.add(uuid.UUID(after[1]))}::uuid)")
    return await conn.fetch(
        f"{_TASK} where {' and '.join(where)} order by t.due, t.id limit {p.add(limit)}", *p
    )  # fmt: skip


async def get_task(conn: Connection, task: uuid.UUID, *, actor: Actor, now: Any) -> dict[str, Any]:
    """One with its texts; raises NotFound for a case that the actor may not know exists."""
    p = Parameters([now, task])
    row = await conn.fetchrow(f"{_TASK} where t.id = $2 and {visible_to(actor, p)}", *p)
    if row is None:
        raise NotFound
    files = await conn.fetch("select attachment from task_file where task = $1 order by attachment", task)
    return {**dict(row), **await _texts(conn, row, _TEXTS), "files": [file["attachment"] for file in files]}


_TEXTS = {
    "text": "note", "result_text": "result", "waiver_text": "waiver", "refusal_text": "refusal",
    "objection_text": "objection", "ruling_text": "ruling_note",
}  # fmt: skip


async def _texts(conn: Connection, row: Any, columns: dict[str, str]) -> dict[str, str | None]:
    """The words that a row's columns refer to, by the name they are shown under."""
    ids = [row[column] for column in columns.values()]
    notes = await conn.fetch("select id, body, sealed, seal_key from case_note where id = any($1::uuid[])", ids)
    found = {note["id"]: opened_note(note) for note in notes}
    return {name: found.get(row[column]) for name, column in columns.items()}


_WHISTLE = """
    select w.id, w.case_id, c.number, c.category, c.status, w.unit, w.occasion, w.blown_at, w.state, w.ended_at,
        w.version, w.note, w.settlement, coalesce(st_x(w.point), st_x(c.point)) as lon,
        coalesce(st_y(w.point), st_y(c.point)) as lat, c.lead_unit
    from whistle w join cases c on c.id = w.case_id
"""
_CALLS = """
    select t.whistle, t.id as task, t.unit, coalesce(a.state, 'signed') as taken, t.state, l.due as arrive_by,
        k.arrived_at, l.breached_at as arrival_breached_at, t.answered_at, k.objected_at, k.ruling
    from whistle_call k join task t on t.id = k.task left join assignment a on a.id = t.assignment
        left join clock l on l.case_id = t.case_id and l.kind = 'arrival' and l.subject = t.id::text
    where k.whistle = any($1::uuid[]) order by t.unit
"""
_MEETING = """
    select m.id, m.case_id, c.number, c.category, c.status, m.unit, m.called_at, m.at, m.until,
        m.booking, r.centre || ' ' || r.code as room, m.place, m.state, m.ended_at, m.version, m.agenda, m.minutes, c.lead_unit
    from meeting m join cases c on c.id = m.case_id
        left join room_booking b on b.id = m.booking left join room r on r.id = b.room
"""
_SEATS = (
    "select meeting, unit, state, answered_at, note from meeting_seat where meeting = any($1::uuid[]) order by unit"
)
_DECIDED = "select id, meeting, unit, due, state from task where meeting = any($1::uuid[]) order by id"


async def list_whistles(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, after: list[Any] | None, limit: int
) -> list[dict[str, Any]]:
    """The whistles of a case in their order."""
    return await _with_calls(conn, await _of_case(conn, _WHISTLE, "w", case_id, actor, after, limit))


async def get_whistle(conn: Connection, whistle: uuid.UUID, *, actor: Actor) -> dict[str, Any]:
    """One with its calls and texts; raises NotFound for a case that the actor may not know exists."""
    row = await _one(conn, _WHISTLE, "w", whistle, actor)
    (found,) = await _with_calls(conn, [row])
    return {**found, **await _texts(conn, row, {"text": "note", "settlement_text": "settlement"})}


async def list_meetings(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, after: list[Any] | None, limit: int
) -> list[dict[str, Any]]:
    """The joint meetings of a case in their order."""
    return await _with_seats(conn, await _of_case(conn, _MEETING, "m", case_id, actor, after, limit))


async def get_meeting(conn: Connection, meeting: uuid.UUID, *, actor: Actor) -> dict[str, Any]:
    """One with its seats, decisions and texts; raises NotFound for a case that the actor may not know exists."""
    row = await _one(conn, _MEETING, "m", meeting, actor)
    (found,) = await _with_seats(conn, [row])
    return {**found, **await _texts(conn, row, {"agenda_text": "agenda", "minutes_text": "minutes"})}


async def _of_case(
    conn: Connection, statement: str, alias: str, case_id: uuid.UUID, actor: Actor, after: list[Any] | None, limit: int
) -> list[Any]:
    p = Parameters([case_id])
    where = [f"{alias}.case_id = $1", visible_to(actor, p)]
    if after is not None:
        where.append(f"{alias}.id > {p.add(uuid.UUID(after[0]))}::uuid")
    return await conn.fetch(
        f"{statement} where {' and '.join(where)} order by {alias}.id limit {p.add(limit)}", *p
    )  # fmt: skip


async def _one(conn: Connection, statement: str, alias: str, found: uuid.UUID, actor: Actor) -> Any:
    p = Parameters([found])
    row = await conn.fetchrow(f"{statement} where {alias}.id = $1 and {visible_to(actor, p)}", *p)
    if row is None:
        raise NotFound
    return row


async def _with_calls(conn: Connection, rows: Iterable[Any]) -> list[dict[str, Any]]:
    whistles = {row["id"]: {**dict(row), "calls": []} for row in rows}
    for call in await conn.fetch(_CALLS, list(whistles)):
        whistles[call["whistle"]]["calls"].append(dict(call))
    return list(whistles.values())


async def _with_seats(conn: Connection, rows: Iterable[Any]) -> list[dict[str, Any]]:
    meetings = {row["id"]: {**dict(row), "seats": [], "decisions": []} for row in rows}
    for seat in await conn.fetch(_SEATS, list(meetings)):
        meetings[seat["meeting"]]["seats"].append(dict(seat))
    for decision in await conn.fetch(_DECIDED, list(meetings)):
        meetings[decision["meeting"]]["decisions"].append(dict(decision))
    return list(meetings.values())

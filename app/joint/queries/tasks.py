"""Tasks with what a decision and a page need of them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.queries.access import visible_to
from app.cases.queries.visible import get_visible
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.rows import fetch_all, fetch_one, read_sql
from app.joint.rules.tasks import Task

_TASK = read_sql(__package__, "task")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow(Task):
    """A task as it is kept, with its case."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    case_kind: str
    category: str
    title: str | None
    secret: bool
    whistle: uuid.UUID | None
    meeting: uuid.UUID | None
    asked_at: datetime
    assignment: int | None
    note: uuid.UUID
    result: uuid.UUID | None
    waiver: uuid.UUID | None
    refusal: uuid.UUID | None
    first_answered_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    files: list[uuid.UUID]
    arrival_lon: float | None
    arrival_lat: float | None
    ruling_note: uuid.UUID | None
    arrive_by: datetime | None
    arrival_breached_at: datetime | None


async def read_task(conn: Connection, task: uuid.UUID) -> TaskRow:
    """One for a step on it; the caller holds the lock of its case, which it may see."""
    row = await fetch_one(conn, TaskRow, f"{_TASK} where t.id = $1", task)
    assert row is not None  # noqa: S101 (rows of this table are never deleted)
    return row


async def get_task(conn: Connection, task: uuid.UUID, *, actor: Actor) -> TaskRow:
    """One; raises NotFound, also for one of a case that the actor may not know exists."""
    return await get_visible(conn, TaskRow, _TASK, task, actor=actor)


async def list_tasks(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, after: Sequence[str] | None, limit: int
) -> list[TaskRow]:
    """The tasks of a case by the time their result is owed, ended ones too."""
    p = Parameters([case_id])
    where = ["t.case_id = $1", visible_to(actor, p)]
    if after is not None:
        where.append(f"(t.due, t.id) > ({p.add(after[0])}::text::timestamptz, {p.add(uuid.UUID(after[1]))}::uuid)")
    return await fetch_all(
        conn, TaskRow, f"{_TASK} where {' and '.join(where)} order by t.due, t.id limit {p.add(limit)}", *p
    )

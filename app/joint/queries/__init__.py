"""What units owe a case together, as it is read: only of cases that the caller may see."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.queries.access import visible_to
from app.cases.queries.notes import NOTE, NoteText
from app.cases.queries.visible import get_visible, list_visible
from app.cases.rules.registry import Fact
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.core.rows import fetch_all, fetch_one, read_sql, shown
from app.joint.rules.calling import MEETINGS, WHISTLES, Meeting, Whistle
from app.joint.rules.tasks import TASKS, Source, Task, TaskState, UnitRelation, as_owing, refuses_of_case
from app.joint.schemas import JointTask, JointTaskOut, MeetingItem, MeetingOut, WhistleItem, WhistleOut
from app.reference.actions import ActionContext
from app.reference.queries import Reference

# What a step of the case is judged by.
OWING = Fact(
    "owing",
    """(select jsonb_build_array(
        (select array_agg(distinct t.unit order by t.unit) from task t
            where t.case_id = c.id and t.state in ('open', 'returned')),
        (select array_agg(distinct w.unit order by w.unit) from whistle w where w.case_id = c.id and w.state = 'open'),
        (select array_agg(distinct t.unit) from task t where t.case_id = c.id and not exists (
            select from task o join assignment a on a.id = o.assignment where o.case_id = c.id and o.unit = t.unit
            and a.state in ('signed', 'done') and o.state in ('open', 'returned', 'answered', 'ended'))),
        (select array_agg(m.booking) from meeting m
            where m.case_id = c.id and m.state = 'scheduled' and m.booking is not null)))""",
    as_owing,
    refuses_of_case,
)
_RELATIONS = """
    select u.code, u.kind, u.tier, coalesce(u.area in (c.township, c.county, c.city), false) as covers,
        withheld_from(c.barred_units, c.waits_above, u.path, u.tier) as barred,
        c.lead_unit = u.code or exists (select from assignment s where s.case_id = c.id and s.unit = u.code
            and s.staff is null and s.state in ('offered', 'signed')) as involved
    from unit u, cases c where u.code = any($1::text[]) and c.id = $2
"""
# The nearest centre above the township and not below the department: of the case's areas, none that the matter concerns;
# else the city's intake desk.
_RULER = """
    select coalesce((
        select u.code from unit u, unit called where called.code = $2 and u.kind = 'centre' and u.area in (c.county, c.city)
            and not withheld_from(c.barred_units, c.waits_above, u.path, u.tier)
            and tier_rank(u.tier) >= tier_rank(called.tier)
        order by tier_rank(u.tier) limit 1),
        (select code from unit where kind = 'intake_desk'))
    from cases c where c.id = $1
"""


async def list_relations(conn: Connection, case_id: uuid.UUID, units: Iterable[str]) -> dict[str, UnitRelation]:
    """How units stand to the case; unknown codes are absent."""
    found = await fetch_all(conn, UnitRelation, _RELATIONS, sorted(set(units)), case_id)
    return {unit.code: unit for unit in found}


async def find_ruler(conn: Connection, case_id: uuid.UUID, called: str) -> str:
    """Which centre rules when a department objects to having been called."""
    found: str = await conn.fetchval(_RULER, case_id, called)
    return found


_TASK = read_sql(__package__, "task").format(
    text=NOTE.format("t.note"), result=NOTE.format("t.result"), waiver=NOTE.format("t.waiver"),
    refusal=NOTE.format("a.note"), objection=NOTE.format("k.objection"), ruling=NOTE.format("k.ruling_note"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TaskRow(Task, JointTask):
    """A task as it is kept, with its case."""

    secret: bool
    assignment: int | None
    first_answered_at: datetime | None


async def read_task(conn: Connection, task: uuid.UUID, at: datetime) -> TaskRow:
    """One for a step on it; the caller holds the lock of its case, which it may see."""
    row = await fetch_one(conn, TaskRow, f"{_TASK} where t.id = $1", task, at)
    assert row is not None  # noqa: S101 (rows of this table are never deleted)
    return row


async def list_tasks(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, after: Sequence[str] | None, limit: int
) -> list[TaskRow]:
    """The tasks of a case by the time their result is owed, ended ones too."""
    p = Parameters([case_id, actor.at])
    where = ["t.case_id = $1", visible_to(actor, p)]
    if after is not None:
        where.append(f"(t.due, t.id) > ({p.add(after[0])}::text::timestamptz, {p.add(uuid.UUID(after[1]))}::uuid)")
    return await fetch_all(
        conn, TaskRow, f"{_TASK} where {' and '.join(where)} order by t.due, t.id limit {p.add(limit)}", *p
    )


_WHISTLE = read_sql(__package__, "whistle").format(note=NOTE.format("t.note"), settlement=NOTE.format("t.settlement"))


@dataclass(frozen=True, kw_only=True)
class WhistleRow(Whistle, WhistleItem):
    """A call-out as it is kept, with its case. The place is the case's own unless another was named."""

    lead_unit: str
    secret: bool
    text: NoteText
    settlement_text: NoteText


async def get_whistle(conn: Connection, whistle: uuid.UUID, *, actor: Actor) -> WhistleRow:
    """One; raises NotFound, also for one of a case that the actor may not know exists."""
    return await get_visible(conn, WhistleRow, _WHISTLE, whistle, actor=actor)


async def list_whistles(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, after: Sequence[str] | None, limit: int
) -> list[WhistleRow]:
    """Those of a case in their order."""
    return await list_visible(conn, WhistleRow, _WHISTLE, case_id, actor=actor, after=after, limit=limit)


_MEETING = read_sql(__package__, "meeting").format(agenda=NOTE.format("t.agenda"), minutes=NOTE.format("t.minutes"))


@dataclass(frozen=True, kw_only=True)
class MeetingRow(Meeting, MeetingItem):
    """A meeting as it is kept, with its case."""

    lead_unit: str
    secret: bool
    agenda_text: NoteText
    minutes_text: NoteText


async def get_meeting(conn: Connection, meeting: uuid.UUID, *, actor: Actor) -> MeetingRow:
    """One; raises NotFound, also for one of a case that the actor may not know exists."""
    return await get_visible(conn, MeetingRow, _MEETING, meeting, actor=actor)


async def list_meetings(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, after: Sequence[str] | None, limit: int
) -> list[MeetingRow]:
    """Those of a case in their order."""
    return await list_visible(conn, MeetingRow, _MEETING, case_id, actor=actor, after=after, limit=limit)


_TASKS = """
    select t.unit, t.source, t.asked_by_unit, t.asked_at, t.due, t.state, t.answered_at, w.arrived_at
    from task t left join whistle_call w on w.task = t.id where t.case_id = $1 order by t.asked_at, t.id
"""
_SOURCES = {Source.LEAD: "协办", Source.WHISTLE: "吹哨召集", Source.MEETING: "会商决定"}
_ANSWERS = {
    TaskState.OPEN: "待反馈", TaskState.ANSWERED: "已书面反馈", TaskState.RETURNED: "退回补充",
    TaskState.WAIVED: "未反馈，原因已记录", TaskState.RECALLED: "已撤回", TaskState.ENDED: "本件以其他方式结束",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Listed:
    unit: str
    source: Source
    asked_by_unit: str
    asked_at: datetime
    due: datetime
    state: TaskState
    answered_at: datetime | None
    arrived_at: datetime | None


async def list_for_file(conn: Connection, case_id: uuid.UUID, reference: Reference) -> list[dict[str, object]]:
    """Which unit was asked by which, until when, and what became of it."""
    return [_shown(task, reference) for task in await fetch_all(conn, _Listed, _TASKS, case_id)]


def _shown(task: _Listed, reference: Reference) -> dict[str, object]:
    names = reference.names

    def at(instant: datetime) -> str:
        return f"{instant.astimezone(reference.city.tz):%Y-%m-%d %H:%M}"

    answered = f" {at(task.answered_at)}" if task.answered_at else ""
    came = f"；{at(task.arrived_at)} 到场" if task.arrived_at else ""
    return {
        "unit": names.get(task.unit, task.unit), "by": names.get(task.asked_by_unit, task.asked_by_unit),
        "asked": f"{_SOURCES[task.source]} {at(task.asked_at)}", "due": at(task.due),
        "answer": f"{_ANSWERS[task.state]}{answered}{came}",
    }  # fmt: skip


async def show_task(act: ActionContext, task_id: uuid.UUID, _: str) -> JointTaskOut:
    """A task's page; raises NotFound."""
    p = Parameters([task_id, act.now])
    task = await fetch_one(act.conn, TaskRow, f"{_TASK} where t.id = $1 and {visible_to(act.actor, p)}", *p)
    if task is None:
        raise NotFound
    return shown(JointTaskOut, task, available_actions=TASKS.available(task, act.actor, act.now))


async def show_whistle(act: ActionContext, whistle_id: uuid.UUID, language: str) -> WhistleOut:
    """A call-out's page; raises NotFound."""
    whistle = await get_whistle(act.conn, whistle_id, actor=act.actor)
    occasion = whistle.occasion.words.say(language)
    allowed = WHISTLES.available(whistle, act.actor, act.now)
    return shown(WhistleOut, whistle, occasion_text=occasion, available_actions=allowed)


async def show_meeting(act: ActionContext, meeting_id: uuid.UUID, _: str) -> MeetingOut:
    """A meeting's page; raises NotFound."""
    meeting = await get_meeting(act.conn, meeting_id, actor=act.actor)
    return shown(MeetingOut, meeting, available_actions=MEETINGS.available(meeting, act.actor, act.now))

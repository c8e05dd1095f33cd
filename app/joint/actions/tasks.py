"""Tasks (协办): given, signed for or refused, answered in writing, returned, waived, taken back; they end with the case."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from app.cases.actions import assignments
from app.cases.actions.access import Part, grant, revoke
from app.cases.actions.notes import OnCase, keep_note, keep_notes
from app.cases.actions.owed import owed_by
from app.cases.actions.record import record
from app.cases.queries.one import LoadedCase
from app.cases.queries.visible import LockedCase, lock_case, lock_case_of
from app.cases.rules import REVIEWS, PetitionClass
from app.centres.actions.booking import give_back
from app.core import errors
from app.core.access import Permission
from app.core.database import uuid7
from app.core.rows import change_row
from app.core.settings import section
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind
from app.joint.queries import OWING, TaskRow, list_relations, read_task
from app.joint.rules.tasks import TASKS, Source, TaskState, UnitRelation, acts_for, over
from app.joint.settings import TaskSettings
from app.messages.actions import queue
from app.reference.actions import ActionContext


async def open_case(act: ActionContext, case_id: uuid.UUID) -> LockedCase:
    """The case, locked, where units may work on it together; raises NotFound or Conflict."""
    case = await lock_case(act.conn, case_id, actor=act.actor)
    if case.petition_class is PetitionClass.ACCUSATION:
        raise errors.Conflict(
            "检举控告件只由一个窗口密件办理，不联合办理。",
            "An accusation stays at one desk: nobody works on it together.",
        )
    if case.procedure in REVIEWS:
        raise errors.Conflict(
            "复查、复核由作出决定的机关独立办理。", "A review is decided by one authority, which works on it alone."
        )
    if (no := over(case.status)) is not None:
        raise errors.Conflict(no.why.zh, no.why.en)
    return case


async def able_to_help(
    act: ActionContext, case_id: uuid.UUID, units: Sequence[str], pointers: Sequence[str]
) -> list[UnitRelation]:
    """How the units named at `pointers` stand to the case; raises Invalid for a unit that there is not, Conflict for one
    that the matter concerns."""
    known, found = await list_relations(act.conn, case_id, units), []
    for unit, pointer in zip(units, pointers, strict=True):
        relation = known.get(unit)
        if relation is None or relation.kind == "discipline_desk":
            raise errors.Invalid("没有可协办的这个单位。", "There is no such unit to work on this.", pointer=pointer)
        if relation.barred:
            raise errors.Conflict(
                "该事项涉及此单位或其上级，应予回避。", "The matter concerns this unit or one above it: recusal."
            )
        found.append(relation)
    return found


async def tell(act: ActionContext, key: str, what: str, to: str, case_id: uuid.UUID, **facts: str) -> None:
    """In the app, to a unit, and there to whoever may see the case."""
    grantee = f"unit:{to}"
    await queue(act.conn, f"{key} {grantee}", what, now=act.now, grantee=grantee, case_id=case_id, facts=facts)


_PUT = """
    insert into task (id, case_id, assignment, source, whistle, meeting, unit, asked_by_unit, asked_by, asked_at, note, due,
        state)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open')
"""
_FILES = """
    with kept as (
        select id from attachment where id = any($2::uuid[]) and case_id = $3 and withdrawn_at is null
    ), stored as (
        insert into task_file (task, attachment, case_id) select $1, id, $3 from kept on conflict do nothing
    )
    select count(*) from kept
"""
_STILL_TASKED = """
    select exists (select from task t join assignment a on a.id = t.assignment
        where t.case_id = $1 and t.unit = $2 and a.state in ('offered', 'signed')
            and t.state in ('open', 'returned', 'answered'))
"""


class LedCase(OnCase, Protocol):
    """A case, or something that belongs to one, with the unit that leads it."""

    @property
    def lead_unit(self) -> str:
        """The unit that leads the case."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is asked of a unit; `pointer` is where the request says so."""

    unit: str
    text: str
    answer_by: date | None
    pointer: str = "#/body"


async def give_task(
    act: ActionContext, case_id: uuid.UUID, *, unit: str, text: str, answer_by: date | None
) -> uuid.UUID:
    """The lead asks another unit for a written result; it sees the case from now on.

    Raises NotFound, Forbidden (not the lead), Conflict (accusation, review, recusal, a case with a result) or Invalid.
    """
    case = await open_case(act, case_id)
    lead = case.lead_unit
    if lead not in acts_for(act.actor, Permission.CASE_OFFER):
        raise errors.Forbidden(f"只有主办单位 {lead} 可以交办协办任务。", f"Only the lead unit {lead} gives tasks.")
    if unit == lead:
        raise errors.Invalid("该单位是主办单位。", "This unit leads the case.", pointer="#/body/unit")
    await able_to_help(act, case_id, [unit], ["#/body/unit"])
    ((task, said),) = await put(act, case, [Work(unit, text, answer_by)], lead)
    await record(act.conn, case_id, "give_task", actor=act.actor, at=act.now, facts=said)
    await tell(act, f"task {task} given", "task_given", unit, case_id, by=lead)
    return task


async def put(
    act: ActionContext, case: LedCase, works: Sequence[Work], asker: str, source: Source = Source.LEAD,
    origin: uuid.UUID | None = None,
) -> list[tuple[uuid.UUID, dict[str, object]]]:  # fmt: skip
    """Store tasks, given by `asker` alone or by the call-out or meeting `origin`, and let their units see the case;
    returns of each its id and what the event may say."""
    if not works:
        return []
    days = section(TaskSettings).days
    dues = [owed_by(act, work.answer_by, days=days, pointer=f"{work.pointer}/answer_by") for work in works]
    notes = await keep_notes(act, case, "task", [work.text for work in works])
    given = [(work.unit, note.id) for work, note in zip(works, notes, strict=True) if work.unit != case.lead_unit]
    parts = await assignments.give(act, case.case_id, given)  # the lead has its part already
    whistle = origin if source is Source.WHISTLE else None
    meeting = origin if source is Source.MEETING else None
    rows, made = [], []
    for work, due, note in zip(works, dues, notes, strict=True):
        task = uuid7()
        rows.append((
            task, case.case_id, parts.get(note.id), source.value, whistle, meeting, work.unit, asker, act.actor.id, act.now,
            note.id, due,
        ))  # fmt: skip
        said = {"task": str(task), "unit": work.unit, "by": asker, "due": due.timestamp(), **note.said}
        made.append((task, said))
    await act.conn.executemany(_PUT, rows)
    return made


async def begin(act: ActionContext, task_id: uuid.UUID, action: str) -> TaskRow:
    """The task, when this actor may take this step now; its case is locked. Raises NotFound, Stale, ActionRefused or
    Forbidden."""
    await lock_case_of(act.conn, "task", task_id, actor=act.actor)
    task = await read_task(act.conn, task_id, act.now)
    TASKS.check(task, action, act.actor, act.now, version=act.version)
    return task


async def move(
    act: ActionContext, task: TaskRow, kind: str, changes: Mapping[str, object], said: Mapping[str, object]
) -> None:
    """Change the task, and append the event `kind`."""
    await change_row(act.conn, "task", task.id, changes)
    facts = {"task": str(task.id), "unit": task.unit, **said}
    await record(act.conn, task.case_id, kind, actor=act.actor, at=act.now, facts=facts)


async def end_part(act: ActionContext, task: TaskRow) -> None:
    """The unit's part in the case ends with this task, unless it has another."""
    if task.assignment is not None:
        await assignments.end(act, task.assignment)
    if not await act.conn.fetchval(_STILL_TASKED, task.case_id, task.unit):
        await revoke(act.conn, task.case_id, "task", at=act.now, grantees=[f"unit:{task.unit}"])


async def _tell(act: ActionContext, task: TaskRow, what: str, to: str, **facts: str) -> None:
    """What became of a task, by the version that it has now."""
    await tell(act, f"task {task.id} {task.version + 1} {what}", f"task_{what}", to, task.case_id, **facts)


async def take_part(act: ActionContext, task: TaskRow) -> None:
    """The unit has signed for its task."""
    if task.assignment is not None:
        await assignments.answer(act, task.assignment, "signed")


async def sign_for(act: ActionContext, task_id: uuid.UUID) -> None:
    """By the unit it was given to. The lead stays where it is."""
    task = await begin(act, task_id, "sign_for")
    await take_part(act, task)
    await move(act, task, "sign_task", {}, {})


async def refuse(act: ActionContext, task_id: uuid.UUID, *, reason: str) -> None:
    """By the unit it was given to, before it signs, with the reason; what the task let it see is closed again."""
    task = await begin(act, task_id, "refuse")
    note = await keep_note(act, task, "task_refusal", reason)
    if task.assignment is not None:
        await assignments.answer(act, task.assignment, "refused", note.id)
    await end_part(act, task)
    await move(act, task, "refuse_task", {}, note.said)
    await _tell(act, task, "refused", task.asked_by_unit, unit=task.unit)


async def answer(act: ActionContext, task_id: uuid.UUID, *, result: str, files: Sequence[uuid.UUID]) -> None:
    """By the unit that signed for it, with files of the case; a department that was called has arrived before."""
    task = await begin(act, task_id, "answer")
    wanted = sorted(set(files))
    if wanted and await act.conn.fetchval(_FILES, task_id, wanted, task.case_id) < len(wanted):
        raise errors.Invalid(
            "附件不是本件的，或已撤回。", "A file is none of this case, or was withdrawn.", pointer="#/body/files"
        )
    note = await keep_note(act, task, "task_result", result)
    changes = {
        "state": TaskState.ANSWERED.value, "result": note.id, "answered_at": act.now, "answered_by": act.actor.id,
        "first_answered_at": task.first_answered_at or act.now,
    }  # fmt: skip
    await move(act, task, "answer_task", changes, {"files": [str(file) for file in wanted], **note.said})
    await _tell(act, task, "answered", task.asked_by_unit, unit=task.unit)


async def return_for_more(act: ActionContext, task_id: uuid.UUID, *, reason: str, answer_by: date | None) -> None:
    """By the unit that asked, or the lead: another result is owed, never sooner than the first was."""
    task = await begin(act, task_id, "return")
    due = owed_by(act, answer_by, days=section(TaskSettings).days, pointer="#/body/answer_by")
    due = max(due, task.due)
    note = await keep_note(act, task, "task_return", reason)
    changes = {"state": TaskState.RETURNED.value, "due": due}
    await move(act, task, "return_task", changes, {"due": due.timestamp(), **note.said})
    await _tell(act, task, "returned", task.unit, by=task.asked_by_unit)


async def waive(act: ActionContext, task_id: uuid.UUID, *, reason: str) -> None:
    """By the unit that asked, or the lead: no answer is waited for any more, and the record says why."""
    task = await begin(act, task_id, "waive")
    note = await keep_note(act, task, "task_waiver", reason)
    await move(act, task, "waive_task", await excused(act, task, note.id), note.said)
    await end_part(act, task)


async def excused(act: ActionContext, task: TaskRow, note: uuid.UUID) -> dict[str, object]:
    """Nothing is owed on a task any more, nor the arrival of its unit: the changes of its row."""
    await deadlines.stop(act.conn, task.case_id, ClockKind.ARRIVAL, act.now, subject=str(task.id))
    return {"state": TaskState.WAIVED.value, "waiver": note, "ended_at": act.now}


async def recall(act: ActionContext, task_id: uuid.UUID) -> None:
    """By the unit that asked, or the lead, before it is signed for."""
    task = await begin(act, task_id, "recall")
    await deadlines.stop(act.conn, task.case_id, ClockKind.ARRIVAL, act.now, subject=str(task_id))
    await move(act, task, "recall_task", {"state": TaskState.RECALLED.value, "ended_at": act.now}, {})
    await end_part(act, task)


_END_TASKS = """
    update task set state = 'ended', ended_at = $2, version = version + 1
    where case_id = $1 and state in ('open', 'returned')
"""
_END_WHISTLES = """
    update whistle set state = 'ended', ended_at = $2, version = version + 1 where case_id = $1 and state = 'open'
"""
_END_MEETINGS = """
    update meeting set state = 'cancelled', ended_at = $2, version = version + 1
    where case_id = $1 and state = 'scheduled'
"""
_TAKE_UP_TASKS = """
    update task set state = case when answered_at is null then 'open' else 'returned' end, ended_at = null,
        version = version + 1
    where case_id = $1 and state = 'ended' and ended_at = $2
"""
_TAKE_UP_WHISTLES = """
    update whistle set state = 'open', ended_at = null, version = version + 1
    where case_id = $1 and state = 'ended' and ended_at = $2
"""
_EXCUSED = """
    select a.id from task t join assignment a on a.id = t.assignment
    where t.case_id = $1 and t.state = 'waived' and a.state = 'signed'
"""
_OFFERED = """
    select coalesce(array_agg('unit:' || t.unit), '{}') from task t join assignment a on a.id = t.assignment
    where t.case_id = $1 and t.state in ('open', 'returned') and a.state = 'offered'
"""


async def end_with_case(act: ActionContext, case: LoadedCase, at: datetime) -> list[Part]:
    """Tasks, call-outs and meetings are over; who never signed for a task, or only sat in a meeting, sees the case no more.
    An objection to a call may still be ruled on: who rules sees the case until then."""
    for statement in (_END_TASKS, _END_WHISTLES, _END_MEETINGS):
        await act.conn.execute(statement, case.case_id, at)
    owing = OWING.of(case.facts)
    if owing.booked:
        await give_back(act.conn, owing.booked, by=act.actor.id, at=at)
    return [(None, "meeting"), *((f"unit:{unit}", "task") for unit in owing.without_part)]


async def take_up_with_case(act: ActionContext, case: LoadedCase, ended_at: datetime) -> tuple[Part, ...]:
    """What ended at that instant stands again; a meeting is called anew, its room may be taken. A unit that had been
    excused from its task stays so."""
    case_id = case.case_id
    for statement in (_TAKE_UP_TASKS, _TAKE_UP_WHISTLES):
        await act.conn.execute(statement, case_id, ended_at)
    for (excused,) in await act.conn.fetch(_EXCUSED, case_id):
        await assignments.end(act, excused)
    await grant(act.conn, case_id, await act.conn.fetchval(_OFFERED, case_id), "task")
    return ()

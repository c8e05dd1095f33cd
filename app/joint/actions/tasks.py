"""Tasks (协办): given, signed for or refused, answered in writing, returned, waived, taken back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.cases.actions import assignments
from app.cases.actions.owed import owed_by
from app.cases.actions.record import record
from app.cases.actions.step import write_note
from app.cases.queries.one import LoadedCase
from app.core import errors
from app.core.access import Permission
from app.core.database import uuid7
from app.core.errors import Words
from app.core.settings import section
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind
from app.joint.actions.step import begin, end_taking, in_the_name_of, move, open_case, standings, tell
from app.joint.rules import RECUSAL, Source, Standing, TaskState
from app.joint.settings import TaskSettings
from app.reference.actions import ActionContext


@dataclass(frozen=True, slots=True)
class Work:
    """What is asked of a unit: by a lead, or by the whistle or meeting with the id `origin`."""

    unit: str
    text: str
    answer_by: date | None = None
    source: Source = Source.LEAD
    origin: uuid.UUID | None = None


async def give(act: ActionContext, case_id: uuid.UUID, work: Work) -> uuid.UUID:
    """交办协办任务: the lead asks another unit for a written result; it sees the case from now on.

    Raises NotFound, Forbidden (not the lead), Conflict (accusation, review, recusal, a case with a result) or Invalid.
    """
    case = await open_case(act, case_id)
    if in_the_name_of(act, Permission.CASE_OFFER, [case.facts.lead_unit]) is None:
        raise errors.Forbidden(
            f"只有主办单位 {case.facts.lead_unit} 可以交办协办任务。",
            f"Only the lead unit {case.facts.lead_unit} gives tasks.",
        )
    if work.unit == case.facts.lead_unit:
        raise errors.Invalid("该单位是主办单位。", "This unit leads the case.", pointer="#/body/unit")
    await able_to_help(act, case, work.unit, "#/body/unit")
    made, said = await put(act, case, work, case.facts.lead_unit, "#/body/answer_by")
    await record(act.conn, case_id, "give_task", actor=act.actor, at=act.now, facts=said)
    await tell(act, f"task {made} given", "task_given", work.unit, case_id, by=case.facts.lead_unit)
    return made


async def able_to_help(act: ActionContext, case: LoadedCase, unit: str, pointer: str) -> Standing:
    """Raises Invalid for a unit that there is not, Conflict for one that the matter concerns."""
    found = (await standings(act, case, [unit])).get(unit)
    if found is None or found.kind == "discipline_desk":
        raise errors.Invalid("没有可协办的这个单位。", "There is no such unit to work on this.", pointer=pointer)
    if found.barred:
        raise errors.Conflict(RECUSAL.zh, RECUSAL.en)
    return found


async def put(
    act: ActionContext, case: LoadedCase, work: Work, asker: str, pointer: str
) -> tuple[uuid.UUID, dict[str, Any]]:
    """Store a task and give the unit its part and its sight; returns its id and what the event may say."""
    due = owed_by(act, work.answer_by, days=section(TaskSettings).days, pointer=pointer)
    note, said = await write_note(act, case, "task", work.text)
    made, case_id = uuid7(), case.facts.id
    assignment = None
    if work.unit != case.facts.lead_unit:  # the lead has its part already
        assignment = await assignments.give(act, case_id, work.unit, note)
    whistle = work.origin if work.source is Source.WHISTLE else None
    meeting = work.origin if work.source is Source.MEETING else None
    await act.conn.execute(
        "insert into task (id, case_id, assignment, source, whistle, meeting, unit, asked_by_unit, asked_by, asked_at,"
        " note, due, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open')",
        made, case_id, assignment, work.source.value, whistle, meeting, work.unit, asker, act.actor.id, act.now, note, due,
    )  # fmt: skip
    return made, {"task": str(made), "unit": work.unit, "by": asker, "due": due.timestamp(), **said}


async def sign_for(act: ActionContext, task_id: uuid.UUID) -> int:
    """签收: the unit takes the task; the lead stays where it is."""
    begun = await begin(act, task_id, "sign_for")
    await assignments.answer(act, begun.row["assignment"], "signed")
    return await move(act, begun, "sign_task", {}, {})


async def refuse(act: ActionContext, task_id: uuid.UUID, *, reason: str) -> int:
    """退回: with the reason; the unit sees the case no more. The lead asks another, and records that none comes from here."""
    begun = await begin(act, task_id, "refuse")
    note, said = await write_note(act, begun.case, "task_refusal", reason)
    await assignments.answer(act, begun.row["assignment"], "refused", note)
    await end_taking(act, begun)
    version = await move(act, begun, "refuse_task", {}, said)
    await _tell_asker(act, begun.row, version, "refused")
    return version


async def _tell_asker(act: ActionContext, row: Any, version: int, what: str) -> None:
    key = f"task {row['id']} {version} {what}"
    await tell(act, key, f"task_{what}", row["asked_by_unit"], row["case_id"], unit=row["unit"])


_FILES = """
    insert into task_file (task, attachment, case_id)
    select $1, a.id, a.case_id from attachment a where a.id = any($2::uuid[]) and a.case_id = $3 and a.withdrawn_at is null
    on conflict do nothing
"""


async def answer(act: ActionContext, task_id: uuid.UUID, *, result: str, files: Sequence[uuid.UUID] = ()) -> int:
    """书面反馈: the result in writing, with files of the case; a called department may leave with it."""
    begun = await begin(act, task_id, "answer")
    await act.conn.execute(_FILES, task_id, list(files), begun.row["case_id"])
    kept = await act.conn.fetchval(
        "select count(*) from task_file where task = $1 and attachment = any($2::uuid[])", task_id, list(files)
    )
    if kept < len(set(files)):
        raise errors.Invalid(
            "附件不是本件的，或已撤回。", "A file is none of this case, or was withdrawn.", pointer="#/body/files"
        )
    note, said = await write_note(act, begun.case, "task_result", result)
    changes = {
        "state": TaskState.ANSWERED.value, "result": note, "answered_at": act.now, "answered_by": act.actor.id,
        "first_answered_at": begun.row["first_answered_at"] or act.now,
    }  # fmt: skip
    version = await move(act, begun, "answer_task", changes, {"files": sorted(map(str, set(files))), **said})
    await _tell_asker(act, begun.row, version, "answered")
    return version


async def return_for_more(act: ActionContext, task_id: uuid.UUID, *, reason: str, answer_by: date | None) -> int:
    """退回补充: the result does not do; another is owed, never sooner than the first was."""
    begun = await begin(act, task_id, "return")
    if begun.row["settled"]:
        raise errors.ActionRefused("该吹哨已办结。", "The whistle is settled.")
    due = max(owed_by(act, answer_by, days=section(TaskSettings).days, pointer="#/body/answer_by"), begun.row["due"])
    _, said = await write_note(act, begun.case, "task_return", reason)
    changes = {"state": TaskState.RETURNED.value, "due": due}
    version = await move(act, begun, "return_task", changes, {"due": due.timestamp(), **said})
    key = f"task {task_id} {version} returned"
    await tell(act, key, "task_returned", begun.task.unit, begun.row["case_id"], by=begun.row["asked_by_unit"])
    return version


async def waive(act: ActionContext, task_id: uuid.UUID, *, reason: str) -> int:
    """说明未反馈原因: no answer is waited for any more, and the record says why."""
    begun = await begin(act, task_id, "waive")
    note, said = await write_note(act, begun.case, "task_waiver", reason)
    changes = await excused(act, begun.row, note)
    version = await move(act, begun, "waive_task", changes, said)
    await end_taking(act, begun)
    return version


async def excused(act: ActionContext, row: Any, note: uuid.UUID) -> dict[str, Any]:
    """Nothing is owed on a task any more, nor the arrival of its unit: the changes of its row."""
    await deadlines.stop(act.conn, row["case_id"], ClockKind.ARRIVAL, act.now, subject=str(row["id"]))
    return {"state": TaskState.WAIVED.value, "waiver": note, "ended_at": act.now}


async def recall(act: ActionContext, task_id: uuid.UUID) -> int:
    """撤回: before it is signed for."""
    begun = await begin(act, task_id, "recall")
    await deadlines.stop(act.conn, begun.row["case_id"], ClockKind.ARRIVAL, act.now, subject=str(task_id))
    version = await move(act, begun, "recall_task", {"state": TaskState.RECALLED.value, "ended_at": act.now}, {})
    await end_taking(act, begun)
    return version


def refused_unit(why: Words, pointer: str) -> errors.Invalid:
    """A unit that does not fit the place it was named in."""
    return errors.Invalid(why.zh, why.en, pointer=pointer)

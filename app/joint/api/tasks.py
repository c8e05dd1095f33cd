"""Routes of tasks (协办), and of what a department that was called to the spot does."""

import uuid
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from app.cases.queries.notes import read_notes
from app.cases.queries.visible import require_visible
from app.cases.schemas import UnseenOut
from app.core.access import Actor, Permission
from app.core.http import Now, Read, requires
from app.core.openapi import carries
from app.core.paging import ThisPage
from app.joint import actions
from app.joint.queries import tasks as queries
from app.joint.rules.tasks import TASKS
from app.joint.schemas.tasks import (
    ArriveIn,
    BecauseIn,
    GiveTaskIn,
    JointTaskItem,
    JointTaskOut,
    JointTaskPage,
    ResultIn,
    ReturnTaskIn,
    RuleCallIn,
)
from app.reference.actions import ActionContext
from app.reference.runner import StepAction, ThisCreator, ThisReader, step_routes

router = APIRouter(prefix="/v1", tags=["together"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]


async def show(act: ActionContext, task_id: Any, _: str) -> dict[str, Any]:
    """A task's page."""
    task = await queries.get_task(act.conn, task_id, actor=act.actor)
    texts = {
        "text": task.note, "result_text": task.result, "waiver_text": task.waiver, "refusal_text": task.refusal,
        "objection_text": task.objection, "ruling_text": task.ruling_note,
    }  # fmt: skip
    notes = await read_notes(act.conn, texts.values())
    page = {
        **asdict(task), **{name: notes.get(note) for name, note in texts.items()}, "overdue": task.overdue(act.now),
        "available_actions": TASKS.available(task, act.actor, act.now),
    }  # fmt: skip
    return JointTaskOut.model_validate(page).model_dump()


@router.post(
    "/cases/{case_id}/tasks", response_model=JointTaskOut, summary="Give a co-handler a task", status_code=201,
    responses={201: carries("ETag")}, dependencies=[Depends(requires(Permission.CASE_OFFER))],
)  # fmt: skip
async def give_task(case_id: uuid.UUID, sent: GiveTaskIn, creator: ThisCreator) -> Response:
    """By the lead. The unit sees the case from now on; the case concludes once it has answered, or is excused."""
    return await creator.run(lambda act: actions.give_task(act, case_id, **dict(sent)), show)


@router.get("/cases/{case_id}/tasks", response_model=JointTaskPage, summary="Tasks of a case")
async def list_case_tasks(
    case_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, page: ThisPage
) -> JointTaskPage:  # fmt: skip
    """All of them, ended ones too, by the time the result is owed."""
    await require_visible(conn, case_id, actor=actor)
    rows = await queries.list_tasks(conn, case_id, actor=actor, after=page.after(2, uuids=True), limit=page.most)
    shown = page.of(rows, lambda task: (task.due, task.id))
    return JointTaskPage(
        items=[JointTaskItem.model_validate({**asdict(task), "overdue": task.overdue(at)}) for task in shown]
    )


@router.get(
    "/tasks/{task_id}", response_model=JointTaskOut, summary="One task", responses={200: carries("ETag")},
    dependencies=[Depends(requires(Permission.CASE_READ))],
)  # fmt: skip
async def get_task(task_id: uuid.UUID, reader: ThisReader) -> Response:
    """What was asked, the last result, and what this caller may do. The ETag is its version."""
    return await reader.show(task_id, show)


STEPS: dict[str, StepAction] = {
    "sign_for": (actions.sign_for, None),
    "refuse": (actions.refuse, BecauseIn),
    "arrive": (actions.arrive, ArriveIn),
    "object": (actions.object_to_call, BecauseIn),
    "answer": (actions.answer, ResultIn),
    "return": (actions.return_for_more, ReturnTaskIn),
    "waive": (actions.waive, BecauseIn),
    "recall": (actions.recall, None),
    "rule": (actions.rule_on_call, RuleCallIn),
}
NAMES = {
    "sign_for": "sign_for_task", "arrive": "sign_arrival", "object": "object_to_call", "rule": "rule_on_call",
}  # fmt: skip
step_routes(
    router, TASKS, "/tasks/{task_id}", STEPS, answer=JointTaskOut | UnseenOut, show=show, key="task_id", names=NAMES
)

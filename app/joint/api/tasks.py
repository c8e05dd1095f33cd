"""Routes of tasks (协办), and of what a called department does."""

import uuid
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from app.cases.queries.one import get_facts
from app.cases.schemas import UnseenOut
from app.core import paging
from app.core.access import Actor
from app.core.database import Connection
from app.core.http import Language, Now, Read, ThisCall, Write
from app.core.openapi import carries
from app.joint import actions, queries
from app.joint.actions.tasks import Work
from app.joint.api.shared import CanAsk, CanHandle, CanRead, CanRule, CanSign, Rules, ThisMove, made, more, shown
from app.joint.rules import task_actions
from app.joint.schemas import (
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

router = APIRouter(prefix="/v1", tags=["together"])


async def show(conn: Connection, task: uuid.UUID, actor: Actor, at: datetime, _: str) -> dict[str, Any]:
    """A task's page."""
    row = await queries.get_task(conn, task, actor=actor, now=at)
    row["available_actions"] = task_actions(queries.as_task(row), actor)
    return {name: row[name] for name in JointTaskOut.model_fields}


@router.post(
    "/cases/{case_id}/tasks", response_model=JointTaskOut, summary="Give a co-handler a task", status_code=201,
    responses={201: carries("ETag")},
)  # fmt: skip
async def give_task(
    case_id: uuid.UUID, sent: GiveTaskIn, conn: Write, call: ThisCall, rules: Rules, actor: CanAsk
) -> Response:
    """By the lead. The unit sees the case from now on; the case concludes once it has answered, or is excused."""
    work = Work(sent.unit, sent.text, sent.answer_by)
    return await made(conn, call, rules, actor, lambda act: actions.give(act, case_id, work), show)


@router.get("/cases/{case_id}/tasks", response_model=JointTaskPage, summary="Tasks of a case")
async def list_case_tasks(
    case_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, rules: Rules, request: Request, response: Response,
    limit: paging.Limit = paging.PAGE, cursor: paging.Cursor = None,
) -> JointTaskPage:  # fmt: skip
    """All of them, ended ones too, by the time the result is owed."""
    await get_facts(conn, case_id, rules, actor=actor)
    after = paging.decode(cursor, 2, uuids=True)
    rows = await queries.list_tasks(conn, case_id, actor=actor, after=after, limit=limit + 1, now=at)
    more(rows, limit, lambda row: [row["sort_due"], str(row["id"])], request, response)
    return JointTaskPage(items=[JointTaskItem.model_validate(dict(row)) for row in rows[:limit]])


@router.get("/tasks/{task_id}", response_model=JointTaskOut, summary="One task", responses={200: carries("ETag")})
async def get_task(task_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, said: Language) -> Response:
    """What was asked, the last result, and what this caller may do. The ETag is its version."""
    return shown(await show(conn, task_id, actor, at, said))


_AT = "/tasks/{task_id}/actions"


@router.post(f"{_AT}/sign_for", response_model=JointTaskOut, summary="Sign for a task")
async def sign_for_task(task_id: uuid.UUID, move: ThisMove, _: CanSign) -> Response:
    """By the unit it was given to. The lead stays where it is."""
    return await move.take(task_id, lambda act: actions.sign_for(act, task_id), show)


@router.post(f"{_AT}/refuse", response_model=JointTaskOut | UnseenOut, summary="Refuse a task")
async def refuse_task(task_id: uuid.UUID, sent: BecauseIn, move: ThisMove, _: CanSign) -> Response:
    """By the unit it was given to, before it signs, with the reason; what the task opened to it is closed again."""
    return await move.take(task_id, lambda act: actions.refuse(act, task_id, reason=sent.reason), show)


@router.post(f"{_AT}/answer", response_model=JointTaskOut, summary="Answer with the written result")
async def answer_task(task_id: uuid.UUID, sent: ResultIn, move: ThisMove, _: CanHandle) -> Response:
    """By the unit that signed for it; a called department has arrived before."""
    return await move.take(
        task_id, lambda act: actions.answer(act, task_id, result=sent.result, files=sent.files), show
    )


@router.post(f"{_AT}/return", response_model=JointTaskOut, summary="Return the result for more")
async def return_task(task_id: uuid.UUID, sent: ReturnTaskIn, move: ThisMove, _: CanAsk) -> Response:
    """By the unit that asked, or the lead."""
    return await move.take(
        task_id,
        lambda act: actions.return_for_more(act, task_id, reason=sent.reason, answer_by=sent.answer_by),
        show,
    )


@router.post(f"{_AT}/waive", response_model=JointTaskOut, summary="Record why no answer came")
async def waive_task(task_id: uuid.UUID, sent: BecauseIn, move: ThisMove, _: CanAsk) -> Response:
    """By the unit that asked, or the lead: nothing is waited for any more."""
    return await move.take(task_id, lambda act: actions.waive(act, task_id, reason=sent.reason), show)


@router.post(f"{_AT}/recall", response_model=JointTaskOut, summary="Take a task back")
async def recall_task(task_id: uuid.UUID, move: ThisMove, _: CanAsk) -> Response:
    """By the unit that asked, or the lead, before it is signed for."""
    return await move.take(task_id, lambda act: actions.recall(act, task_id), show)


@router.post(f"{_AT}/arrive", response_model=JointTaskOut, summary="Sign the arrival at the spot")
async def sign_arrival(task_id: uuid.UUID, sent: ArriveIn, move: ThisMove, _: CanSign) -> Response:
    """签到: by somebody of the department called, once, now. Its clock (W1) is met."""
    spot = sent.point.wgs84() if sent.point else None
    return await move.take(task_id, lambda act: actions.arrive(act, task_id, spot=spot), show)


@router.post(f"{_AT}/object", response_model=JointTaskOut, summary="Object to having been called")
async def object_to_call(task_id: uuid.UUID, sent: BecauseIn, move: ThisMove, _: CanSign) -> Response:
    """By the department called; the centre above rules, and until then its clock runs on."""
    return await move.take(task_id, lambda act: actions.object_to_call(act, task_id, reason=sent.reason), show)


@router.post(f"{_AT}/rule", response_model=JointTaskOut | UnseenOut, summary="Rule on the objection")
async def rule_on_call(task_id: uuid.UUID, sent: RuleCallIn, move: ThisMove, _: CanRule) -> Response:
    """By the centre above both: upheld, it was called wrongly and owes nothing; dismissed, it comes and answers."""
    return await move.take(
        task_id, lambda act: actions.rule_on_call(act, task_id, ruling=sent.ruling, reason=sent.reason), show
    )

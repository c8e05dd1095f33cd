"""Routes of tasks (协办), call-outs (吹哨报到) and joint meetings (会商研判)."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.cases.queries.visible import require_visible
from app.cases.schemas.page import UnseenOut
from app.core.access import Actor, Permission
from app.core.http import Read, requires
from app.core.openapi import carries
from app.core.paging import ThisPage
from app.joint import queries, schemas
from app.joint.actions import calling, tasks
from app.joint.rules.calling import MEETINGS, WHISTLES
from app.joint.rules.tasks import TASKS
from app.reference.runner import StepAction, ThisCreator, ThisReader, step_routes

router = APIRouter(prefix="/v1", tags=["together"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]


@router.post(
    "/cases/{case_id}/tasks", response_model=schemas.JointTaskOut, summary="Give a co-handler a task", status_code=201,
    responses={201: carries("ETag")}, dependencies=[Depends(requires(Permission.CASE_OFFER))],
)  # fmt: skip
async def give_task(case_id: uuid.UUID, sent: schemas.GiveTaskIn, creator: ThisCreator) -> Response:
    """By the lead. The unit sees the case from now on; the case concludes once it has answered, or is excused."""
    return await creator.run(lambda act: tasks.give_task(act, case_id, **dict(sent)), queries.show_task)


@router.get("/cases/{case_id}/tasks", summary="Tasks of a case")
async def list_case_tasks(case_id: uuid.UUID, actor: CanRead, conn: Read, page: ThisPage) -> schemas.JointTaskPage:
    """All of them, ended ones too, by the time the result is owed."""
    await require_visible(conn, case_id, actor=actor)
    rows = await queries.list_tasks(conn, case_id, actor=actor, after=page.after(2, uuids=True), limit=page.most)
    return schemas.JointTaskPage(items=[*page.of(rows, lambda task: (task.due, task.id))])


@router.get(
    "/tasks/{task_id}", response_model=schemas.JointTaskOut, summary="One task", responses={200: carries("ETag")},
    dependencies=[Depends(requires(Permission.CASE_READ))],
)  # fmt: skip
async def get_task(task_id: uuid.UUID, reader: ThisReader) -> Response:
    """What was asked, the last result, and what this caller may do. The ETag is its version."""
    return await reader.show(task_id, queries.show_task)


TASK_STEPS: dict[str, StepAction] = {
    "sign_for": (tasks.sign_for, None),
    "refuse": (tasks.refuse, schemas.BecauseIn),
    "arrive": (calling.arrive, schemas.ArriveIn),
    "object": (calling.object_to_call, schemas.BecauseIn),
    "answer": (tasks.answer, schemas.ResultIn),
    "return": (tasks.return_for_more, schemas.ReturnTaskIn),
    "waive": (tasks.waive, schemas.BecauseIn),
    "recall": (tasks.recall, None),
    "rule": (calling.rule_on_call, schemas.RuleCallIn),
}
NAMES = {
    "sign_for": "sign_for_task", "arrive": "sign_arrival", "object": "object_to_call", "rule": "rule_on_call",
}  # fmt: skip
step_routes(
    router, TASKS, "/tasks/{task_id}", TASK_STEPS, answer=schemas.JointTaskOut | UnseenOut, show=queries.show_task,
    key="task_id", names=NAMES,
)  # fmt: skip


@router.post(
    "/cases/{case_id}/whistles", response_model=schemas.WhistleOut, summary="Call departments to the spot", status_code=201,
    responses={201: carries("ETag")}, dependencies=[Depends(requires(Permission.CASE_OFFER))],
)  # fmt: skip
async def call_out(case_id: uuid.UUID, sent: schemas.WhistleIn, creator: ThisCreator) -> Response:
    """By a township's unit that leads the case or covers its place. Each department has a task, and until W1 to be there."""
    return await creator.run(lambda act: calling.call_out(act, case_id, **dict(sent)), queries.show_whistle)


@router.get("/cases/{case_id}/whistles", summary="Call-outs of a case")
async def list_case_whistles(case_id: uuid.UUID, actor: CanRead, conn: Read, page: ThisPage) -> schemas.WhistlePage:
    """All of them, with who was called and who came when."""
    await require_visible(conn, case_id, actor=actor)
    rows = await queries.list_whistles(conn, case_id, actor=actor, after=page.after(1, uuids=True), limit=page.most)
    return schemas.WhistlePage(items=[*page.of(rows, lambda whistle: (whistle.id,))])


@router.get(
    "/whistles/{whistle_id}", response_model=schemas.WhistleOut, summary="One call-out", responses={200: carries("ETag")},
    dependencies=[Depends(requires(Permission.CASE_READ))],
)  # fmt: skip
async def get_whistle(whistle_id: uuid.UUID, reader: ThisReader) -> Response:
    """Who was called for what, who came when, what was settled. The ETag is its version."""
    return await reader.show(whistle_id, queries.show_whistle)


step_routes(
    router, WHISTLES, "/whistles/{whistle_id}", {"settle": (calling.settle, schemas.SettleIn)}, answer=schemas.WhistleOut,
    show=queries.show_whistle, key="whistle_id",
)  # fmt: skip


@router.post(
    "/cases/{case_id}/meetings", response_model=schemas.MeetingOut, summary="Call a joint meeting", status_code=201,
    responses={201: carries("ETag")}, dependencies=[Depends(requires(Permission.CASE_OFFER))],
)  # fmt: skip
async def call_meeting(case_id: uuid.UUID, sent: schemas.CallMeetingIn, creator: ThisCreator) -> Response:
    """By the lead, or a centre above it. The units invited see the case until the meeting is held or cancelled."""
    return await creator.run(lambda act: calling.call_meeting(act, case_id, **dict(sent)), queries.show_meeting)


@router.get("/cases/{case_id}/meetings", summary="Joint meetings of a case")
async def list_case_meetings(case_id: uuid.UUID, actor: CanRead, conn: Read, page: ThisPage) -> schemas.MeetingPage:
    """All of them, with who was invited and what was decided."""
    await require_visible(conn, case_id, actor=actor)
    rows = await queries.list_meetings(conn, case_id, actor=actor, after=page.after(1, uuids=True), limit=page.most)
    return schemas.MeetingPage(items=[*page.of(rows, lambda meeting: (meeting.id,))])


@router.get(
    "/meetings/{meeting_id}", response_model=schemas.MeetingOut, summary="One meeting", responses={200: carries("ETag")},
    dependencies=[Depends(requires(Permission.CASE_READ))],
)  # fmt: skip
async def get_meeting(meeting_id: uuid.UUID, reader: ThisReader) -> Response:
    """Agenda, who is invited, minutes and decisions, and what this caller may do. The ETag is its version."""
    return await reader.show(meeting_id, queries.show_meeting)


MEETING_STEPS: dict[str, StepAction] = {
    "accept": (calling.accept_meeting, None),
    "decline": (calling.decline_meeting, schemas.BecauseIn),
    "hold": (calling.hold_meeting, schemas.HoldMeetingIn),
    "cancel": (calling.cancel_meeting, schemas.BecauseIn),
}
step_routes(
    router, MEETINGS, "/meetings/{meeting_id}", MEETING_STEPS, answer=schemas.MeetingOut | UnseenOut,
    show=queries.show_meeting, key="meeting_id",
)  # fmt: skip

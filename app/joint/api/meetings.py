"""Routes of joint meetings (会商研判)."""

import uuid
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from app.cases.queries.notes import read_notes
from app.cases.queries.visible import require_visible
from app.cases.schemas import UnseenOut
from app.core.access import Actor, Permission
from app.core.http import Read, requires
from app.core.openapi import carries
from app.core.paging import ThisPage
from app.joint import actions
from app.joint.queries import meetings as queries
from app.joint.rules.meetings import MEETINGS
from app.joint.schemas.meetings import CallMeetingIn, HoldMeetingIn, MeetingItem, MeetingOut, MeetingPage
from app.joint.schemas.tasks import BecauseIn
from app.reference.actions import ActionContext
from app.reference.runner import StepAction, ThisCreator, ThisReader, step_routes

router = APIRouter(prefix="/v1", tags=["together"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]


async def show(act: ActionContext, meeting_id: Any, _: str) -> dict[str, Any]:
    """A meeting's page."""
    meeting = await queries.get_meeting(act.conn, meeting_id, actor=act.actor)
    notes = await read_notes(act.conn, (meeting.agenda, meeting.minutes))
    page = {
        **asdict(meeting), "agenda_text": notes.get(meeting.agenda), "minutes_text": notes.get(meeting.minutes),
        "available_actions": MEETINGS.available(meeting, act.actor, act.now),
    }  # fmt: skip
    return MeetingOut.model_validate(page).model_dump()


@router.post(
    "/cases/{case_id}/meetings", response_model=MeetingOut, summary="Call a joint meeting", status_code=201,
    responses={201: carries("ETag")}, dependencies=[Depends(requires(Permission.CASE_OFFER))],
)  # fmt: skip
async def call_meeting(case_id: uuid.UUID, sent: CallMeetingIn, creator: ThisCreator) -> Response:
    """By the lead, or a centre above it. The units invited see the case until the meeting is held or cancelled."""
    return await creator.run(lambda act: actions.call_meeting(act, case_id, **dict(sent)), show)


@router.get("/cases/{case_id}/meetings", response_model=MeetingPage, summary="Joint meetings of a case")
async def list_case_meetings(case_id: uuid.UUID, actor: CanRead, conn: Read, page: ThisPage) -> MeetingPage:
    """All of them, with who was invited and what was decided."""
    await require_visible(conn, case_id, actor=actor)
    rows = await queries.list_meetings(conn, case_id, actor=actor, after=page.after(1, uuids=True), limit=page.most)
    shown = page.of(rows, lambda meeting: (meeting.id,))
    return MeetingPage(items=[MeetingItem.model_validate(asdict(meeting)) for meeting in shown])


@router.get(
    "/meetings/{meeting_id}", response_model=MeetingOut, summary="One meeting", responses={200: carries("ETag")},
    dependencies=[Depends(requires(Permission.CASE_READ))],
)  # fmt: skip
async def get_meeting(meeting_id: uuid.UUID, reader: ThisReader) -> Response:
    """Agenda, who is invited, minutes and decisions, and what this caller may do. The ETag is its version."""
    return await reader.show(meeting_id, show)


STEPS: dict[str, StepAction] = {
    "accept": (actions.accept_meeting, None),
    "decline": (actions.decline_meeting, BecauseIn),
    "hold": (actions.hold_meeting, HoldMeetingIn),
    "cancel": (actions.cancel_meeting, BecauseIn),
}
step_routes(
    router, MEETINGS, "/meetings/{meeting_id}", STEPS, answer=MeetingOut | UnseenOut, show=show, key="meeting_id"
)

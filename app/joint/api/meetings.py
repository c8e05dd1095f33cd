"""Routes of joint meetings (会商研判)."""

import uuid
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from app.cases.queries.one import get_facts
from app.cases.schemas import UnseenOut
from app.core import paging
from app.core.access import Actor, Permission
from app.core.database import Connection
from app.core.http import Language, Now, Read, ThisCall, Write
from app.core.openapi import carries
from app.joint import actions, queries
from app.joint.actions import Decision, Invitation
from app.joint.api.shared import CanAsk, CanRead, CanSign, Rules, ThisMove, made, more, shown
from app.joint.rules import WORKED, MeetingState, SeatState
from app.joint.schemas import BecauseIn, CallMeetingIn, HoldMeetingIn, MeetingItem, MeetingOut, MeetingPage

router = APIRouter(prefix="/v1", tags=["together"])


async def show(conn: Connection, meeting: uuid.UUID, actor: Actor, at: datetime, _: str) -> dict[str, Any]:
    """A meeting's page."""
    row = await queries.get_meeting(conn, meeting, actor=actor)
    row["available_actions"] = _actions_for(actor, row, at)
    return MeetingOut.model_validate(row).model_dump()


def _actions_for(actor: Actor, row: dict[str, Any], at: datetime) -> list[str]:
    if row["state"] != MeetingState.SCHEDULED or row["status"] not in WORKED:
        return []
    signs = actor.units_with(Permission.CASE_SIGN)
    asked = any(seat["unit"] in signs and seat["state"] == SeatState.INVITED for seat in row["seats"])
    calls = row["unit"] in actor.units_with(Permission.CASE_OFFER)
    allowed = {"accept": asked, "decline": asked, "hold": calls and row["at"] <= at, "cancel": calls}
    return [action for action, may in allowed.items() if may]


@router.post(
    "/cases/{case_id}/meetings", response_model=MeetingOut, summary="Call a joint meeting", status_code=201,
    responses={201: carries("ETag")},
)  # fmt: skip
async def call_meeting(
    case_id: uuid.UUID, sent: CallMeetingIn, conn: Write, call: ThisCall, rules: Rules, actor: CanAsk
) -> Response:
    """By the lead, or a centre above it. The units invited see the case until the meeting is held or cancelled."""

    asked = Invitation(sent.at, sent.agenda, tuple(sent.units), sent.until, sent.room, sent.place)
    return await made(conn, call, rules, actor, lambda act: actions.call_meeting(act, case_id, asked), show)


@router.get("/cases/{case_id}/meetings", response_model=MeetingPage, summary="Joint meetings of a case")
async def list_case_meetings(
    case_id: uuid.UUID, actor: CanRead, conn: Read, rules: Rules, request: Request, response: Response,
    limit: paging.Limit = paging.PAGE, cursor: paging.Cursor = None,
) -> MeetingPage:  # fmt: skip
    """All of them, with who was invited and what was decided."""
    await get_facts(conn, case_id, rules, actor=actor)
    after = paging.decode(cursor, 1, uuids=True)
    rows = await queries.list_meetings(conn, case_id, actor=actor, after=after, limit=limit + 1)
    more(rows, limit, lambda row: [str(row["id"])], request, response)
    return MeetingPage(items=[MeetingItem.model_validate(row) for row in rows[:limit]])


@router.get(
    "/meetings/{meeting_id}", response_model=MeetingOut, summary="One meeting", responses={200: carries("ETag")}
)
async def get_meeting(meeting_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, said: Language) -> Response:
    """Agenda, who is invited, minutes and decisions, and what this caller may do. The ETag is its version."""
    return shown(await show(conn, meeting_id, actor, at, said))


_AT = "/meetings/{meeting_id}/actions"


@router.post(f"{_AT}/accept", response_model=MeetingOut, summary="Accept an invitation")
async def accept_meeting(meeting_id: uuid.UUID, move: ThisMove, _: CanSign) -> Response:
    """By a unit invited."""
    return await move.take(meeting_id, lambda act: actions.accept_meeting(act, meeting_id), show)


@router.post(f"{_AT}/decline", response_model=MeetingOut | UnseenOut, summary="Decline an invitation")
async def decline_meeting(meeting_id: uuid.UUID, sent: BecauseIn, move: ThisMove, _: CanSign) -> Response:
    """By a unit invited, with the reason; what the invitation opened to it is closed again."""
    return await move.take(meeting_id, lambda act: actions.decline_meeting(act, meeting_id, reason=sent.reason), show)


@router.post(f"{_AT}/hold", response_model=MeetingOut, summary="Keep minutes and decisions")
async def hold_meeting(meeting_id: uuid.UUID, sent: HoldMeetingIn, move: ThisMove, _: CanAsk) -> Response:
    """By the unit that called it, once it has begun; each decision is a task of its unit from then on."""
    decided = [Decision(decision.unit, decision.text, decision.answer_by) for decision in sent.decisions]
    return await move.take(
        meeting_id,
        lambda act: actions.hold_meeting(act, meeting_id, minutes=sent.minutes, decisions=decided),
        show,
    )


@router.post(f"{_AT}/cancel", response_model=MeetingOut, summary="Cancel a meeting")
async def cancel_meeting(meeting_id: uuid.UUID, sent: BecauseIn, move: ThisMove, _: CanAsk) -> Response:
    """By the unit that called it, with the reason."""
    return await move.take(meeting_id, lambda act: actions.cancel_meeting(act, meeting_id, reason=sent.reason), show)

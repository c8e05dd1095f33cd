"""会商研判: a meeting of several units on one case; its decisions are tasks."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.cases.actions.access import grant, revoke
from app.cases.actions.notes import keep_note
from app.cases.actions.record import record
from app.cases.queries.visible import LockedCase, lock_case_of
from app.cases.rules import Kind
from app.centres.actions import book, give_back
from app.centres.rules import BookingPurpose, Period
from app.core import errors
from app.core.access import Permission
from app.core.database import uuid7
from app.core.rows import change_row
from app.joint.actions.step import able_to_help, open_case, tell
from app.joint.actions.tasks import Work, put
from app.joint.queries.meetings import MeetingRow, get_meeting
from app.joint.queries.units import list_relations
from app.joint.rules.meetings import MEETINGS, MeetingState, SeatState
from app.joint.rules.tasks import Source
from app.joint.rules.units import acts_for, needs_part
from app.joint.schemas.meetings import DecisionIn
from app.reference.actions import ActionContext

_CALL = """
    insert into meeting (id, case_id, unit, called_by, called_at, at, until, booking, place, agenda, state)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'scheduled')
"""
_INVITE = "insert into meeting_seat (meeting, unit, state) select $1, unit, 'invited' from unnest($2::text[]) unit"
_ANSWER = """
    update meeting_seat set state = $3, answered_by = $4, answered_at = $5, note = $6 where meeting = $1 and unit = $2
"""
_STILL_INVITED = """
    select coalesce(array_agg('unit:' || s.unit), '{}') from meeting m join meeting_seat s on s.meeting = m.id
    where m.case_id = $1 and m.state = 'scheduled' and s.state <> 'declined'
"""


async def call_meeting(
    act: ActionContext, case_id: uuid.UUID, *, at: datetime, until: datetime | None, room: uuid.UUID | None,
    place: str | None, agenda: str, units: Sequence[str],
) -> uuid.UUID:  # fmt: skip
    """Call a meeting, in a `room` until a time or at a `place` in words: by the lead, or by a centre above it. The units
    invited see the case until it is held.

    Raises NotFound, Forbidden, Conflict (accusation, review, recusal, a case with a result) or Invalid.
    """
    case = await open_case(act, case_id)
    caller = await _caller(act, case)
    if at <= act.now:
        raise errors.Invalid("会商时间须在现在之后。", "A meeting lies ahead.", pointer="#/body/at")
    await _may_invite(act, case, caller, units)
    booking = None
    if room is not None and until is not None:
        booking = await book(
            act, room, Period(at, until), BookingPurpose.MEETING, case=case_id, pointer="#/body/until"
        )  # fmt: skip
    note, meeting = await keep_note(act, case, "meeting_agenda", agenda), uuid7()
    await act.conn.execute(
        _CALL, meeting, case_id, caller, act.actor.id, act.now, at, until, booking, place, note.id
    )  # fmt: skip
    await act.conn.execute(_INVITE, meeting, units)
    await grant(act.conn, case_id, [f"unit:{unit}" for unit in units], "meeting")
    for unit in units:
        await tell(act, f"meeting {meeting} called", "meeting_called", unit, case_id, by=caller)
    facts = {
        "meeting": str(meeting), "by": caller, "units": list(units), "meeting_at": at.timestamp(),
        "booking": str(booking) if booking else None, **note.said,
    }  # fmt: skip
    await record(act.conn, case_id, "call_meeting", actor=act.actor, at=act.now, facts=facts)
    return meeting


async def _caller(act: ActionContext, case: LockedCase) -> str:
    """The unit in whose name this actor calls a meeting: the lead, else a centre of a tier above it, of the case's areas."""
    heights, lead = act.reference.heights, case.lead_unit
    mine = await list_relations(act.conn, case.case_id, acts_for(act.actor, Permission.CASE_OFFER))
    fit = [
        code for code, unit in mine.items()
        if code == lead or (unit.kind == "centre" and unit.covers and heights[code] > heights[lead])
    ]  # fmt: skip
    if not fit:
        raise errors.Forbidden(
            "会商由主办单位或其上级中心召集。", "The lead, or a centre above it, calls a joint meeting."
        )
    return min(fit, key=lambda code: (code != lead, code))


async def _may_invite(act: ActionContext, case: LockedCase, caller: str, units: Sequence[str]) -> None:
    """Raises Invalid or Conflict for a unit that cannot take part."""
    pointers = [f"#/body/units/{n}" for n in range(len(units))]
    for found, pointer in zip(await able_to_help(act, case.case_id, units, pointers), pointers, strict=True):
        if found.code == caller:
            raise errors.Invalid("召集单位无须列入。", "Who calls it need not be named.", pointer=pointer)
        if (why := needs_part(found, petition=case.kind is Kind.PETITION)) is not None:
            raise errors.Invalid(why.zh, why.en, pointer=pointer)


async def _begin(act: ActionContext, meeting_id: uuid.UUID, action: str) -> MeetingRow:
    """The meeting, when this actor may take this step now; its case is locked."""
    await lock_case_of(act.conn, "meeting", meeting_id, actor=act.actor)
    meeting = await get_meeting(act.conn, meeting_id, actor=act.actor)
    MEETINGS.check(meeting, action, act.actor, act.now, version=act.version)
    return meeting


async def _move(
    act: ActionContext, meeting: MeetingRow, kind: str, changes: Mapping[str, Any], said: Mapping[str, Any]
) -> None:
    """Change the meeting, end the access that it no longer gives, append the event."""
    await change_row(act.conn, "meeting", meeting.id, changes)
    still = await act.conn.fetchval(_STILL_INVITED, meeting.case_id)
    await revoke(act.conn, meeting.case_id, "meeting", at=act.now, keep=still)
    facts = {"meeting": str(meeting.id), **said}
    await record(act.conn, meeting.case_id, kind, actor=act.actor, at=act.now, facts=facts)


async def accept_meeting(act: ActionContext, meeting_id: uuid.UUID) -> None:
    """By a unit that is invited."""
    meeting = await _begin(act, meeting_id, "accept")
    unit = await _answer(act, meeting, SeatState.ACCEPTED, None)
    await _move(act, meeting, "accept_meeting", {}, {"unit": unit})


async def decline_meeting(act: ActionContext, meeting_id: uuid.UUID, *, reason: str) -> None:
    """By a unit that is invited, with the reason; what the invitation let it see is closed again."""
    meeting = await _begin(act, meeting_id, "decline")
    note = await keep_note(act, meeting, "meeting_declined", reason)
    unit = await _answer(act, meeting, SeatState.DECLINED, note.id)
    await _move(act, meeting, "decline_meeting", {}, {"unit": unit, **note.said})


async def _answer(act: ActionContext, meeting: MeetingRow, state: SeatState, note: uuid.UUID | None) -> str:
    seat = meeting.seat_of(act.actor)
    assert seat is not None  # noqa: S101 (the table lets only who is invited answer)
    await act.conn.execute(_ANSWER, meeting.id, seat.unit, state.value, act.actor.id, act.now, note)
    return seat.unit


async def hold_meeting(
    act: ActionContext, meeting_id: uuid.UUID, *, minutes: str, decisions: Sequence[DecisionIn]
) -> None:
    """By the unit that called it, once it has begun; each decision is a task of its unit from then on."""
    meeting = await _begin(act, meeting_id, "hold")
    caller, lead = meeting.unit, meeting.lead_unit
    came = {seat.unit for seat in meeting.seats if seat.state is not SeatState.DECLINED}
    works = [
        Work(decided.unit, decided.text, decided.answer_by, f"#/body/decisions/{n}")
        for n, decided in enumerate(decisions)
    ]
    for work in works:
        if work.unit not in {*came, caller, lead}:
            raise errors.Invalid(
                "会商决定的任务只能由参会、召集或主办单位承担。",
                "A decision binds a unit that took part, called it, or leads the case.", pointer=f"{work.pointer}/unit",
            )  # fmt: skip
    units = [work.unit for work in works]
    await able_to_help(act, meeting.case_id, units, [f"{work.pointer}/unit" for work in works])
    note = await keep_note(act, meeting, "meeting_minutes", minutes)
    tasks = [task for task, _ in await put(act, meeting, works, caller, Source.MEETING, meeting_id)]
    for unit, task in zip(units, tasks, strict=True):
        await tell(act, f"task {task} given", "task_given", unit, meeting.case_id, by=caller)
    said = {"tasks": [[unit, str(task)] for unit, task in zip(units, tasks, strict=True)], **note.said}
    changes = {"state": MeetingState.HELD.value, "minutes": note.id, "ended_at": act.now, "ended_by": act.actor.id}
    await _move(act, meeting, "hold_meeting", changes, said)


async def cancel_meeting(act: ActionContext, meeting_id: uuid.UUID, *, reason: str) -> None:
    """By the unit that called it, with the reason; its room is free again."""
    meeting = await _begin(act, meeting_id, "cancel")
    note = await keep_note(act, meeting, "meeting_cancelled", reason)
    if meeting.booking is not None:
        await give_back(act.conn, [meeting.booking], by=act.actor.id, at=act.now)
    changes = {"state": MeetingState.CANCELLED.value, "ended_at": act.now, "ended_by": act.actor.id}
    await _move(act, meeting, "cancel_meeting", changes, note.said)

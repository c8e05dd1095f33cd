"""Units are called: to the spot (吹哨报到), where they work and leave with a result, and to joint meetings (会商研判)."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from app.cases.actions.access import grant, revoke
from app.cases.actions.notes import keep_note
from app.cases.actions.record import record
from app.cases.queries.visible import LockedCase, lock_case_of
from app.cases.rules import Kind
from app.centres.actions.booking import book, give_back
from app.centres.rules import BookingPurpose, Period
from app.core import errors
from app.core.access import Permission
from app.core.database import uuid7
from app.core.rows import change_row
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind, StartsOn
from app.joint.actions.tasks import Work, able_to_help, begin, end_part, excused, move, open_case, put, take_part, tell
from app.joint.queries import MeetingRow, find_ruler, get_meeting, get_whistle, list_relations
from app.joint.rules.calling import (
    ARRIVAL_PROCEDURE,
    MEETINGS,
    WHISTLES,
    MeetingState,
    Occasion,
    SeatState,
    WhistleState,
)
from app.joint.rules.tasks import OWED, Ruling, Source, acts_for, call_refused, may_call_out, needs_part
from app.joint.schemas import DecisionIn, SpotIn
from app.reference.actions import ActionContext

_POINT = "case when {0}::float8 is not null then st_setsrid(st_makepoint({0}::float8, {1}::float8), 4326) end"
_CALL_OUT = f"""
    insert into whistle (id, case_id, unit, occasion, note, point, blown_by, blown_at, state)
    values ($1, $2, $3, $4, $5, {_POINT.format("$6", "$7")}, $8, $9, 'open')
"""
_CALLED = "insert into whistle_call (task, whistle, unit) values ($1, $2, $3)"
_ARRIVED = f"""
    update whistle_call set arrived_at = $2, arrived_by = $3, arrival_point = {_POINT.format("$4", "$5")} where task = $1
"""
_OBJECTED = "update whistle_call set objection = $2, objected_at = $3, objected_by = $4, ruler = $5 where task = $1"
_RULED = "update whistle_call set ruling = $2, ruling_note = $3, ruled_at = $4, ruled_by = $5 where task = $1"
_STILL_RULES = """
    select exists (select from whistle_call k join task t on t.id = k.task
        where t.case_id = $1 and k.ruler = $2 and k.ruling is null)
"""


def _wgs84(point: SpotIn | None) -> tuple[float | None, float | None]:
    return point.wgs84() if point else (None, None)


async def call_out(
    act: ActionContext, case_id: uuid.UUID, *, occasion: Occasion, text: str, units: Sequence[str],
    point: SpotIn | None, answer_by: date | None,
) -> uuid.UUID:  # fmt: skip
    """Call departments to the spot: each has a task, and a clock until when to be there (W1).

    Raises NotFound, Forbidden (no township's unit that leads or covers the case), Conflict or Invalid.
    """
    case = await open_case(act, case_id)
    township = await _township(act, case)
    pointers = [f"#/body/units/{n}" for n in range(len(units))]
    for found, pointer in zip(await able_to_help(act, case_id, units, pointers), pointers, strict=True):
        why = call_refused(found, petition=case.kind is Kind.PETITION)
        if why is not None:
            raise errors.Invalid(why.zh, why.en, pointer=pointer)
        if found.code == township:
            raise errors.Invalid("不能召集本单位。", "A unit does not call itself.", pointer=pointer)
    note, whistle = await keep_note(act, case, "whistle", text), uuid7()
    await act.conn.execute(
        _CALL_OUT, whistle, case_id, township, occasion.value, note.id, *_wgs84(point), act.actor.id, act.now
    )
    works = [Work(unit, text, answer_by) for unit in units]
    tasks = [task for task, _ in await put(act, case, works, township, Source.WHISTLE, whistle)]
    await act.conn.executemany(_CALLED, [(task, whistle, unit) for task, unit in zip(tasks, units, strict=True)])
    clocks = act.reference.plan(act.reference.procedure(ARRIVAL_PROCEDURE[occasion], act.now), StartsOn.CALLED, act.now)
    await deadlines.start_all(act.conn, [(case_id, clock, str(task)) for task in tasks for clock in clocks])
    called = {unit: str(task) for unit, task in zip(units, tasks, strict=True)}
    facts = {"whistle": str(whistle), "by": township, "occasion": occasion.value, "tasks": called, **note.said}
    await record(act.conn, case_id, "whistle", actor=act.actor, at=act.now, facts=facts)
    for unit in units:
        await tell(act, f"whistle {whistle}", "whistle_blown", unit, case_id, by=township)
    return whistle


async def _township(act: ActionContext, case: LockedCase) -> str:
    """The unit in whose name this actor calls departments out."""
    lead = case.lead_unit
    mine = await list_relations(act.conn, case.case_id, acts_for(act.actor, Permission.CASE_OFFER))
    fit = [code for code, unit in mine.items() if may_call_out(unit, leads=code == lead)]
    if not fit:
        raise errors.Forbidden(
            "只有主办本件或管辖本件所在地的乡镇（街道）、区域服务中心可以吹哨。",
            "Only a township's unit, or its regional service centre, that leads or covers the case may call out.",
        )
    return min(fit, key=lambda code: (code != lead, code))


async def arrive(act: ActionContext, task_id: uuid.UUID, *, point: SpotIn | None) -> None:
    """签到: by somebody of the department called, once, now. Its clock (W1) is met. Whoever comes has taken the task."""
    task = await begin(act, task_id, "arrive")
    if task.taken == "offered":
        await take_part(act, task)
    await act.conn.execute(_ARRIVED, task_id, act.now, act.actor.id, *_wgs84(point))
    await deadlines.meet(act.conn, task.case_id, ClockKind.ARRIVAL, act.now, subject=str(task_id))
    await move(act, task, "arrive", {}, {"whistle": str(task.whistle)})


async def object_to_call(act: ActionContext, task_id: uuid.UUID, *, reason: str) -> None:
    """By the department called; the centre above rules, and until then its clock runs on."""
    task = await begin(act, task_id, "object")
    ruler = await find_ruler(act.conn, task.case_id, task.unit)
    note = await keep_note(act, task, "whistle_objection", reason)
    await act.conn.execute(_OBJECTED, task_id, note.id, act.now, act.actor.id, ruler)
    await grant(act.conn, task.case_id, [f"unit:{ruler}"], "ruling")
    await move(act, task, "object_to_call", {}, {"ruler": ruler, **note.said})
    await tell(act, f"task {task_id} objected", "call_objected", ruler, task.case_id, unit=task.unit)


async def rule_on_call(act: ActionContext, task_id: uuid.UUID, *, ruling: Ruling, reason: str) -> None:
    """By the centre above both: upheld, it was called wrongly and owes nothing; dismissed, it comes and answers."""
    task = await begin(act, task_id, "rule")
    ruler = str(task.ruler)
    note = await keep_note(act, task, "whistle_ruling", reason)
    await act.conn.execute(_RULED, task_id, ruling.value, note.id, act.now, act.actor.id)
    lifted = ruling is Ruling.UPHELD and task.state in OWED
    changes = await excused(act, task, note.id) if lifted else {}
    await move(act, task, "rule_on_call", changes, {"ruling": ruling.value, "by": ruler, **note.said})
    if lifted:
        await end_part(act, task)
    for unit in (task.unit, task.asked_by_unit):
        await tell(act, f"task {task_id} ruled", f"call_{ruling.value}", unit, task.case_id, by=ruler)
    if not await act.conn.fetchval(_STILL_RULES, task.case_id, ruler):
        await revoke(act.conn, task.case_id, "ruling", at=act.now, grantees=[f"unit:{ruler}"])


async def settle(act: ActionContext, whistle_id: uuid.UUID, *, settled: str) -> None:
    """By the township's unit that called, once every department has answered or is excused (事不完，人不走)."""
    await lock_case_of(act.conn, "whistle", whistle_id, actor=act.actor)
    whistle = await get_whistle(act.conn, whistle_id, actor=act.actor)
    WHISTLES.check(whistle, "settle", act.actor, act.now, version=act.version)
    note = await keep_note(act, whistle, "whistle_settlement", settled)
    changes = {
        "state": WhistleState.SETTLED.value, "settlement": note.id, "ended_at": act.now, "ended_by": act.actor.id,
    }  # fmt: skip
    await change_row(act.conn, "whistle", whistle_id, changes)
    facts = {"whistle": str(whistle_id), "by": whistle.unit, **note.said}
    await record(act.conn, whistle.case_id, "settle_whistle", actor=act.actor, at=act.now, facts=facts)


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
    act: ActionContext, meeting: MeetingRow, kind: str, changes: Mapping[str, object], said: Mapping[str, object]
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

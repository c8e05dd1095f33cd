"""会商研判: a meeting of several units on one case; its decisions are tasks."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.cases.actions.access import grant, revoke
from app.cases.actions.record import record
from app.cases.actions.step import write_note
from app.cases.queries.one import LoadedCase
from app.cases.rules import Kind
from app.centres.actions import book, release
from app.centres.rules import BookingPurpose, Period
from app.core import errors
from app.core.access import Permission
from app.core.database import uuid7
from app.joint.actions.step import in_the_name_of, lock, open_case, same_version, still_worked, tell
from app.joint.actions.tasks import Work, able_to_help, put, refused_unit
from app.joint.rules import MeetingState, SeatState, Source, needs_part
from app.reference.actions import ActionContext

# A centre of a higher tier than the lead, of the case's own areas.
_ABOVE = """
    select u.code from unit u, cases c join unit l on l.code = c.lead_unit
    where c.id = $1 and u.code = any($2::text[]) and u.kind = 'centre' and u.area in (c.township, c.county, c.city)
        and array_position(array['community', 'township', 'county', 'city'], u.tier)
            > array_position(array['community', 'township', 'county', 'city'], l.tier)
    order by u.code
"""
_STILL_INVITED = """
    select coalesce(array_agg('unit:' || s.unit), '{}') from meeting m join meeting_seat s on s.meeting = m.id
    where m.case_id = $1 and m.state = 'scheduled' and s.state <> 'declined'
"""


@dataclass(frozen=True, slots=True)
class Invitation:
    """When and where a meeting is, what about, and which units are invited: in a `room` until, or at a place in words."""

    at: datetime
    agenda: str
    units: tuple[str, ...]
    until: datetime | None = None
    room: uuid.UUID | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a meeting decided: which unit does what, by which day."""

    unit: str
    text: str
    answer_by: date | None = None


async def call_meeting(act: ActionContext, case_id: uuid.UUID, asked: Invitation) -> uuid.UUID:
    """Call a meeting: by the lead, or by a centre above it. The units invited see the case until it is held.

    Raises NotFound, Forbidden, Conflict (accusation, review, recusal, a case with a result) or Invalid.
    """
    case = await open_case(act, case_id)
    caller = await _caller(act, case)
    if asked.at <= act.now:
        raise errors.Invalid("会商时间须在现在之后。", "A meeting lies ahead.", pointer="#/body/at")
    for n, unit in enumerate(asked.units):
        found = await able_to_help(act, case, unit, f"#/body/units/{n}")
        if unit == caller:
            raise errors.Invalid("召集单位无须列入。", "Who calls it need not be named.", pointer=f"#/body/units/{n}")
        if (why := needs_part(found, petition=case.facts.kind is Kind.PETITION)) is not None:
            raise refused_unit(why, f"#/body/units/{n}")
    made, said = await _keep(act, case, asked, caller)
    for unit in asked.units:
        await act.conn.execute("insert into meeting_seat (meeting, unit, state) values ($1, $2, 'invited')", made, unit)
        await grant(act.conn, case_id, [f"unit:{unit}"], "meeting")
        await tell(act, f"meeting {made} called", "meeting_called", unit, case_id, by=caller)
    facts = {"meeting": str(made), "by": caller, "units": list(asked.units), "meeting_at": asked.at.timestamp(), **said}
    await record(act.conn, case_id, "call_meeting", actor=act.actor, at=act.now, facts=facts)
    return made


async def _keep(
    act: ActionContext, case: LoadedCase, asked: Invitation, caller: str
) -> tuple[uuid.UUID, dict[str, Any]]:
    """Store the meeting and take its room; returns its id and what the event may say."""
    booking = None
    if asked.room is not None and asked.until is not None:
        booking = await book(
            act.conn, asked.room, Period(asked.at, asked.until), BookingPurpose.MEETING, actor=act.actor, now=act.now,
            rules=act.reference, case=case.facts.id, pointer="#/body/until",
        )  # fmt: skip
    note, said = await write_note(act, case, "meeting_agenda", asked.agenda)
    made = uuid7()
    await act.conn.execute(
        "insert into meeting (id, case_id, unit, called_by, called_at, at, until, booking, place, agenda, state)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'scheduled')",
        made, case.facts.id, caller, act.actor.id, act.now, asked.at, asked.until, booking, asked.place, note,
    )  # fmt: skip
    return made, {"booking": str(booking) if booking else None, **said}


async def _caller(act: ActionContext, case: LoadedCase) -> str:
    """The unit in whose name this actor calls a meeting: the lead's, else that of a centre above it."""
    held = sorted(act.actor.units_with(Permission.CASE_OFFER))
    above = [row["code"] for row in await act.conn.fetch(_ABOVE, case.facts.id, held)]
    found = in_the_name_of(act, Permission.CASE_OFFER, [case.facts.lead_unit, *above])
    if found is None:
        raise errors.Forbidden(
            "会商由主办单位或其上级中心召集。", "The lead, or a centre above it, calls a joint meeting."
        )
    return found


@dataclass(frozen=True, slots=True)
class _Begun:
    case: LoadedCase
    row: Any
    seats: Mapping[str, str]


async def _begin(act: ActionContext, meeting: uuid.UUID) -> _Begun:
    """Lock case and meeting; raises NotFound, Stale, Conflict or ActionRefused (it is over)."""
    case = await lock(act, "meeting", meeting)
    row = await act.conn.fetchrow("select * from meeting where id = $1", meeting)
    assert row is not None  # noqa: S101 (rows of this table are never deleted)
    same_version(act, row)
    still_worked(case)
    if row["state"] != MeetingState.SCHEDULED:
        raise errors.ActionRefused("该会商已举行或取消。", "The meeting was held or cancelled.")
    seats = await act.conn.fetch("select unit, state from meeting_seat where meeting = $1", meeting)
    return _Begun(case, row, {seat["unit"]: seat["state"] for seat in seats})


async def _move(
    act: ActionContext, begun: _Begun, kind: str, changes: Mapping[str, Any], said: Mapping[str, Any]
) -> int:
    """Change the meeting, end the sight it no longer gives, append the event; returns the meeting's new version."""
    sets = "".join(f", {name} = ${n}" for n, name in enumerate(changes, 2))
    version: int = await act.conn.fetchval(
        f"update meeting set version = version + 1{sets} where id = $1 returning version",
        begun.row["id"],
        *changes.values(),
    )
    facts = {"meeting": str(begun.row["id"]), **said}
    case_id = begun.case.facts.id
    await revoke(act.conn, case_id, "meeting", at=act.now, keep=await act.conn.fetchval(_STILL_INVITED, case_id))
    await record(act.conn, begun.case.facts.id, kind, actor=act.actor, at=act.now, facts=facts)
    return version


async def accept_meeting(act: ActionContext, meeting: uuid.UUID) -> int:
    """A unit invited will come."""
    return await _reply(act, meeting, SeatState.ACCEPTED, None)


async def decline_meeting(act: ActionContext, meeting: uuid.UUID, *, reason: str) -> int:
    """A unit invited will not come, and says why; the invitation no longer opens the case to it."""
    return await _reply(act, meeting, SeatState.DECLINED, reason)


async def _reply(act: ActionContext, meeting: uuid.UUID, state: SeatState, reason: str | None) -> int:
    begun = await _begin(act, meeting)
    unit = in_the_name_of(act, Permission.CASE_SIGN, sorted(begun.seats))
    if unit is None:
        raise errors.Forbidden("您的单位不在会商之列。", "Your unit is not invited.")
    if begun.seats[unit] != SeatState.INVITED:
        raise errors.ActionRefused("您的单位已答复。", "Your unit has answered.")
    note, said = await write_note(act, begun.case, "meeting_declined", reason) if reason else (None, {})
    await act.conn.execute(
        "update meeting_seat set state = $3, answered_by = $4, answered_at = $5, note = $6 where meeting = $1 and unit = $2",
        meeting, unit, state.value, act.actor.id, act.now, note,
    )  # fmt: skip
    verb = "accept_meeting" if state is SeatState.ACCEPTED else "decline_meeting"
    return await _move(act, begun, verb, {}, {"unit": unit, **said})


async def hold_meeting(act: ActionContext, meeting: uuid.UUID, *, minutes: str, decisions: Sequence[Decision]) -> int:
    """It was held: its minutes are kept, and every decision becomes a task of its unit, all in one transaction."""
    begun = await _begin(act, meeting)
    case, caller = begun.case, begun.row["unit"]
    _called_by(act, caller)
    if begun.row["at"] > act.now:
        raise errors.ActionRefused(
            "会商时间未到。", "The meeting lies ahead: cancel it and call it anew to meet sooner."
        )
    note, said = await write_note(act, case, "meeting_minutes", minutes)
    came = {unit for unit, state in begun.seats.items() if state != SeatState.DECLINED}
    tasks = []
    for n, decision in enumerate(decisions):
        place = f"#/body/decisions/{n}"
        if decision.unit not in {*came, caller, case.facts.lead_unit}:
            raise errors.Invalid(
                "会商决定的任务只能由参会、召集或主办单位承担。",
                "A decision binds a unit that took part, called it, or leads the case.", pointer=f"{place}/unit",
            )  # fmt: skip
        await able_to_help(act, case, decision.unit, f"{place}/unit")
        work = Work(decision.unit, decision.text, decision.answer_by, Source.MEETING, meeting)
        task, _ = await put(act, case, work, caller, f"{place}/answer_by")
        tasks.append([decision.unit, str(task)])
        await tell(act, f"task {task} given", "task_given", decision.unit, case.facts.id, by=caller)
    changes = {"state": MeetingState.HELD.value, "minutes": note, "ended_at": act.now, "ended_by": act.actor.id}
    return await _move(act, begun, "hold_meeting", changes, {"tasks": tasks, **said})


def _called_by(act: ActionContext, caller: str) -> None:
    if in_the_name_of(act, Permission.CASE_OFFER, [caller]) is None:
        raise errors.Forbidden(f"由召集单位 {caller} 办理。", f"This is for {caller}, which called the meeting.")


async def cancel_meeting(act: ActionContext, meeting: uuid.UUID, *, reason: str) -> int:
    """It will not take place."""
    begun = await _begin(act, meeting)
    _called_by(act, begun.row["unit"])
    _, said = await write_note(act, begun.case, "meeting_cancelled", reason)
    if begun.row["booking"] is not None and begun.row["until"] > act.now:
        booking, case_id = begun.row["booking"], begun.case.facts.id
        await release(act.conn, booking, actor=act.actor, now=act.now, case=case_id)
    changes = {"state": MeetingState.CANCELLED.value, "ended_at": act.now, "ended_by": act.actor.id}
    return await _move(act, begun, "cancel_meeting", changes, said)

"""Talks with both sides or one: a room that nobody else has, who is invited, what was said."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.actions.step import write_note
from app.cases.queries.case_page import CONFIDENTIAL
from app.centres.actions import book
from app.centres.rules import BookingPurpose, Period, unfit_booking
from app.core import errors
from app.core.crypto import keys
from app.core.database import uuid7
from app.core.rows import fetch_one, named
from app.mediation.actions.mediators import check_mediators, list_candidates
from app.mediation.actions.step import LockedMediation, all_agree, begin, free_rooms, move, of_the_sides
from app.mediation.schemas import GuestIn
from app.reference.actions import ActionContext

_BUSY = """
    select exists (select from mediation_session s where s.state in ('scheduled', 'opened')
        and tstzrange(s.since, s.until) && tstzrange($2, $3)
        and (s.mediation = $1 or exists (select from mediator a join mediator b on a.staff = b.staff
            where a.mediation = s.mediation and a.relieved_at is null and b.mediation = $1 and b.relieved_at is null)))
"""
_SCHEDULE = """
    insert into mediation_session (id, mediation, case_id, kind, party, state, since, until, booking, place, made_by, made_at)
    values (:id, :mediation, :case_id, :kind, :party, 'scheduled', :since, :until, :booking, :place, :made_by, :made_at)
"""
_SEAT = "insert into mediation_seat (session, role, staff, sealed, seal_key) values ($1, $2, $3, $4, $5)"


async def schedule_session(
    act: ActionContext, mediation: uuid.UUID, *, since: datetime, until: datetime, room: uuid.UUID | None,
    place: str | None, party: uuid.UUID | None, invited: Sequence[GuestIn], agreed_by: Sequence[uuid.UUID],
) -> None:  # fmt: skip
    """In a room that is free then (it is booked), or elsewhere; joint, or separate with one `party`. Others are invited with
    the consent of both sides (RMTJ 20)."""
    locked = await begin(act, mediation, "schedule_session")
    period = Period(since, until)
    if wrong := unfit_booking(period, act.now):
        raise errors.Invalid(wrong.zh, wrong.en, pointer="#/body/since")
    if party is not None:
        of_the_sides(locked, party, "#/body/party")
    await _check_guests(act, locked, invited, agreed_by)
    if await act.conn.fetchval(_BUSY, mediation, since, until):
        raise errors.Conflict(
            "该时段本件或调解员已有其他调解安排。", "This mediation, or one of its mediators, has another talk then."
        )
    booking = None
    if room is not None:
        booking = await book(
            act, room, period, BookingPurpose.MEDIATION, case=locked.case_id, pointer="#/body/since"
        )  # fmt: skip
    made, kind = uuid7(), "separate" if party else "joint"
    values = {
        "id": made, "mediation": mediation, "case_id": locked.case_id, "kind": kind, "party": party, "since": since,
        "until": until, "booking": booking, "place": place, "made_by": act.actor.id, "made_at": act.now,
    }  # fmt: skip
    await act.conn.execute(*named(_SCHEDULE, values))
    await act.conn.executemany(_SEAT, [_seat(made, guest) for guest in invited])
    facts = {
        "session": str(made), "what": kind, "since": since.timestamp(), "booking": str(booking) if booking else None,
        "invited": [guest.role for guest in invited],
    }  # fmt: skip
    await move(act, locked, "schedule_session", facts=facts)


def _seat(session: uuid.UUID, guest: GuestIn) -> tuple[uuid.UUID, str, uuid.UUID | None, bytes | None, bytes | None]:
    if guest.name is None:
        return session, guest.role, guest.staff, None, None
    sealed = keys().seal({"name": guest.name}, f"mediation_seat {session}")
    return session, guest.role, None, sealed.body, sealed.key


async def _check_guests(
    act: ActionContext, locked: LockedMediation, invited: Sequence[GuestIn], agreed_by: Sequence[uuid.UUID]
) -> None:
    if any(guest.role != "recorder" for guest in invited):
        all_agree(
            locked, agreed_by, "#/body/agreed_by", "邀请他人参与调解须经双方当事人同意。",
            "Others are invited with the consent of both sides (RMTJ 20).",
        )  # fmt: skip
    staff = {n: guest.staff for n, guest in enumerate(invited) if guest.staff is not None}
    known = await list_candidates(act.conn, locked.case_id, list(staff.values())) if staff else {}
    for n, who in staff.items():
        if who not in known:
            raise errors.Invalid(
                "没有这名工作人员。", "There is no such member of staff.", pointer=f"#/body/invited/{n}"
            )
        if known[who].barred:
            raise errors.Conflict("与本件有关的人员应当回避。", "Recusal: the matter concerns this person.")


@dataclass(frozen=True, slots=True)
class _Session:
    kind: str
    state: str
    booking: uuid.UUID | None
    another_open: bool


_SESSION = """
    select s.kind, s.state, s.booking, exists (
        select from mediation_session o where o.mediation = s.mediation and o.state = 'opened' and o.id <> s.id
    ) as another_open from mediation_session s where s.id = $1 and s.mediation = $2
"""


async def _find(act: ActionContext, locked: LockedMediation, session: uuid.UUID, state: str) -> _Session:
    found = await fetch_one(act.conn, _Session, _SESSION, session, locked.id)
    if found is None:
        raise errors.Invalid("没有这次调解。", "There is no such talk in this mediation.", pointer="#/body/session")
    if found.state != state:
        raise errors.ActionRefused(
            f"这次调解当前为 {found.state}，须为 {state}。", f"That talk is {found.state}; it must be {state}.",
            allowed=[],
        )  # fmt: skip
    return found


async def open_session(act: ActionContext, mediation: uuid.UUID, *, session: uuid.UUID) -> None:
    """It begins; every mediator is checked for recusal once more."""
    locked = await begin(act, mediation, "open_session")
    if (await _find(act, locked, session, "scheduled")).another_open:
        raise errors.Conflict("另一次调解正在进行。", "Another talk is going on.")
    mediators = await check_mediators(act, locked)
    await act.conn.execute(
        "update mediation_session set state = 'opened', began_at = $2 where id = $1", session, act.now
    )
    await move(act, locked, "open_session", facts={"session": str(session), "mediators": mediators})


async def record_session(act: ActionContext, mediation: uuid.UUID, *, session: uuid.UUID, minutes: str) -> None:
    """It is over, and this was said (RMTJ 27). What one side said alone is shown to the mediators and the lead only."""
    locked = await begin(act, mediation, "record_session")
    found = await _find(act, locked, session, "opened")
    kind = CONFIDENTIAL if found.kind == "separate" else "mediation_minutes"
    note, said = await write_note(act, locked.case, kind, minutes)
    await act.conn.execute(
        "update mediation_session set state = 'held', ended_at = $2, minutes = $3 where id = $1", session, act.now, note
    )
    await move(act, locked, "record_session", facts={"session": str(session), **said})


async def cancel_session(act: ActionContext, mediation: uuid.UUID, *, session: uuid.UUID, reason: str) -> None:
    """The room is free again at once."""
    locked = await begin(act, mediation, "cancel_session")
    found = await _find(act, locked, session, "scheduled")
    await free_rooms(act, [found.booking])
    _, said = await write_note(act, locked.case, "mediation_session_cancelled", reason)
    await act.conn.execute("update mediation_session set state = 'cancelled' where id = $1", session)
    await move(act, locked, "cancel_session", facts={"session": str(session), **said})

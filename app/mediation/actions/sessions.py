"""Talks with both sides or one: a room that nobody else has, who is invited, what was said."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.actions.step import write_note
from app.cases.queries.case_page import CONFIDENTIAL
from app.centres.actions import book
from app.centres.rules import BookingPurpose, Period, unfit_booking
from app.core import errors
from app.core.crypto import keys
from app.core.database import uuid7
from app.mediation.actions.mediators import barred, check_all
from app.mediation.actions.step import Begun, all_agree, begin, give_rooms_back, move, of_the_sides
from app.reference.actions import ActionContext

_BUSY = """
    select exists (select from mediation_session s where s.state in ('scheduled', 'opened')
        and tstzrange(s.since, s.until) && tstzrange($2, $3)
        and (s.mediation = $1 or exists (select from mediator a join mediator b on a.staff = b.staff
            where a.mediation = s.mediation and a.relieved_at is null and b.mediation = $1 and b.relieved_at is null)))
"""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody invited, as what: a member of staff, or somebody else by name."""

    role: str
    staff: uuid.UUID | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """When and where, with both sides or with one `party` alone, and whom the parties let be invited (RMTJ 20)."""

    since: datetime
    until: datetime
    room: uuid.UUID | None = None
    place: str | None = None
    party: uuid.UUID | None = None
    invited: Sequence[Seat] = ()
    agreed_by: Sequence[uuid.UUID] = ()


async def schedule_session(act: ActionContext, mediation: uuid.UUID, talk: Talk) -> None:
    """安排调解. Raises Invalid (time, party, guests without consent), Conflict (room or mediator taken), Forbidden (room)."""
    begun = await begin(act, mediation, "schedule_session")
    period, case_id = Period(talk.since, talk.until), begun.case.facts.id
    if wrong := unfit_booking(period, act.now):
        raise errors.Invalid(wrong.zh, wrong.en, pointer="#/body/since")
    if talk.party is not None:
        of_the_sides(begun, talk.party, "#/body/party")
    await _guests_fit(act, begun, talk)
    if await act.conn.fetchval(_BUSY, mediation, talk.since, talk.until):
        raise errors.Conflict(
            "该时段本件或调解员已有其他调解安排。", "This mediation, or one of its mediators, has another talk then."
        )
    booking = None
    if talk.room is not None:
        booking = await book(
            act, talk.room, period, BookingPurpose.MEDIATION, case=case_id, pointer="#/body/since"
        )  # fmt: skip
    made, kind = uuid7(), "separate" if talk.party else "joint"
    await act.conn.execute(
        "insert into mediation_session (id, mediation, case_id, kind, party, state, since, until, booking, place, made_by,"
        " made_at) values ($1, $2, $3, $4, $5, 'scheduled', $6, $7, $8, $9, $10, $11)",
        made, mediation, case_id, kind, talk.party, talk.since, talk.until, booking, talk.place, act.actor.id, act.now,
    )  # fmt: skip
    for seat in talk.invited:
        sealed = keys().seal({"name": seat.name}, f"mediation_seat {made}") if seat.name else None
        await act.conn.execute(
            "insert into mediation_seat (session, role, staff, sealed, seal_key) values ($1, $2, $3, $4, $5)",
            made, seat.role, seat.staff, sealed.body if sealed else None, sealed.key if sealed else None,
        )  # fmt: skip
    facts = {
        "session": str(made), "what": kind, "since": talk.since.timestamp(),
        "booking": str(booking) if booking else None, "invited": [seat.role for seat in talk.invited],
    }  # fmt: skip
    await move(act, begun, "schedule_session", facts=facts)


async def _guests_fit(act: ActionContext, begun: Begun, talk: Talk) -> None:
    if any(seat.role != "recorder" for seat in talk.invited):
        all_agree(
            begun, talk.agreed_by, "#/body/agreed_by", "邀请他人参与调解须经双方当事人同意。",
            "Others are invited with the consent of both sides (RMTJ 20).",
        )  # fmt: skip
    staff = [seat.staff for seat in talk.invited if seat.staff is not None]
    known = await barred(act, begun.case.facts.id, staff)
    for n, seat in enumerate(talk.invited):
        if seat.staff is None:
            continue
        if seat.staff not in known:
            raise errors.Invalid(
                "没有这名工作人员。", "There is no such member of staff.", pointer=f"#/body/invited/{n}"
            )
        if known[seat.staff]:
            raise errors.Conflict("与本件有关的人员应当回避。", "Recusal: the matter concerns this person.")


async def _session(act: ActionContext, begun: Begun, session: uuid.UUID, state: str) -> Any:
    row = await act.conn.fetchrow(
        "select * from mediation_session where id = $1 and mediation = $2", session, begun.id
    )  # fmt: skip
    if row is None:
        raise errors.Invalid("没有这次调解。", "There is no such talk in this mediation.", pointer="#/body/session")
    if row["state"] != state:
        raise errors.ActionRefused(
            f"这次调解当前为 {row['state']}，须为 {state}。", f"That talk is {row['state']}; it must be {state}.",
            allowed=[],
        )  # fmt: skip
    return row


async def open_session(act: ActionContext, mediation: uuid.UUID, session: uuid.UUID) -> None:
    """调解开始: every mediator is checked for recusal once more."""
    begun = await begin(act, mediation, "open_session")
    await _session(act, begun, session, "scheduled")
    if await act.conn.fetchval(
        "select exists (select from mediation_session where mediation = $1 and state = 'opened')", mediation
    ):
        raise errors.Conflict("另一次调解正在进行。", "Another talk is going on.")
    mediators = await check_all(act, begun)
    await act.conn.execute(
        "update mediation_session set state = 'opened', began_at = $2 where id = $1", session, act.now
    )
    await move(act, begun, "open_session", facts={"session": str(session), "mediators": mediators})


async def record_session(act: ActionContext, mediation: uuid.UUID, session: uuid.UUID, *, minutes: str) -> None:
    """调解记录 (RMTJ 27). What one side said alone is kept from everybody but the mediators and the lead."""
    begun = await begin(act, mediation, "record_session")
    row = await _session(act, begun, session, "opened")
    kind = CONFIDENTIAL if row["kind"] == "separate" else "mediation_minutes"
    note, said = await write_note(act, begun.case, kind, minutes)
    await act.conn.execute(
        "update mediation_session set state = 'held', ended_at = $2, minutes = $3 where id = $1", session, act.now, note
    )
    await move(act, begun, "record_session", facts={"session": str(session), **said})


async def cancel_session(act: ActionContext, mediation: uuid.UUID, session: uuid.UUID, *, reason: str) -> None:
    """取消: the room is free again at once."""
    begun = await begin(act, mediation, "cancel_session")
    await _session(act, begun, session, "scheduled")
    await give_rooms_back(act, mediation, session)
    _, said = await write_note(act, begun.case, "mediation_session_cancelled", reason)
    await act.conn.execute("update mediation_session set state = 'cancelled' where id = $1", session)
    await move(act, begun, "cancel_session", facts={"session": str(session), **said})

"""Who mediates: chosen or appointed, checked for recusal at every assignment and again before every talk (RMTJ 15, 19)."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.cases.actions.access import grant
from app.cases.actions.notes import write_note
from app.cases.queries.one import load_linked
from app.centres.actions.booking import book
from app.centres.rules import BookingPurpose, Period, unfit_booking
from app.core import errors
from app.core.crypto import keys
from app.core.database import Connection, uuid7
from app.core.rows import fetch_all, named
from app.mediation import queries
from app.mediation.actions.step import LockedMediation, all_agree, begin, end_access, free_rooms, move, of_the_sides
from app.mediation.rules import LIVE, SEPARATE_TALK, Candidate, Relation, recusal
from app.mediation.schemas.shown import SessionOut
from app.mediation.schemas.taken import GuestIn
from app.messages.actions import queue
from app.reference.actions import ActionContext
from app.staff.actions import keep_at_hand

_CANDIDATES = """
    select s.id, s.active,
        exists (select from post p where p.staff = s.id and p.role = 'mediator') as mediates,
        exists (select from unit u where (u.code = s.unit or u.code in (select p.unit from post p where p.staff = s.id))
            and withheld_from(c.barred_units, c.waits_above, u.path, u.tier))
            or coalesce(s.id = any(c.barred_staff), false) as barred,
        exists (select from mediator m where m.case_id = c.id and m.staff = s.id and m.relation is not null) as declared,
        exists (select from event e where e.case_id = c.id and e.kind in ('conclude', 'decide_review')
            and e.actor = 'staff:' || s.id) as had_a_hand
    from staff s, cases c where s.id = any($1::uuid[]) and c.id = $2
"""


async def list_candidates(
    conn: Connection, case_id: uuid.UUID, staff: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Candidate]:
    """What is known of these, by id; nothing of who does not exist."""
    return {found.id: found for found in await fetch_all(conn, Candidate, _CANDIDATES, list(staff), case_id)}


async def assign(act: ActionContext, mediation: uuid.UUID, *, staff: uuid.UUID, how: str) -> None:
    """选定或指定: chosen by the parties or appointed (RMTJ 19); checked for recusal. It gives them access to the case."""
    locked = await begin(act, mediation, "assign")
    await keep_at_hand(act.conn, [staff])
    found = (await list_candidates(act.conn, locked.case_id, [staff])).get(staff)
    if found is None:
        raise errors.Invalid("没有这名工作人员。", "There is no such member of staff.", pointer="#/body/staff")
    if why := recusal(found):
        raise errors.Conflict(why.zh, why.en)
    if any(mediator.staff == staff for mediator in locked.its.active):
        raise errors.Conflict("此人已是本件调解员。", "This person mediates here already.")
    await act.conn.execute(
        "insert into mediator (mediation, case_id, staff, how, assigned_by, assigned_at) values ($1, $2, $3, $4, $5, $6)",
        mediation, locked.case_id, staff, how, act.actor.id, act.now,
    )  # fmt: skip
    await grant(act.conn, locked.case_id, [f"staff:{staff}"], "mediator")
    await queue(
        act.conn, f"mediation {mediation} assigned {locked.its.version} staff:{staff}", "mediation_assigned",
        now=act.now, grantee=f"staff:{staff}", case_id=locked.case_id,
    )  # fmt: skip
    await move(act, locked, "assign", facts={"staff": str(staff), "how": how})


async def declare(
    act: ActionContext, mediation: uuid.UUID, *, related: bool, relation: Relation | None, words: str | None
) -> None:
    """By each mediator: nothing ties them to a party, or what does. Who is related to a party mediates no more, and no
    longer has access to the case."""
    locked, me = await begin(act, mediation, "declare"), uuid.UUID(act.actor.id)
    if relation is not None:
        note, said = await write_note(act, locked.case, "mediator_recusal", words or relation.value)
        await _relieve(act, locked, me, "declare", relation=relation, note=note, said=said)
        return
    await act.conn.execute(
        "update mediator set declared_at = $3 where mediation = $1 and staff = $2 and relieved_at is null",
        mediation, me, act.now,
    )  # fmt: skip
    await move(act, locked, "declare", facts={"staff": act.actor.id, "related": related})


async def relieve(
    act: ActionContext, mediation: uuid.UUID, *, staff: uuid.UUID, reason: str, relation: Relation | None
) -> None:
    """更换: at a party's objection with the `relation` (never again here), or for another reason; their access ends."""
    locked = await begin(act, mediation, "relieve")
    if all(mediator.staff != staff for mediator in locked.its.active):
        raise errors.Invalid("此人不是本件调解员。", "This person does not mediate here.", pointer="#/body/staff")
    note, said = await write_note(act, locked.case, "mediator_recusal", reason)
    await _relieve(act, locked, staff, "relieve", relation=relation, note=note, said=said)


async def relieve_absent(act: ActionContext, mediation: uuid.UUID, staff: uuid.UUID, *, handover: uuid.UUID) -> None:
    """They hand over all they hold. Nobody takes their place by that: the lead assigns, and recusal is checked then."""
    its = await queries.load(act.conn, mediation, actor=act.actor, now=act.now, judged=True)
    case = await load_linked(act.conn, its.case_id, act.reference)
    await _relieve(act, LockedMediation(case, its), staff, "relieve", said={"handover": str(handover)})


async def _relieve(
    act: ActionContext, locked: LockedMediation, staff: uuid.UUID, action: str, *, said: Mapping[str, object],
    relation: Relation | None = None, note: uuid.UUID | None = None,
) -> None:  # fmt: skip
    await act.conn.execute(
        "update mediator set relieved_at = $3, relieved_by = $4, relation = $5, note = $6"
        " where mediation = $1 and staff = $2 and relieved_at is null",
        locked.id, staff, act.now, act.actor.id, relation, note,
    )  # fmt: skip
    await end_access(act, locked.case_id, staff)
    lead = f"unit:{locked.its.lead_unit}"
    # Once agreed nobody is assigned any more; what is left is the lead's to follow up.
    template = "mediator_relieved" if locked.its.state in LIVE else "task_came_back"
    await queue(
        act.conn, f"mediation {locked.id} relieved {locked.its.version} {lead}", template, now=act.now, grantee=lead,
        case_id=locked.case_id,
    )  # fmt: skip
    await move(act, locked, action, facts={"staff": str(staff), "related": relation is not None, **said})


async def check_mediators(act: ActionContext, locked: LockedMediation) -> list[str]:
    """The mediators, each checked again: something may have come up since. Raises ActionRefused."""
    mediators = locked.its.active
    if not mediators:
        raise errors.ActionRefused("请先选定或指定调解员。", "Assign a mediator first.", allowed=["assign"])
    found = await list_candidates(act.conn, locked.case_id, [mediator.staff for mediator in mediators])
    for mediator in mediators:
        if why := recusal(found[mediator.staff]):
            raise errors.ActionRefused(why.zh, why.en, allowed=["relieve"], staff=str(mediator.staff))
    if silent := [str(mediator.staff) for mediator in mediators if mediator.declared_at is None]:
        raise errors.ActionRefused(
            "调解员须先声明与当事人无利害关系。", "Each mediator declares first that nothing ties them to a party.",
            allowed=["declare", "relieve"], staff=silent[0],
        )  # fmt: skip
    return [str(mediator.staff) for mediator in mediators]


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


def _find(locked: LockedMediation, session: uuid.UUID, state: str) -> SessionOut:
    found = next((talk for talk in locked.its.sessions if talk.id == session), None)
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
    _find(locked, session, "scheduled")
    if any(talk.state == "opened" for talk in locked.its.sessions):
        raise errors.Conflict("另一次调解正在进行。", "Another talk is going on.")
    mediators = await check_mediators(act, locked)
    await act.conn.execute(
        "update mediation_session set state = 'opened', began_at = $2 where id = $1", session, act.now
    )
    await move(act, locked, "open_session", facts={"session": str(session), "mediators": mediators})


async def record_session(act: ActionContext, mediation: uuid.UUID, *, session: uuid.UUID, minutes: str) -> None:
    """It is over, and this was said (RMTJ 27). What one side said alone is shown to the mediators and the lead only."""
    locked = await begin(act, mediation, "record_session")
    found = _find(locked, session, "opened")
    kind = SEPARATE_TALK if found.kind == "separate" else "mediation_minutes"
    note, said = await write_note(act, locked.case, kind, minutes)
    await act.conn.execute(
        "update mediation_session set state = 'held', ended_at = $2, minutes = $3 where id = $1", session, act.now, note
    )
    await move(act, locked, "record_session", facts={"session": str(session), **said})


async def cancel_session(act: ActionContext, mediation: uuid.UUID, *, session: uuid.UUID, reason: str) -> None:
    """The room is free again at once."""
    locked = await begin(act, mediation, "cancel_session")
    found = _find(locked, session, "scheduled")
    _, said = await write_note(act, locked.case, "mediation_session_cancelled", reason)
    booking = await act.conn.fetchval(
        "update mediation_session set state = 'cancelled' where id = $1 returning booking", session
    )
    await free_rooms(act, [booking])
    await move(act, locked, "cancel_session", facts={"session": str(session), "what": found.kind, **said})

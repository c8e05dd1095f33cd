"""What becomes of an agreement: payments and acts, follow-up, the court's confirmation, and days that went by."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from app.cases.actions.notes import write_note
from app.cases.actions.record import record
from app.cases.queries.case_page import open_parties
from app.cases.rules import Purpose
from app.core import errors
from app.core.access import Actor
from app.core.database import Connection, uuid7
from app.core.rows import fetch_all, fetch_one, named
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind
from app.mediation.actions.step import LockedMediation, all_agree, begin, end_access, is_evidence, local_day, move
from app.mediation.rules import ConfirmationState, Duty, ObligationState, overpaid
from app.mediation.schemas.shown import AgreementOut, ObligationOut
from app.messages.actions import queue
from app.messages.rules import Channel
from app.reference.actions import ActionContext

CLOCK = Actor(id="clock", kind="system")

# An act is performed at once, a payment with the last cent; `owed`: something is left under the agreement.
_PERFORM = """
    with paid as (
        update mediation_obligation set paid_cents = paid_cents + coalesce(:amount_cents::bigint, 0),
            performed_at = case when :amount_cents::bigint is null or paid_cents + :amount_cents::bigint = amount_cents
                then :at::timestamptz end
        where id = :id returning agreement, performed_at is not null as performed
    ), kept as (
        insert into mediation_performance (obligation, case_id, amount_cents, performed_on, receipt, recorded_by, recorded_at)
        values (:id, :case_id, :amount_cents, :performed_on, :receipt, :by, :at)
    )
    select performed, not performed or exists (select from mediation_obligation o
        where o.agreement = paid.agreement and o.id <> :id and o.performed_at is null) as owed from paid
"""
_WINDOW = """
    select due from clock where case_id = $1 and kind = 'confirmation' and subject = $2 order by id desc limit 1
"""


@dataclass(frozen=True, slots=True)
class _Performed:
    performed: bool
    owed: bool


def _find(locked: LockedMediation, obligation: uuid.UUID) -> ObligationOut:
    found = next((one for one in _effective(locked).obligations if one.id == obligation), None)
    if found is None:
        raise errors.Invalid(
            "协议中没有这项义务。", "The agreement holds no such obligation.", pointer="#/body/obligation"
        )
    return found


async def record_performance(
    act: ActionContext, mediation: uuid.UUID, *, obligation: uuid.UUID, on: date, amount_cents: int | None,
    receipt: uuid.UUID | None,
) -> None:  # fmt: skip
    """Part payments add up; more than is owed is refused. The last cent, or the act, performs it."""
    locked = await begin(act, mediation, "record_performance")
    found = _find(locked, obligation)
    _check(act, _effective(locked), found, on, amount_cents)
    await is_evidence(act, locked.case_id, receipt, "#/body/receipt", Purpose.RECEIPT, Purpose.PROOF, Purpose.EVIDENCE)
    values = {
        "id": obligation, "case_id": locked.case_id, "amount_cents": amount_cents, "performed_on": on,
        "receipt": receipt, "by": act.actor.id, "at": act.now,
    }  # fmt: skip
    done = await fetch_one(act.conn, _Performed, *named(_PERFORM, values))
    assert done is not None  # noqa: S101 (it was found, under the lock of its case)
    if done.performed:
        await deadlines.meet(act.conn, locked.case_id, ClockKind.PERFORMANCE, act.now, subject=str(obligation))
    if not done.owed:  # nothing is left to be watched over: the lead alone keeps the file
        await end_access(act, locked.case_id)
    facts = {
        "obligation": str(obligation), "amount_cents": amount_cents, "on": on.isoformat(), "performed": done.performed,
        "all": not done.owed,
    }  # fmt: skip
    await move(act, locked, "record_performance", facts=facts)


def _check(
    act: ActionContext, agreement: AgreementOut, found: ObligationOut, on: date, amount_cents: int | None
) -> None:
    """Raises Invalid for what does not fit the obligation, Conflict for more than is owed, or what was done already."""
    if (found.duty is Duty.PAY) != (amount_cents is not None):
        raise errors.Invalid(
            "给付义务须填金额，行为义务不填。", "A payment has an amount, an act has none.",
            pointer="#/body/amount_cents",
        )  # fmt: skip
    if not local_day(act, agreement.effective_at or act.now) <= on <= local_day(act, act.now):
        raise errors.Invalid(
            "履行日期须在协议生效之后、今天之前。", "It was done between the agreement's effect and today.",
            pointer="#/body/on",
        )  # fmt: skip
    if found.state is ObligationState.PERFORMED:
        raise errors.Conflict("该项义务已履行完毕。", "That obligation is performed already.")
    if found.amount_cents is None or amount_cents is None:
        return
    if why := overpaid(found.amount_cents, found.paid_cents, amount_cents):
        raise errors.Conflict(why.zh, why.en, left_cents=found.amount_cents - found.paid_cents)


async def follow_up(
    act: ActionContext, mediation: uuid.UUID, *, obligation: uuid.UUID, method: str, reached: bool, words: str
) -> None:
    """回访: is it kept? Once somebody was reached after the agreed day, its reminder is over (RMTJ 31)."""
    locked = await begin(act, mediation, "follow_up")
    found = _find(locked, obligation)
    note, said = await write_note(act, locked.case, "mediation_follow_up", words)
    await act.conn.execute(
        "insert into mediation_follow_up (obligation, case_id, method, reached, note, visitor, at)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        obligation, locked.case_id, method, reached, note, act.actor.id, act.now,
    )  # fmt: skip
    if reached and local_day(act, act.now) > found.due:
        await deadlines.meet(act.conn, locked.case_id, ClockKind.PERFORMANCE, act.now, subject=str(obligation))
    await move(act, locked, "follow_up", facts={"obligation": str(obligation), "reached": reached, **said})


# --- The court (RMTJ 33)


async def apply_confirmation(
    act: ActionContext, mediation: uuid.UUID, *, court: str, on: date, parties: Collection[uuid.UUID],
    evidence: uuid.UUID | None,
) -> None:  # fmt: skip
    """By both sides, within thirty days of effect (RMTJ 33)."""
    locked = await begin(act, mediation, "apply_confirmation")
    agreement = _effective(locked)
    all_agree(
        locked, parties, "#/body/parties", "司法确认须双方当事人共同申请（人民调解法第三十三条）。",
        "Both sides apply jointly (RMTJ 33).",
    )  # fmt: skip
    await _check_window(act, locked, agreement, on)
    await is_evidence(act, locked.case_id, evidence, "#/body/evidence")
    if agreement.confirmation is not None and agreement.confirmation.state != ConfirmationState.WITHDRAWN:
        raise errors.Conflict("已申请司法确认。", "It was applied for already.")
    made = uuid7()
    await act.conn.execute(
        "insert into judicial_confirmation (id, agreement, case_id, court, state, evidence, applied_on, recorded_by,"
        " recorded_at) values ($1, $2, $3, $4, 'applied', $5, $6, $7, $8)",
        made, agreement.id, locked.case_id, court, evidence, on, act.actor.id, act.now,
    )  # fmt: skip
    await deadlines.meet(act.conn, locked.case_id, ClockKind.CONFIRMATION, act.now, subject=str(agreement.id))
    facts = {"confirmation": str(made), "on": on.isoformat(), "parties": [str(p) for p in parties]}
    await move(act, locked, "apply_confirmation", facts=facts)


def _effective(locked: LockedMediation) -> AgreementOut:
    agreement = locked.its.agreement
    assert agreement is not None  # noqa: S101 (the state `agreed` has one)
    return agreement


async def _check_window(act: ActionContext, locked: LockedMediation, agreement: AgreementOut, on: date) -> None:
    """Raises Invalid for a day before the effect or ahead, Conflict once the thirty days are over."""
    effective_at = agreement.effective_at or act.now
    if not local_day(act, effective_at) <= on <= local_day(act, act.now):
        raise errors.Invalid(
            "申请日期须在协议生效之后、今天之前。",
            "It was applied for between the effect and today.",
            pointer="#/body/on",
        )
    due = await act.conn.fetchval(_WINDOW, locked.case_id, str(agreement.id))
    if due is not None and on > local_day(act, due):
        raise errors.Conflict(
            "已超过协议生效之日起三十日，不能再申请司法确认；可就协议的履行向人民法院起诉。",
            "The thirty days from effect are over: a dispute over performance may still be brought before the court.",
        )


async def decide_confirmation(
    act: ActionContext, mediation: uuid.UUID, *, state: ConfirmationState, on: date | None, ruling: uuid.UUID | None
) -> None:
    """What the court decided, or that the parties withdrew."""
    locked = await begin(act, mediation, "decide_confirmation")
    found = _effective(locked).confirmation
    if found is None or found.state != ConfirmationState.APPLIED:
        raise errors.ActionRefused("没有待决定的司法确认申请。", "No application waits at the court.", allowed=[])
    if on is not None and not found.applied_on <= on <= local_day(act, act.now):
        raise errors.Invalid(
            "日期须在申请之后、今天之前。", "The court decided between the application and today.", pointer="#/body/on"
        )
    await is_evidence(act, locked.case_id, ruling, "#/body/ruling")
    await act.conn.execute(
        "update judicial_confirmation set state = $2, decided_on = $3, ruling = $4 where id = $1",
        found.id, state, on, ruling,
    )  # fmt: skip
    facts = {"confirmation": str(found.id), "court": state, "on": on.isoformat() if on else None}
    await move(act, locked, "decide_confirmation", facts=facts)


# --- Days that went by


@dataclass(frozen=True, slots=True)
class _Missed:
    id: uuid.UUID
    case_id: uuid.UUID
    creditor: uuid.UUID
    mediation: uuid.UUID
    lead_unit: str
    mediators: list[uuid.UUID]


_MISSED = """
    select o.id, o.case_id, o.creditor, g.mediation, c.lead_unit,
        array(select m.staff from mediator m where m.mediation = g.mediation and m.relieved_at is null) as mediators
    from mediation_obligation o
    join mediation_agreement g on g.id = o.agreement and g.state = 'effective' join cases c on c.id = o.case_id
    where o.due < $1 and o.performed_at is null and o.breached_at is null
    order by o.due, o.id limit $2 for update of o, c skip locked
"""
_FLAG = """
    with flagged as (update mediation_obligation set breached_at = $2 where id = $1)
    update mediation set version = version + 1 where id = $3
"""


async def flag_missed(conn: Connection, *, now: datetime, today: date, limit: int = 100) -> int:
    """到期未履行: marked once, told to the lead, the mediators and the creditor; gives how many. Of cases that somebody
    holds none: a caller goes on until it gets 0 and comes back later."""
    missed = await fetch_all(conn, _Missed, _MISSED, today, limit)
    for one in missed:
        await conn.execute(_FLAG, one.id, now, one.mediation)
        facts = {"mediation": str(one.mediation), "obligation": str(one.id), "basis": "RMTJ 31, 32"}
        await record(conn, one.case_id, "mediation_breach", actor=CLOCK, at=now, facts=facts)
        await _tell(conn, one, now)
    return len(missed)


async def _tell(conn: Connection, missed: _Missed, now: datetime) -> None:
    key = f"obligation {missed.id} missed"
    for grantee in (f"unit:{missed.lead_unit}", *(f"staff:{staff}" for staff in missed.mediators)):
        await queue(conn, f"{key} {grantee}", "agreement_missed", now=now, grantee=grantee, case_id=missed.case_id)
    for party in await open_parties(conn, missed.case_id):
        if party.id == missed.creditor and party.phone:
            await queue(
                conn, f"{key} party:{party.id}", "progress", now=now, channel=Channel.SMS, address=party.phone,
                case_id=missed.case_id,
            )  # fmt: skip

"""What becomes of an agreement: payments and acts, follow-up, the court's confirmation, and days that went by."""

import uuid
from datetime import date, datetime
from typing import Any

from app.cases.actions.record import record
from app.cases.actions.step import write_note
from app.cases.queries.one import open_parties
from app.core import errors
from app.core.access import CLOCK
from app.core.database import Connection, uuid7
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind
from app.mediation import queries
from app.mediation.actions.step import Begun, all_agree, begin, end_sight, is_evidence, local_day, move
from app.mediation.rules import ConfirmationState, Duty, ObligationState, obligation_state, overpaid
from app.messages.actions import queue
from app.messages.rules import Channel
from app.reference.actions import ActionContext

_PAY = """
    update mediation_obligation set paid_cents = paid_cents + $2,
        performed_at = case when paid_cents + $2 = amount_cents then $3::timestamptz end
    where id = $1 returning performed_at is not null
"""
_OWED = "select exists (select from mediation_obligation where agreement = $1 and performed_at is null)"
_WINDOW = """
    select due from clock where case_id = $1 and kind = 'confirmation' and subject = $2 order by id desc limit 1
"""


async def _obligation(act: ActionContext, begun: Begun, obligation: uuid.UUID) -> Any:
    row = await act.conn.fetchrow(
        "select o.*, g.effective_at from mediation_obligation o join mediation_agreement g on g.id = o.agreement"
        " where o.id = $1 and g.mediation = $2 and g.state = 'effective'",
        obligation, begun.id,
    )  # fmt: skip
    if row is None:
        raise errors.Invalid(
            "协议中没有这项义务。", "The agreement holds no such obligation.", pointer="#/body/obligation"
        )
    return row


async def record_performance(
    act: ActionContext, mediation: uuid.UUID, *, obligation: uuid.UUID, on: date, amount_cents: int | None,
    receipt: uuid.UUID | None,
) -> None:  # fmt: skip
    """登记履行: part payments add up; more than is owed is refused. The last cent, or the act, performs it."""
    begun = await begin(act, mediation, "record_performance")
    row = await _obligation(act, begun, obligation)
    if (row["duty"] == Duty.PAY) != (amount_cents is not None):
        raise errors.Invalid(
            "给付义务须填金额，行为义务不填。", "A payment has an amount, an act has none.",
            pointer="#/body/amount_cents",
        )  # fmt: skip
    if not local_day(act, row["effective_at"]) <= on <= local_day(act, act.now):
        raise errors.Invalid(
            "履行日期须在协议生效之后、今天之前。", "It was done between the agreement's effect and today.",
            pointer="#/body/on",
        )  # fmt: skip
    await is_evidence(act, begun.case.facts.id, receipt, "#/body/receipt", "receipt", "proof", "evidence")
    done = await _add(act, row, amount_cents)
    await act.conn.execute(
        "insert into mediation_performance (obligation, case_id, amount_cents, performed_on, receipt, recorded_by,"
        " recorded_at) values ($1, $2, $3, $4, $5, $6, $7)",
        obligation, begun.case.facts.id, amount_cents, on, receipt, act.actor.id, act.now,
    )  # fmt: skip
    owed = True
    if done:
        await deadlines.meet(act.conn, begun.case.facts.id, ClockKind.PERFORMANCE, act.now, subject=str(obligation))
        owed = await act.conn.fetchval(_OWED, row["agreement"])
    if not owed:  # nothing is left to be watched over: the lead alone keeps the file
        await end_sight(act, begun.case.facts.id, None)
    facts = {"obligation": str(obligation), "amount_cents": amount_cents, "on": on.isoformat(), "performed": done,
             "all": not owed}  # fmt: skip
    await move(act, begun, "record_performance", facts=facts)


async def _add(act: ActionContext, row: Any, amount_cents: int | None) -> bool:
    """Whether that performs it; raises Conflict for more than is owed, or what was done already."""
    duty = Duty(row["duty"])
    stands = obligation_state(duty, row["amount_cents"], row["paid_cents"], done=row["performed_at"] is not None)
    if stands is ObligationState.PERFORMED:
        raise errors.Conflict("该项义务已履行完毕。", "That obligation is performed already.")
    if amount_cents is None:
        await act.conn.execute("update mediation_obligation set performed_at = $2 where id = $1", row["id"], act.now)
        return True
    if why := overpaid(row["amount_cents"], row["paid_cents"], amount_cents):
        raise errors.Conflict(why.zh, why.en, left_cents=row["amount_cents"] - row["paid_cents"])
    return bool(await act.conn.fetchval(_PAY, row["id"], amount_cents, act.now))


async def follow_up(
    act: ActionContext, mediation: uuid.UUID, *, obligation: uuid.UUID, method: str, reached: bool, words: str
) -> None:  # fmt: skip
    """履行回访 (RMTJ 31): whether it is kept; meets the reminder of that obligation once somebody was reached."""
    begun = await begin(act, mediation, "follow_up")
    await _obligation(act, begun, obligation)
    note, said = await write_note(act, begun.case, "mediation_follow_up", words)
    case_id = begun.case.facts.id
    await act.conn.execute(
        "insert into mediation_follow_up (obligation, case_id, method, reached, note, visitor, at)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        obligation, case_id, method, reached, note, act.actor.id, act.now,
    )  # fmt: skip
    if reached and local_day(act, act.now) > await act.conn.fetchval(
        "select due from mediation_obligation where id = $1", obligation
    ):
        await deadlines.meet(act.conn, case_id, ClockKind.PERFORMANCE, act.now, subject=str(obligation))
    await move(act, begun, "follow_up", facts={"obligation": str(obligation), "reached": reached, **said})


# --- The court (RMTJ 33)


async def apply_confirmation(
    act: ActionContext, mediation: uuid.UUID, *, court: str, on: date, parties: list[uuid.UUID], evidence: uuid.UUID | None
) -> None:  # fmt: skip
    """共同申请司法确认: by both sides, within thirty days of effect. Raises Invalid (one side alone), Conflict (too late)."""
    begun = await begin(act, mediation, "apply_confirmation")
    case_id = begun.case.facts.id
    (agreement,) = await act.conn.fetch(queries.EFFECTIVE, mediation)
    all_agree(
        begun, parties, "#/body/parties", "司法确认须双方当事人共同申请（人民调解法第三十三条）。",
        "Both sides apply jointly (RMTJ 33).",
    )  # fmt: skip
    today, effective = local_day(act, act.now), local_day(act, agreement["effective_at"])
    if not effective <= on <= today:
        raise errors.Invalid(
            "申请日期须在协议生效之后、今天之前。",
            "It was applied for between the effect and today.",
            pointer="#/body/on",
        )
    due = await act.conn.fetchval(_WINDOW, case_id, str(agreement["id"]))
    if due is not None and on > local_day(act, due):
        raise errors.Conflict(
            "已超过协议生效之日起三十日，不能再申请司法确认；可就协议的履行向人民法院起诉。",
            "The thirty days from effect are over: a dispute over performance may still be brought before the court.",
        )
    await is_evidence(act, case_id, evidence, "#/body/evidence")
    if await act.conn.fetchval(queries.CONFIRMING, agreement["id"]):
        raise errors.Conflict("已申请司法确认。", "It was applied for already.")
    made = uuid7()
    await act.conn.execute(
        "insert into judicial_confirmation (id, agreement, case_id, court, state, evidence, applied_on, recorded_by,"
        " recorded_at) values ($1, $2, $3, $4, 'applied', $5, $6, $7, $8)",
        made, agreement["id"], case_id, court, evidence, on, act.actor.id, act.now,
    )  # fmt: skip
    await deadlines.meet(act.conn, case_id, ClockKind.CONFIRMATION, act.now, subject=str(agreement["id"]))
    facts = {"confirmation": str(made), "on": on.isoformat(), "parties": [str(p) for p in parties]}
    await move(act, begun, "apply_confirmation", facts=facts)


async def decide_confirmation(
    act: ActionContext, mediation: uuid.UUID, *, state: ConfirmationState, on: date | None, ruling: uuid.UUID | None
) -> None:  # fmt: skip
    """The court confirmed or refused, or the parties withdrew; not known is not tracked."""
    begun = await begin(act, mediation, "decide_confirmation")
    (agreement,) = await act.conn.fetch(queries.EFFECTIVE, mediation)
    found = await act.conn.fetchrow(
        "select id, applied_on from judicial_confirmation where agreement = $1 and state = 'applied'", agreement["id"]
    )
    if found is None:
        raise errors.ActionRefused("没有待决定的司法确认申请。", "No application waits at the court.", allowed=[])
    if on is not None and not found["applied_on"] <= on <= local_day(act, act.now):
        raise errors.Invalid(
            "日期须在申请之后、今天之前。", "The court decided between the application and today.", pointer="#/body/on"
        )
    await is_evidence(act, begun.case.facts.id, ruling, "#/body/ruling")
    await act.conn.execute(
        "update judicial_confirmation set state = $2, decided_on = $3, ruling = $4 where id = $1",
        found["id"], state.value, on, ruling,
    )  # fmt: skip
    facts = {"confirmation": str(found["id"]), "court": state.value, "on": on.isoformat() if on else None}
    await move(act, begun, "decide_confirmation", facts=facts)


# --- Days that went by

_MISSED = """
    select o.id, o.case_id, o.creditor, g.mediation, c.lead_unit from mediation_obligation o
    join mediation_agreement g on g.id = o.agreement and g.state = 'effective' join cases c on c.id = o.case_id
    where o.due < $1 and o.performed_at is null and o.breached_at is null
    order by o.due, o.id limit $2 for update of o, c skip locked
"""


async def flag_missed(conn: Connection, *, now: datetime, today: date, limit: int = 100) -> int:
    """到期未履行: marked once, told to the lead, the mediators and the creditor; gives how many. Of cases that somebody
    holds none: a caller goes on until it gets 0 and comes back later."""
    rows = await conn.fetch(_MISSED, today, limit)
    for row in rows:
        await conn.execute("update mediation_obligation set breached_at = $2 where id = $1", row["id"], now)
        await conn.execute("update mediation set version = version + 1 where id = $1", row["mediation"])
        facts = {"mediation": str(row["mediation"]), "obligation": str(row["id"]), "basis": "RMTJ 31, 32"}
        await record(conn, row["case_id"], "mediation_breach", actor=CLOCK, at=now, facts=facts)
        await _tell_missed(conn, row, now)
    return len(rows)


async def _tell_missed(conn: Connection, row: Any, now: datetime) -> None:
    staff = await conn.fetch(
        "select staff from mediator where mediation = $1 and relieved_at is null", row["mediation"]
    )
    key = f"obligation {row['id']} missed"
    for grantee in (f"unit:{row['lead_unit']}", *(f"staff:{mediator['staff']}" for mediator in staff)):
        await queue(
            conn, f"{key} {grantee}", "agreement_missed", now=now, grantee=grantee, case_id=row["case_id"]
        )  # fmt: skip
    for party in await open_parties(conn, row["case_id"]):
        if party["id"] == row["creditor"] and party.get("phone"):
            await queue(
                conn, f"{key} party:{party['id']}", "progress", now=now, channel=Channel.SMS, address=party["phone"],
                case_id=row["case_id"],
            )  # fmt: skip

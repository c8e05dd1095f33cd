"""Finishing honestly: how the reply was served, close, reopen, withdraw."""

import uuid
from datetime import datetime

from app.cases.actions.evaluate import invite
from app.cases.actions.review import settle
from app.cases.actions.step import Act, advance, begin, end_assignments, take_up_again, write_note
from app.core import errors


async def serve(
    act: Act, case_id: uuid.UUID, *, outcome: str, method: str, at: datetime, proof: str, article: str | None
) -> None:
    """Record how the reply reached the resident; a later record replaces an earlier one.

    Served or waived (with the article that allows it) meets the completion clock; an attempt does so once approved.
    """
    case = await begin(act, case_id, "serve")
    if at > act.now or at < case.row["concluded_at"]:
        raise errors.Invalid(
            "送达时间须在作出结果之后、现在之前。", "Service lies between the decision and now.", pointer="#/body/at"
        )
    note, said = await write_note(act, case, "service_proof", proof)
    await act.conn.execute(
        "update service_record set replaced_at = $2 where case_id = $1 and replaced_at is null", case_id, act.now
    )
    await act.conn.execute(
        "insert into service_record (case_id, outcome, method, at, article, note, recorded_by)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        case_id, outcome, method, at, article, note, act.actor.id,
    )  # fmt: skip
    facts = {"outcome": outcome, "method": method, "at_service": at.timestamp(), "article": article, **said}
    await advance(act, case, "serve", facts=facts, met_at=at, clocks=outcome != "attempted")
    if outcome != "attempted":
        await settle(act, case)


async def approve_attempt(act: Act, case_id: uuid.UUID) -> None:
    """Somebody other than the recorder accepts that the reply could not be handed over; the clock is met now."""
    case = await begin(act, case_id, "approve_attempt")
    await act.conn.execute(
        "update service_record set approved_by = $2, approved_at = $3 where case_id = $1 and replaced_at is null",
        case_id, act.actor.id, act.now,
    )  # fmt: skip
    await advance(act, case, "approve_attempt")
    await settle(act, case)


async def close(act: Act, case_id: uuid.UUID) -> None:
    """办结, once a complete service record stands. The resident is invited to rate what was done."""
    case = await begin(act, case_id, "close")
    await end_assignments(act, case_id)
    await invite(act, case)
    await advance(act, case, "close", columns={"closed_at": act.now})


async def reopen(act: Act, case_id: uuid.UUID, *, reason: str) -> None:
    """Take a matter up again: back to handling, completion starts anew, the old service record no longer counts."""
    case = await begin(act, case_id, "reopen")
    note, said = await write_note(act, case, "reopening_reason", reason)
    await take_up_again(act, case, "reopen", said, request=note)


async def withdraw(act: Act, case_id: uuid.UUID, *, reason: str) -> None:
    """撤回, at the resident's wish."""
    case = await begin(act, case_id, "withdraw")
    _, said = await write_note(act, case, "withdrawal_reason", reason)
    await end_assignments(act, case_id)
    await advance(act, case, "withdraw", columns={"closed_at": act.now}, facts=said)

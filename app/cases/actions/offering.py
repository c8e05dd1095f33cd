"""An open offer to lead: made with the access it gives and its sign-for clock, and ended with both."""

import uuid

from app.cases.actions.access import change, grant, revoke
from app.cases.actions.step import start_clocks
from app.cases.queries.one import LoadedCase
from app.cases.rules import Offer, PetitionClass
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind, StartsOn
from app.reference.actions import ActionContext

_RECALL = (
    "update assignment set state = 'recalled', answered_by = $2, answered_at = $3"
    " where case_id = $1 and state = 'offered' and part = 'lead'"
)
_OFFER = """
    insert into assignment (case_id, unit, part, state, offered_by, offered_at, note)
    values ($1, $2, 'lead', 'offered', $3, $4, $5)
"""


async def make_offer(act: ActionContext, case: LoadedCase, unit: str, *, note: uuid.UUID | None = None) -> None:
    """`unit` is offered the lead: it sees the case from now on, and its time to sign for it runs (签收)."""
    await act.conn.execute(_OFFER, case.facts.id, unit, act.actor.id, act.now, note)
    await grant(act.conn, case.facts.id, await grantees(act, case, unit), "offer")
    await start_clocks(act, case, StartsOn.OFFERED, kind=ClockKind.SIGN_FOR, subject=unit)


async def end_offer(act: ActionContext, case_id: uuid.UUID) -> None:
    """Recall what is still open: nobody sees the case by it any more, and nothing is owed."""
    await act.conn.execute(_RECALL, case_id, act.actor.id, act.now)
    await revoke(act.conn, case_id, "offer", at=act.now)
    await stop_waiting(act, case_id)


async def offer_instead(act: ActionContext, case: LoadedCase, unit: str) -> None:
    """`unit` is offered the lead in place of whoever has an open offer: the one ends as the other begins."""
    case_id = case.facts.id
    given = await grantees(act, case, unit)
    await act.conn.execute(_RECALL, case_id, act.actor.id, act.now)
    await act.conn.execute(_OFFER, case_id, unit, act.actor.id, act.now, None)
    await change(act.conn, case_id, act.now, given={(name, "offer") for name in given}, taken=[(None, "offer")])
    await stop_waiting(act, case_id)
    await start_clocks(act, case, StartsOn.OFFERED, kind=ClockKind.SIGN_FOR, subject=unit)


async def stop_waiting(act: ActionContext, case_id: uuid.UUID) -> None:
    """Neither a signature nor a ruling is waited for any more."""
    await deadlines.finish(act.conn, case_id, act.now, stopped=(ClockKind.SIGN_FOR, ClockKind.RETURN_RULING))


async def withdraw_sight(act: ActionContext, case: LoadedCase, found: Offer) -> None:
    """Who no longer has the offer no longer sees the case by it."""
    if found.staff is not None:
        await revoke(act.conn, case.facts.id, "task", at=act.now, grantees=[f"staff:{found.staff}"])
    else:
        await revoke(act.conn, case.facts.id, "offer", at=act.now, grantees=await grantees(act, case, found.unit))


async def grantees(act: ActionContext, case: LoadedCase, unit: str) -> list[str]:
    """How a unit is named in `case_access`: as itself, or for an accusation as its sworn posts."""
    if case.facts.petition_class is not PetitionClass.ACCUSATION:
        return [f"unit:{unit}"]
    rows = await act.conn.fetch(
        "select id from post where unit = $1 and role in ('discipline_officer', 'coordinator')", unit
    )
    return [f"post:{row['id']}" for row in rows]

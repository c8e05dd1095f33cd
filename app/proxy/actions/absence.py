"""Whoever carries a case, or was offered, hands over all they hold: an authority is personal, so nobody takes it over."""

import uuid
from typing import Any

from app.cases.queries.one import load_linked
from app.proxy import queries
from app.proxy.actions.relation import back
from app.proxy.actions.step import Begun, end, tell
from app.proxy.rules import State
from app.reference.actions import ActionContext


async def give_up(act: ActionContext, proxy: uuid.UUID, *, handover: uuid.UUID) -> None:
    """The authority ends as if they stepped down; an offer is recalled, and the wish waits for somebody else."""
    row = await queries.get_by_id(act.conn, proxy)
    begun = Begun(await load_linked(act.conn, row["case_id"], act.reference), row)
    facts = {"staff": str(row["staff"]), "handover": str(handover)}
    if State(row["state"]) is not State.OFFERED:
        await end(act, begun, State.STEPPED_DOWN, "step_down_proxy", facts=facts)
        return
    await back(act, begun, "recall_proxy", facts)
    await _tell_arranger(act, row, "recalled", handover)


async def stay(act: ActionContext, proxy: uuid.UUID, *, handover: uuid.UUID) -> None:
    """It goes on over a leave: both who carries it and who offered them are reminded of what they may do."""
    row = await queries.get_by_id(act.conn, proxy)
    await tell(act.conn, row, "stays", f"staff:{row['staff']}", act.now, mark=str(handover))
    await _tell_arranger(act, row, "away", handover)


async def _tell_arranger(act: ActionContext, row: Any, what: str, handover: uuid.UUID) -> None:
    if row["offered_by"] != f"{act.actor.kind}:{act.actor.id}":
        await tell(act.conn, row, what, row["offered_by"], act.now, mark=str(handover))

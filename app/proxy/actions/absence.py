"""Whoever carries a case, or was offered, hands over all they hold: an authority is personal, so nobody takes it over."""

import uuid

from app.proxy.actions.arranging import withdraw_offer
from app.proxy.actions.step import Reminder, end, tell
from app.proxy.queries.proxies import ProxyRow, read_proxy
from app.proxy.rules import State
from app.reference.actions import ActionContext


async def give_up(act: ActionContext, proxy_id: uuid.UUID, *, handover: uuid.UUID) -> None:
    """The authority ends as if they stepped down; an offer is recalled, and the wish waits for somebody else. The caller
    holds the lock of the case."""
    proxy = await read_proxy(act.conn, proxy_id, now=act.now)
    facts = {"staff": str(proxy.staff), "handover": str(handover)}
    if proxy.state is not State.OFFERED:
        await end(act, proxy, State.STEPPED_DOWN, "step_down_proxy", facts=facts)
        return
    await withdraw_offer(act, proxy, "recall_proxy", facts)
    await _tell_arranger(act, proxy, "recalled", handover)


async def stay(act: ActionContext, proxy_id: uuid.UUID, *, handover: uuid.UUID) -> None:
    """It goes on over a leave: both who carries it and who offered them are reminded of what they may do."""
    proxy = await read_proxy(act.conn, proxy_id, now=act.now)
    said = Reminder(proxy.id, proxy.case_id, "stays", f"staff:{proxy.staff}", mark=str(handover))
    await tell(act.conn, said, act.now)
    await _tell_arranger(act, proxy, "away", handover)


async def _tell_arranger(act: ActionContext, proxy: ProxyRow, what: str, handover: uuid.UUID) -> None:
    if proxy.offered_by and proxy.offered_by != act.actor.who:
        await tell(act.conn, Reminder(proxy.id, proxy.case_id, what, proxy.offered_by, mark=str(handover)), act.now)

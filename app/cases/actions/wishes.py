"""What staff do at the resident's wish: shown by the query code or a paper they signed, told to the resident at once, and
theirs to undo for a time."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from app.cases.actions.access import grant
from app.cases.actions.archive import take_out
from app.cases.actions.barring import settle
from app.cases.actions.family import take_up_offers
from app.cases.actions.offering import end_offer, grantees
from app.cases.actions.record import record
from app.cases.queries.one import LoadedCase
from app.cases.rules import Status
from app.cases.rules.registry import refused_by_checks
from app.cases.settings import CasesSettings
from app.core import errors
from app.core.crypto import keys
from app.core.rows import fetch_one
from app.core.settings import section
from app.deadlines import actions as deadlines
from app.messages.actions import queue
from app.reference.actions import ActionContext

_LAST = """
    select kind, at, data from event
    where case_id = $1 and (kind = 'wish_undone' or kind in ('withdraw', 'go_up') and data ? 'undo_until')
    order by seq desc limit 1
"""
_OFFER_AGAIN = """
    update assignment set state = 'offered', answered_at = null, answered_by = null
    where case_id = $1 and part = 'lead' and state = 'recalled' and answered_at = $2 returning unit
"""


def proven(case: LoadedCase, *, code: str | None, paper: uuid.UUID | None) -> dict[str, object]:
    """What the event says of the proof; raises Invalid for a code that is not the case's, or a paper that proves nothing."""
    if code is not None:
        if not compare_digest(keys().query_hash(code).hex(), case.row.query_hash or ""):
            raise errors.Invalid("查询码有误。", "The code is not that of this case.", pointer="#/body/code")
        return {"proof": "code"}
    refused = refused_by_checks("wish", case.facts, paper=paper)
    if refused is not None:
        raise errors.Invalid(refused.zh, refused.en, pointer="#/body/paper")
    return {"proof": "paper", "paper": str(paper)}


def wished(act: ActionContext, case: LoadedCase, *, code: str | None, paper: uuid.UUID | None) -> dict[str, object]:
    """The same of what the resident may undo, with the end of the time for it."""
    until = act.now + timedelta(hours=section(CasesSettings).undo_hours)
    return {**proven(case, code=code, paper=paper), "undo_until": until.timestamp()}


@dataclass(frozen=True, slots=True)
class _Wish:
    kind: str
    at: datetime
    data: dict[str, Any]


async def undo(act: ActionContext, case: LoadedCase) -> None:
    """The resident undoes the last thing that staff recorded as their wish: everything stands again as it did. The caller has
    checked the query code and holds the case's lock. Once undone, the same again changes nothing. Raises Conflict."""
    last = await fetch_one(act.conn, _Wish, _LAST, case.facts.id)
    if last is not None and last.kind == "wish_undone":
        return
    if last is None or act.now.timestamp() > last.data["undo_until"]:
        raise errors.Conflict(
            "没有可撤销的登记，或撤销期限已过；仍需办理的，请联系受理窗口。",
            "Nothing that staff recorded as your wish is left to undo, or the time for it is over; any window helps.",
        )
    undone = await (_not_withdrawn if last.kind == "withdraw" else _not_up)(act, case, last)
    facts = {"undone": last.kind, "recorded_at": last.at.timestamp()}
    await record(act.conn, case.facts.id, "wish_undone", actor=act.actor, at=act.now, columns=undone, facts=facts)
    await settle(act, case.facts.id)  # an offer that stands again may be to somebody whom it concerns by now
    for name in await grantees(act, case, case.facts.lead_unit):
        await queue(
            act.conn, f"wish undone {case.facts.id} {case.facts.version} {name}", "wish_undone", now=act.now,
            grantee=name, case_id=case.facts.id,
        )  # fmt: skip


async def _not_withdrawn(act: ActionContext, case: LoadedCase, last: _Wish) -> dict[str, object]:
    """In the state it had; its clocks run on with the limits they had. Gives the columns that change."""
    if case.facts.status is not Status.WITHDRAWN:
        raise errors.Conflict("该件已重新办理，无需撤销。", "The case was taken up again already.")
    await deadlines.resume_stopped(act.conn, case.facts.id, last.at)
    await take_up_offers(act, case, last.at)
    await take_out(act, case.facts.id)
    return {"status": Status(last.data["before"]).value, "closed_at": None}


async def _not_up(act: ActionContext, case: LoadedCase, last: _Wish) -> dict[str, object]:
    """The offer to the centre above ends, and the one before it stands again. A centre that has signed keeps what it took."""
    offer = case.facts.lead_offer
    if offer is None or not case.facts.came_up or offer.unit != last.data["unit"]:
        raise errors.Conflict(
            "上级中心已签收，由其负责；需要退回下级的，请向该中心提出。",
            "The centre above has signed for it and is responsible: ask that one to send it back down.",
        )
    await end_offer(act, case.facts.id)
    for row in await act.conn.fetch(_OFFER_AGAIN, case.facts.id, last.at):
        await grant(act.conn, case.facts.id, await grantees(act, case, row["unit"]), "offer")
    await deadlines.resume_stopped(act.conn, case.facts.id, last.at)
    return {"escalated_to": last.data["before"]}

"""Giving the copy: once, to who asked."""

import uuid

from app.cases.actions.record import record
from app.cases.queries.one import LoadedCase
from app.core.looks import look_in_clear
from app.core.rows import change_row
from app.privacy.actions.decide import begin
from app.privacy.queries import get_by_number, get_party
from app.privacy.queries.copy import held_of
from app.privacy.rules import WORKFLOW, DataRequest
from app.privacy.schemas import CopyOut
from app.reference.actions import ActionContext


async def hand_over(act: ActionContext, request: uuid.UUID, *, reason: str) -> tuple[CopyOut, int]:
    """At a window, to who asked there; that it was seen is logged. With the request's new version."""
    begun = await begin(act, request, "hand_over")
    await look_in_clear(act.conn, begun.found.case_id, "personal_copy", reason, actor=act.actor, now=act.now)
    return await _give(act, begun.found)


async def fetch_by_code(act: ActionContext, case: LoadedCase, number: str) -> CopyOut:
    """By the resident. The caller has checked the query code and holds the case's lock. Raises NotFound for a number that is not
    theirs, ActionRefused for a copy that is not, or no longer, there."""
    found = await get_by_number(act.conn, case.case_id, number, act.now)
    WORKFLOW.check_state(found, "hand_over", act.actor, act.now)
    copy, _ = await _give(act, found)
    return copy


async def _give(act: ActionContext, found: DataRequest) -> tuple[CopyOut, int]:
    number, party = await get_party(act.conn, found.id)
    case, data, html = await held_of(act.conn, found.case_id, party, act.reference, act.now)
    version = await change_row(act.conn, "data_request", found.id, {"fetched_at": act.now})
    facts = {"request": str(found.id), "whose": found.whose}
    await record(act.conn, found.case_id, "data_copy_given", actor=act.actor, at=act.now, facts=facts)
    return CopyOut(number=number, case=case, made_at=act.now, data=data, html=html), version

"""Deciding on a request, by somebody who did not handle the case, and serving the answer."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.cases.actions.notes import keep_note
from app.cases.actions.record import record
from app.cases.queries.visible import LockedCase, lock_case
from app.core import errors
from app.core.rows import change_row
from app.core.settings import section
from app.privacy.actions.ask import end_sight
from app.privacy.queries import get_state
from app.privacy.rules import STORED_ONLY, WORKFLOW, Asked, DataRequest, Ground, ground_refused
from app.privacy.settings import PrivacySettings
from app.reference.actions import ActionContext


@dataclass(frozen=True, slots=True)
class Begun:
    """A request that is being decided, with its case, both locked."""

    case: LockedCase
    found: DataRequest


async def begin(act: ActionContext, request: uuid.UUID, action: str) -> Begun:
    """Lock the case and judge; raises NotFound, Stale, ActionRefused or Forbidden."""
    case_id = await act.conn.fetchval("select case_id from data_request where id = $1", request)
    if case_id is None:
        raise errors.NotFound
    case = await lock_case(act.conn, case_id, actor=act.actor)
    found = await get_state(act.conn, request, act.now)
    WORKFLOW.check(found, action, act.actor, act.now, version=act.version)
    return Begun(case, found)


async def grant(act: ActionContext, request: uuid.UUID, *, reply: str, supplement: bool) -> None:
    """What was asked is done. The copy lies ready, given once; what was wrong has been corrected (step `correct` of the case), or
    what was said is added to the file; the explanation is the answer; what is to be erased is, once who asked has had time to
    read that."""
    begun = await begin(act, request, "grant")
    found = begun.found
    if found.asked is Asked.CORRECT and not (found.corrected or supplement):
        raise errors.Conflict(
            "请先更正（correct）再作出准予答复；属于补充的，请注明 supplement。",
            "Correct it first (step `correct` of the case); or say that it is a `supplement`.",
        )
    more: dict[str, object] = {}
    if found.asked is Asked.COPY:
        more["fetch_until"] = act.now + timedelta(days=section(PrivacySettings).copy_days)
    await _answer(act, begun, "grant", reply, more, {"supplement": supplement} if supplement else {})


async def refuse(act: ActionContext, request: uuid.UUID, *, ground: Ground, reply: str) -> None:
    """With the legal basis and the reason. Where the data must be kept though its purpose is over, nothing is done with it from
    now on but storing and protecting it."""
    begun = await begin(act, request, "refuse")
    no = ground_refused(begun.found.asked, ground, begun.found.keeping)
    if no is not None:
        raise errors.Invalid(no.zh, no.en, pointer="#/body/ground")
    changes = {"ground": ground, "restricts": ground in STORED_ONLY}
    await _answer(act, begun, "refuse", reply, changes, {"ground": ground})


async def _answer(
    act: ActionContext, begun: Begun, action: str, reply: str, changes: Mapping[str, object], said: Mapping[str, object]
) -> None:
    """What was asked with the code is read with the code, at once; the other answers wait to be served."""
    found = begun.found
    note = await keep_note(act, begun.case, "data_answer", reply)
    served = {"served_at": act.now, "served_how": "online"} if found.online else {}
    columns = {
        "state": WORKFLOW[action].target, "answer": note.id, "decided_at": act.now, "decided_by": uuid.UUID(act.actor.id),
        **served, **changes,
    }  # fmt: skip
    await change_row(act.conn, "data_request", found.id, columns)
    await end_sight(act, found)
    facts = {
        "request": str(found.id), "asked": found.asked, "whose": found.whose, **said, **note.said
    }  # fmt: skip
    kind = {"grant": "data_granted", "refuse": "data_refused"}[action]
    await record(act.conn, found.case_id, kind, actor=act.actor, at=act.now, facts=facts)


async def serve(act: ActionContext, request: uuid.UUID, *, method: str, proof: str) -> None:
    """How the answer reached who asked at a window; a copy is handed over by `hand_over`."""
    begun = await begin(act, request, "serve")
    note = await keep_note(act, begun.case, "data_answer_served", proof)
    await change_row(act.conn, "data_request", request, {"served_at": act.now, "served_how": method})
    facts = {"request": str(request), "whose": begun.found.whose, "method": method, **note.said}
    await record(act.conn, begun.found.case_id, "data_answer_served", actor=act.actor, at=act.now, facts=facts)

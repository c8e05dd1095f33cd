"""Applying for review and re-review: judged by the pure rules, registered through intake, linked, and never refused in
silence."""

import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.actions.access import grant
from app.cases.actions.link import link_review
from app.cases.actions.record import record
from app.cases.queries.one import get_facts, load_linked
from app.cases.rules import NO_TIER_ABOVE, PartyRole, Relation
from app.cases.rules.registry import refused_by_checks
from app.core import errors
from app.core.crypto import keys
from app.core.errors import Problem
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind
from app.intake.actions import Entry, Receipt, Upward, prepare, register
from app.intake.schemas import ConcernIn, NotToIn, ReportIn
from app.reference.actions import ActionContext
from app.review.queries import Last, get_last, get_matter, list_organs
from app.review.rules import EXPLAINED, Organ, Reviewer, Why, refuses, reviewer

_SPEAK = (PartyRole.PETITIONER, PartyRole.REPRESENTATIVE, PartyRole.AGENT)
_NAMES = {Relation.REVIEW: "复查", Relation.REREVIEW: "复核"}
_FIRST = """
    select c.query_issue, e.data->'receipt' as receipt,
        (select a.data->>'digest' from event a where a.case_id = l.other and a.kind = 'review_applied'
            and a.data->>'from' = c.id::text order by a.seq desc limit 1) as digest
    from cases c join event e on e.case_id = c.id and e.seq = 1
    join case_link l on l.case_id = c.id and l.opinion_at is not null and l.undone_at is null
    where c.id = $1
"""


@dataclass(frozen=True, slots=True)
class Application:
    """What became of an application: the receipt of the review that now runs. `waits`: no authority of the city stands above
    the one that decided, and a desk passes it on."""

    receipt: Receipt
    relation: str
    due: datetime | None
    waits: bool


async def apply_for(act: ActionContext, case_id: uuid.UUID, *, reasons: str, channel: str) -> Application | Problem:
    """A member of staff applies at the resident's wish, on a case that they see; raises NotFound or Forbidden.

    Nobody takes an application against their own unit (信访工作条例 28 ¶3).
    """
    case = await get_facts(act.conn, case_id, act.reference, actor=act.actor)
    if (no := refused_by_checks("apply_for_review", case.facts, actor=act.actor)) is not None:
        raise errors.Forbidden(no.zh, no.en)
    last = await get_last(act.conn, case_id, act.reference)
    if any(post.unit == last.row["lead_unit"] for post in act.actor.posts):
        raise errors.Forbidden(
            "对本单位处理意见的复查申请不由本单位代收：请群众凭编号和查询码提出，或到上级中心、信访局窗口提出。",
            "Your own unit decided: the resident applies with number and query code, or at the window of a centre or"
            " petition office above.",
        )  # fmt: skip
    return await apply(act, case_id, reasons=reasons, channel=channel)


async def apply(act: ActionContext, case_id: uuid.UUID, *, reasons: str, channel: str) -> Application | Problem:
    """Apply against the latest decision of the matter that a case belongs to: for a review, then for a re-review.

    The caller has checked that whoever asks may. A refusal is given back, not raised: that it was asked stays on record,
    and the transaction is to be committed. The same words sent again give the first receipt.
    """
    last = await get_last(act.conn, case_id, act.reference)
    await load_linked(act.conn, last.row["id"], act.reference)  # its lock: one application at a time
    last = await get_last(act.conn, case_id, act.reference)
    why = refuses(last.opinion, act.now)
    if why is Why.UNDER_REVIEW and (again := await _repeated(act, last, reasons)):
        return again
    if why is not None:
        facts = {"reason": why.value, "stage": last.opinion.stage}
        await record(act.conn, last.row["id"], "review_not_taken", actor=act.actor, at=act.now, facts=facts)
        return _refused(act, last, why)
    return await _file(act, last, reasons, channel)


async def _repeated(act: ActionContext, last: Last, reasons: str) -> Application | None:
    row = await act.conn.fetchrow(_FIRST, last.row["id"])
    if row is None or row["digest"] != _digest(reasons):
        return None
    body: dict[str, Any] = row["receipt"]
    receipt = Receipt("id", body, keys().query_code(body["id"], row["query_issue"]))
    due = last.row["due"].astimezone(act.reference.city.tz) if last.row["due"] else None
    return Application(receipt, last.opinion.stage, due, body["queue"] == NO_TIER_ABOVE)


def _refused(act: ActionContext, last: Last, why: Why) -> Problem:
    words = EXPLAINED[why]
    facts: dict[str, Any] = {"reason": why.value}
    if why is Why.UNDER_REVIEW:
        due = last.row["due"]
        facts["live"] = {
            "stage": last.opinion.stage, "due": due.astimezone(act.reference.city.tz).isoformat() if due else None,
            "handled_by": act.reference.names.get(last.row["lead_unit"]),
            **({"number": last.row["number"]} if act.actor.kind == "resident" else {}),
        }  # fmt: skip
    kind = errors.ReviewExhausted if why is Why.EXHAUSTED else errors.ReviewRefused
    return kind(words.zh, words.en, **facts)


async def _file(act: ActionContext, last: Last, reasons: str, channel: str) -> Application:
    relation = Relation.REVIEW if last.opinion.stage == "original" else Relation.REREVIEW
    decided, organs = await list_organs(act.conn, last.row["id"])
    chosen = reviewer(decided, organs)
    if chosen is None:
        raise errors.Conflict(
            "本市没有可受理复查的机关，请向自治区信访部门提出。",
            "No authority of this city is left that may review; turn to the petition office of the region.",
        )
    receipt = await _register(act, last, relation, decided, chosen, reasons, channel)
    await _link(act, last, relation, uuid.UUID(receipt.body["id"]), chosen, reasons)
    (clock,) = receipt.body["clocks"]
    return Application(receipt, relation.value, datetime.fromisoformat(clock["due"]), chosen.waits)


async def _register(
    act: ActionContext, last: Last, relation: Relation, decided: Organ, chosen: Reviewer, reasons: str, channel: str
) -> Receipt:  # fmt: skip
    matter = await get_matter(act.conn, last.row["id"])
    parties = [
        {name: p[name] for name in ("role", "name", "phone", "address") if p.get(name)}
        for p in matter["parties"]
        if p["role"] in _SPEAK and (p.get("name") or p.get("phone"))
    ]
    sent = ReportIn.model_validate({
        "kind": "petition", "petition_class": "appeal", "category": matter["category"], "channel": channel,
        "title": f"不服{matter['number']}号处理意见，申请{_NAMES[relation]}", "description": reasons,
        "location": {"area": matter["area"]}, "parties": parties,
    })  # fmt: skip
    # Beside whom the matter concerned before: the unit that decided, and whoever had a hand in it (XF 28 ¶3).
    sent.concerns += [ConcernIn(**said) for relates, said in matter["concerns"] if relates == "concerns"]
    sent.concerns.append(ConcernIn(unit=decided.code))
    sent.not_to += [NotToIn(**said) for relates, said in matter["concerns"] if relates == "not_to"]
    sent.not_to += [NotToIn(staff=uuid.UUID(staff)) for staff in matter["worked_by"] or ()]
    upward = Upward(relation.value, chosen.unit, NO_TIER_ABOVE if chosen.waits else None)
    report = prepare(sent, act.reference, actor=act.actor, now=act.now, entry=Entry(), upward=upward)
    (result,) = await register(act.conn, [report])
    if isinstance(result, Problem):
        raise result
    return result


async def _link(
    act: ActionContext, last: Last, relation: Relation, review: uuid.UUID, chosen: Reviewer, reasons: str
) -> None:  # fmt: skip
    """The review belongs to the opinion, and the reviewing authority reads the file it reviews."""
    row = last.row
    await link_review(act, review, row["id"], relation, row["concluded_at"])
    for case_id in {row["id"], row["original"]}:
        await grant(act.conn, case_id, [f"unit:{chosen.unit}"], "reviewer")
    await deadlines.meet(act.conn, row["id"], ClockKind.APPLY_REVIEW, act.now)
    applied = {"from": str(review), "relation": relation.value, "digest": _digest(reasons)}
    await record(act.conn, row["id"], "review_applied", actor=act.actor, at=act.now, facts=applied)
    linked = {"into": str(row["id"]), "relation": relation.value}
    await record(act.conn, review, "linked", actor=act.actor, at=act.now, facts=linked)


def _digest(reasons: str) -> str:
    """Tells whether two applications say the same, without saying what."""
    return hmac.new(keys().derive("review application"), json.dumps(reasons).encode(), hashlib.sha256).hexdigest()

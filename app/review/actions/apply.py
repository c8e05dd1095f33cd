"""Applying for review and re-review: judged by the pure rules, registered through intake, linked, and never refused in
silence."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.cases.actions.access import grant
from app.cases.actions.link import link_review
from app.cases.actions.notes import write_note
from app.cases.actions.record import record
from app.cases.actions.wishes import proven
from app.cases.queries.case_page import open_parties
from app.cases.queries.one import get_facts, load_linked
from app.cases.rules import LIVE, NO_TIER_ABOVE, PartyRole, Relation, Status
from app.cases.rules.registry import refused_by_checks
from app.core import errors
from app.core.access import Permission
from app.core.crypto import keys
from app.core.errors import Problem
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind
from app.intake.actions import Entry, Receipt, Upward, prepare, register
from app.intake.schemas import ConcernIn, NotToIn, ReportIn
from app.messages.actions import queue
from app.reference.actions import ActionContext
from app.review.queries import Decision, get_last, get_matter, list_concerned, list_organs
from app.review.rules import Organ, Reviewer, Why, refuses, reviewer

_SPEAK = (PartyRole.PETITIONER, PartyRole.REPRESENTATIVE, PartyRole.AGENT)
_NAMES = {Relation.REVIEW: "复查", Relation.REREVIEW: "复核"}
_FIRST = """
    select c.query_issue, e.data->'receipt' as receipt, e.actor as filed_by,
        array(select o.data->>'words' from event o where o.case_id = c.id and o.kind = 'own_reasons') as own,
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


async def apply_for(
    act: ActionContext, case_id: uuid.UUID, *, reasons: str, channel: str, code: str | None, paper: uuid.UUID | None
) -> Application | Problem:
    """A member of staff who registered the case, or stands above its lead, applies at the resident's wish, which the code of
    the case shows, or a paper attached to the case whose opinion is the latest. Raises NotFound, Forbidden or Invalid.

    Nobody takes an application against their own unit (信访工作条例 28 ¶3).
    """
    case = await get_facts(act.conn, case_id, act.reference, actor=act.actor)
    if (no := refused_by_checks("apply_for_review", case.facts, actor=act.actor)) is not None:
        raise errors.Forbidden(no.zh, no.en)
    last = await get_last(act.conn, case_id)
    if any(post.unit == last.lead_unit for post in act.actor.posts):
        raise errors.Forbidden(
            "对本单位处理意见的复查申请不由本单位代收：请群众凭编号和查询码提出，或到上级中心、信访局窗口提出。",
            "Your own unit decided: the resident applies with number and query code, or at the window of a centre or"
            " petition office above.",
        )
    standing = case.facts.standing
    if not (standing.registered(act.actor) or standing.is_above(act.actor, Permission.CASE_REGISTER)):
        raise errors.Forbidden(
            "代收复查申请须由本件登记人或主办单位的上级办理；群众也可凭编号和查询码自行提出。",
            "Who registered the case, or stands above its lead, takes the application; the resident applies with the code, too.",
        )
    proof = proven(case if code else await load_linked(act.conn, last.id, act.reference), code=code, paper=paper)
    return await apply(act, case_id, reasons=reasons, channel=channel, proof=proof)


async def apply(
    act: ActionContext, case_id: uuid.UUID, *, reasons: str, channel: str, proof: Mapping[str, object] | None = None
) -> Application | Problem:
    """Apply against the latest decision of the matter that a case belongs to: for a review, then for a re-review.

    The caller has checked that whoever asks may. A refusal is given back, not raised: that it was asked stays on record,
    and the transaction is to be committed. The same words sent again give the first receipt. The resident's own words are
    taken into a review that staff filed for them and that is not decided yet: their one review is not used up by others.
    """
    last = await get_last(act.conn, case_id)
    await load_linked(act.conn, last.id, act.reference)  # its lock: one application at a time
    last = await get_last(act.conn, case_id)
    why = refuses(last.opinion(act.reference), act.now)
    if why is Why.UNDER_REVIEW and (again := await _running(act, last, reasons)):
        return again
    if why is not None:
        facts = {"reason": why.value, "stage": last.stage}
        await record(act.conn, last.id, "review_not_taken", actor=act.actor, at=act.now, facts=facts)
        return _refused(act, last, why)
    return await _file(act, last, reasons, channel, proof or {})


async def _running(act: ActionContext, last: Decision, reasons: str) -> Application | None:
    """The review that runs, if it says the same, or takes in what the resident says themselves."""
    first = await act.conn.fetchrow(_FIRST, last.id)
    if first is None:
        return None
    issue, body, filed_by, own, digest = first
    how = "id"
    if _digest(reasons) not in (digest, *own):
        if (
            act.actor.kind != "resident"
            or not filed_by.startswith("staff:")
            or last.status not in LIVE - {Status.CONCLUDED}
        ):
            return None
        await _add_own(act, last, reasons)
        how = "filed"  # for the resident: they have not seen its code
    receipt = Receipt(how, body, keys().query_code(body["id"], issue))
    return Application(receipt, last.stage, _due(act, last), body["queue"] == NO_TIER_ABOVE)


async def _add_own(act: ActionContext, last: Decision, reasons: str) -> None:
    """What the resident says themselves joins what was filed for them; its lead is told."""
    review = await load_linked(act.conn, last.id, act.reference)
    _, said = await write_note(act, review, "own_reasons", reasons)
    facts = {**said, "words": _digest(reasons)}
    await record(act.conn, last.id, "own_reasons", actor=act.actor, at=act.now, facts=facts)
    key = f"own reasons {last.id} {review.facts.version} unit:{last.lead_unit}"
    await queue(act.conn, key, "own_reasons", now=act.now, grantee=f"unit:{last.lead_unit}", case_id=last.id)


def _due(act: ActionContext, last: Decision) -> datetime | None:
    return last.due.astimezone(act.reference.city.tz) if last.due else None


def _refused(act: ActionContext, last: Decision, why: Why) -> Problem:
    facts: dict[str, object] = {"reason": why.value}
    if why is Why.UNDER_REVIEW:
        due = _due(act, last)
        facts["live"] = {
            "stage": last.stage,
            "due": due.isoformat() if due else None,
            "handled_by": act.reference.names.get(last.lead_unit),
            **({"number": last.number} if act.actor.kind == "resident" else {}),
        }
    kind = errors.ReviewExhausted if why is Why.EXHAUSTED else errors.ReviewRefused
    return kind(why.words.zh, why.words.en, **facts)


async def _file(
    act: ActionContext, last: Decision, reasons: str, channel: str, proof: Mapping[str, object]
) -> Application:
    relation = Relation.REVIEW if last.stage == "original" else Relation.REREVIEW
    decided, organs = await list_organs(act.conn, last.id)
    chosen = reviewer(decided, organs)
    if chosen is None:
        raise errors.Conflict(
            "本市没有可受理复查的机关，请向自治区信访部门提出。",
            "No authority of this city is left that may review; turn to the petition office of the region.",
        )
    receipt = await _register(act, last, relation, decided, chosen, reasons, channel)
    await _link(act, last, relation, uuid.UUID(receipt.body["id"]), chosen, {"digest": _digest(reasons), **proof})
    (clock,) = receipt.body["clocks"]
    return Application(receipt, relation.value, datetime.fromisoformat(str(clock["due"])), chosen.waits)


async def _register(
    act: ActionContext, last: Decision, relation: Relation, decided: Organ, chosen: Reviewer, reasons: str, channel: str
) -> Receipt:
    matter = await get_matter(act.conn, last.id)
    parties = [
        {
            name: given
            for name in ("role", "name", "phone", "address", "email", "tell_by")
            if (given := getattr(p, name))
        }
        for p in await open_parties(act.conn, last.id)
        if p.role in _SPEAK and (p.name or p.phone)
    ]
    sent = ReportIn.model_validate({
        "kind": "petition", "petition_class": "appeal", "category": matter.category, "channel": channel,
        "title": f"不服{matter.number}号处理意见，申请{_NAMES[relation]}", "description": reasons,
        "location": {"area": matter.area}, "parties": parties,
    })  # fmt: skip
    # Beside whom the matter concerned before: the unit that decided, and whoever had a hand in it (XF 28 ¶3).
    concerns, not_to = await list_concerned(act.conn, last.id)
    sent.concerns += [*concerns, ConcernIn(unit=decided.code)]
    sent.not_to += [*not_to, *(NotToIn(staff=staff) for staff in matter.worked_by)]
    upward = Upward(relation.value, chosen.unit, NO_TIER_ABOVE if chosen.waits else None)
    report = prepare(sent, act.reference, actor=act.actor, now=act.now, entry=Entry(), upward=upward)
    (result,) = await register(act.conn, [report])
    if isinstance(result, Problem):
        raise result
    return result


async def _link(
    act: ActionContext, last: Decision, relation: Relation, review: uuid.UUID, chosen: Reviewer,
    said: Mapping[str, object],
) -> None:  # fmt: skip
    """The review belongs to the opinion, and the reviewing authority reads the file it reviews."""
    await link_review(act, review, last.id, relation, last.concluded_at)
    for case_id in {last.id, last.original}:
        await grant(act.conn, case_id, [f"unit:{chosen.unit}"], "reviewer")
    await deadlines.meet(act.conn, last.id, ClockKind.APPLY_REVIEW, act.now)
    applied = {"from": str(review), "relation": relation.value, **said}
    await record(act.conn, last.id, "review_applied", actor=act.actor, at=act.now, facts=applied)
    linked = {"into": str(last.id), "relation": relation.value}
    await record(act.conn, review, "linked", actor=act.actor, at=act.now, facts=linked)


def _digest(reasons: str) -> str:
    """Tells whether two applications say the same, without saying what."""
    return hmac.new(keys().derive("review application"), json.dumps(reasons).encode(), hashlib.sha256).hexdigest()

"""What a review decides, and what follows from it on the case whose opinion was reviewed (信访工作条例 35, 36)."""

import uuid

from app.cases.actions.drafting import NoticeText, draft_due_notice
from app.cases.actions.notes import write_note
from app.cases.actions.record import record
from app.cases.actions.step import advance, begin, take_up_again
from app.cases.queries.notes import opened_note
from app.cases.queries.one import LoadedCase, load_linked
from app.cases.rules import RESULT_OF, REVIEW_RESULTS, REVIEWS, Outcome, Relation, Result, Status
from app.core import errors
from app.reference.actions import ActionContext

_LINK = """
    select l.id, l.other, l.relation, o.procedure from case_link l join cases o on o.id = l.other
    where l.case_id = $1 and l.opinion_at is not null and l.undone_at is null and l.settled_at is null
    for update of l
"""
# A re-review is about the review, and acts on the case that both are about.
_ORIGINAL = "select other from case_link where case_id = $1 and opinion_at is not null and undone_at is null"
_DIRECTIONS = """
    select id, body, sealed, key_of(seal_key) as seal_key from case_note
    where case_id = $1 and kind = 'review_directions' order by at desc limit 1
"""
_DECIDED = "select data->>'result' from event where case_id = $1 and kind = 'decide_review' order by seq desc limit 1"
_OUTCOMES = {result.value: outcome for outcome, result in RESULT_OF.items()}


async def decide_review(
    act: ActionContext,
    case_id: uuid.UUID,
    *,
    outcome: Outcome,
    reply: str,
    directions: str | None,
    result: Result | None,
) -> None:
    """复查（复核）意见: uphold the opinion, change its result, or order the matter to be handled again.

    `reply` goes to the resident; `directions` tell the unit that decided what it must carry out, without the words of
    the application. It takes effect on the original when it has been served.
    """
    _check(outcome, directions, result)
    case = await begin(act, case_id, "decide_review")
    note, said = await write_note(act, case, "reply", reply)
    last = case.row.procedure == Relation.REREVIEW
    owing = await draft_due_notice(
        act, case, "decide_review", NoticeText(note, reply, {"result": RESULT_OF[outcome].value, "last": last})
    )
    if directions is not None:
        await write_note(act, case, "review_directions", directions)
    columns = {"result": RESULT_OF[outcome].value, "concluded_at": act.now}
    facts = {"outcome": outcome.value, "result": result.value if result else None, **said}
    await advance(act, case, "decide_review", columns=columns, facts=facts, owing=owing)


def _check(outcome: Outcome, directions: str | None, result: Result | None) -> None:
    if (outcome is Outcome.UPHOLD) != (directions is None):
        raise errors.Invalid(
            "变更或责令重新办理的须写明对原办理单位的要求 directions，维持的不填。",
            "Directions to the unit that decided go with a change or an order, not with upholding.",
            pointer="#/body/directions",
        )  # fmt: skip
    if (outcome is Outcome.CHANGE) != (result is not None) or result in REVIEW_RESULTS:
        raise errors.Invalid(
            "变更原处理意见的须给出变更后的结果 result，其他不填。",
            "A change names the result that now holds; nothing else does.", pointer="#/body/result",
        )  # fmt: skip


async def settle(act: ActionContext, review: LoadedCase) -> None:
    """A served decision takes effect, once: the original keeps its result, gets another, or is taken up again.

    The caller holds the lock of the review; that of the original is taken here, always in this order.
    """
    if review.row.procedure not in REVIEWS:
        return
    link = await act.conn.fetchrow(_LINK, review.facts.id)
    if link is None:
        return
    original_id = link["other"]
    if link["procedure"] in REVIEWS:
        original_id = await act.conn.fetchval(_ORIGINAL, link["other"])
    original = await load_linked(act.conn, original_id, act.reference)
    await act.conn.execute("update case_link set settled_at = $2 where id = $1", link["id"], act.now)
    outcome = _OUTCOMES[str(review.row.result)]
    facts = {"from": str(review.facts.id), "relation": link["relation"], "outcome": outcome.value}
    if outcome is not Outcome.UPHOLD:
        (written,) = await act.conn.fetch(_DIRECTIONS, review.facts.id)
        facts |= (await write_note(act, original, "review_directions", opened_note(*written) or ""))[1]
    if outcome is Outcome.ORDER_REDO and original.facts.status in (Status.CONCLUDED, Status.CLOSED):
        await take_up_again(act, original, "redo_ordered", facts)
        return
    columns = {}
    if outcome is Outcome.CHANGE and original.facts.status in (Status.CONCLUDED, Status.CLOSED):
        columns = {"result": await act.conn.fetchval(_DECIDED, review.facts.id)}
    kind = {Outcome.UPHOLD: "review_upheld", Outcome.CHANGE: "review_changed"}.get(outcome, "redo_ordered")
    await record(act.conn, original_id, kind, actor=act.actor, at=act.now, columns=columns, facts=facts)

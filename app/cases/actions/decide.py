"""Deciding: accept, decline, refer, handle, extend, conclude."""

import uuid
from datetime import UTC

from app.cases.actions.drafting import NoticeText, draft_due_notice
from app.cases.actions.notes import write_note
from app.cases.actions.step import advance, begin, end_assignments
from app.cases.queries.one import LoadedCase
from app.cases.rules import REVIEW_RESULTS, Result, Route
from app.cases.rules.registry import refused_by_checks
from app.core import errors
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind, ClockRefused, ClockRule, Due, extend
from app.reference.actions import ActionContext


async def accept(act: ActionContext, case_id: uuid.UUID) -> None:
    """受理: completion starts (信访工作条例 22, 23). Where the procedure owes a written notice, the acceptance clock
    is met once that is served; elsewhere by the act."""
    case = await begin(act, case_id, "accept")
    owing = await draft_due_notice(act, case, "accept")
    await advance(act, case, "accept", columns={"accepted_at": act.now}, owing=owing)


async def decline(act: ActionContext, case_id: uuid.UUID, *, route: Route, reason: str) -> None:
    """不予受理: with the reason and where the matter belongs (信访工作条例 23 ¶2)."""
    case = await begin(act, case_id, "decline")
    note, said = await write_note(act, case, "decline_reason", reason)
    await end_assignments(act, case)
    owing = await draft_due_notice(act, case, "decline", NoticeText(note, reason, {"route": route.value}))
    facts = {"route": route.value, **said}
    await advance(act, case, "decline", columns={"closed_at": act.now}, facts=facts, owing=owing)


async def refer(act: ActionContext, case_id: uuid.UUID, *, route: Route, reason: str) -> None:
    """导入法定途径: litigation, arbitration, reconsideration and the like (信访工作条例 28, 31 (1)-(5))."""
    if route is Route.OTHER_ORGAN:
        raise errors.Invalid(
            "转其他机关请用“不予受理”并告知去向。", "Another authority is no legal route: decline, and name it.",
            pointer="#/body/route",
        )  # fmt: skip
    case = await begin(act, case_id, "refer")
    note, said = await write_note(act, case, "referral_reason", reason)
    await end_assignments(act, case)
    owing = await draft_due_notice(act, case, "refer", NoticeText(note, reason, {"route": route.value}))
    facts = {"route": route.value, **said}
    await advance(act, case, "refer", columns={"closed_at": act.now}, facts=facts, owing=owing)


async def handle(act: ActionContext, case_id: uuid.UUID) -> None:
    """开始办理."""
    case = await begin(act, case_id, "handle")
    await advance(act, case, "handle")


async def extend_clock(act: ActionContext, case_id: uuid.UUID, *, days: int, reason: str) -> None:
    """延期: by the head of the handling authority, once, before expiry, within the rule's bound (信访工作条例 34)."""
    case = await begin(act, case_id, "extend")
    rule = act.reference.clock_rule(case.row.procedure, case.row.procedure_version, ClockKind.COMPLETION)
    if rule is None or rule.extension is None:
        raise errors.ActionRefused("该期限不可延长。", "This limit knows no extension.")
    # Of the lead unit's posts only its head (or the discipline desk's officer, under its own rules: XF 30) came this
    # far. The rule may name another approver, the dispatcher of requests: a department has none, its head stands in.
    due = extended(act, case, rule, days)
    note, said = await write_note(act, case, "extension_reason", reason)
    await keep_extension(act, case, due, days)
    until = due.due.astimezone(UTC).isoformat()
    day = due.due.astimezone(act.reference.city.tz).date().isoformat()
    owing = await draft_due_notice(act, case, "extend", NoticeText(note, reason, {"days": days, "due": day}))
    await advance(act, case, "extend", facts={"days": days, "due": until, "rule": rule.id, **said}, owing=owing)


def extended(act: ActionContext, case: LoadedCase, rule: ClockRule, length: int) -> Due:
    """The completion limit longer by `length` of the rule's units; raises Invalid or ActionRefused."""
    clock = case.row.clock
    assert clock is not None and rule.extension is not None  # noqa: S101, PT018 (callers looked)
    told = Due(clock.due, clock.due_unrolled, clock.provisional)
    try:
        return extend(
            rule, told, length, rule.extension.unit, act.now, clock.extensions,
            approver_roles=[rule.extension.approver_role], calendar=act.reference.calendar, tz=act.reference.city.tz,
        )  # fmt: skip
    except ClockRefused as refused:
        if refused.reason in ("too_long", "bad_length"):
            raise errors.Invalid(
                f"最多延长 {rule.extension.max_length}（{rule.extension.unit.value}）。", refused.detail,
                pointer="#/body/days",
            ) from refused  # fmt: skip
        raise errors.ActionRefused("该期限现在不能延长。", refused.detail, reason=refused.reason) from refused


async def keep_extension(act: ActionContext, case: LoadedCase, due: Due, length: int) -> None:
    """The completion limit falls due at `due`, by this actor's approval."""
    row, clock = case.row, case.row.clock
    assert clock is not None  # noqa: S101 (`extended` looked)
    climbs = act.reference.first(row.procedure, row.procedure_version, clock.start, due.due)
    await deadlines.extend_clock(
        act.conn, clock.id, clock.due, due, days=length, approver=uuid.UUID(act.actor.id), now=act.now, climbs=climbs
    )


async def conclude(act: ActionContext, case_id: uuid.UUID, *, result: Result, reply: str) -> None:
    """办理结果: a result from the list and the reply that the resident will get (信访工作条例 31 (6), 32)."""
    if result in REVIEW_RESULTS:
        raise errors.Invalid(
            "该结果只用于复查、复核决定。", "Only the decision of a review has this result.", pointer="#/body/result"
        )
    case = await begin(act, case_id, "conclude")
    if why := refused_by_checks("conclude", case.facts, result=result):
        raise errors.Invalid(why.zh, why.en, pointer="#/body/result")
    note, said = await write_note(act, case, "reply", reply)
    owing = await draft_due_notice(act, case, "conclude", NoticeText(note, reply, {"result": result.value}))
    columns = {"result": result.value, "concluded_at": act.now}
    await advance(act, case, "conclude", columns=columns, facts=said, owing=owing)

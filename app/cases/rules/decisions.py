"""Who may take which step now, and why not. Pure."""

from datetime import datetime

from app.cases.rules.facts import Facts, Refusal, answers
from app.cases.rules.guards import by_a_proxy, guard, kept, of_reviews
from app.cases.rules.terms import PetitionClass
from app.cases.rules.transitions import NOT_FOR_ACCUSATIONS, TRANSITIONS, By, Transition
from app.core.access import Actor
from app.core.errors import Words
from app.notices.rules import to_approve


def refusal(facts: Facts, action: str, actor: Actor, now: datetime) -> Refusal | None:
    """Why `actor` may not take `action` now; None when nothing stands against it."""
    step = TRANSITIONS[action]
    if facts.petition_class is PetitionClass.ACCUSATION and action in NOT_FOR_ACCUSATIONS:
        return Refusal(False, Words("检举控告件不适用此步骤。", "An accusation does not allow this step."))
    if facts.status not in step.sources:
        allowed = "、".join(sorted(s.value for s in step.sources))
        return Refusal(False, Words(
            f"“{step.title.zh}”只能在以下状态进行：{allowed}；当前为 {facts.status}。",
            f"'{action}' is possible from {allowed.replace('、', ', ')}; the case is {facts.status}.",
        ))  # fmt: skip
    if action in facts.forbids:
        return Refusal(False, facts.forbids[action])
    no = (
        guard(facts, action, now) or of_reviews(facts, action) or by_a_proxy(facts, action, actor)
        or _not_the_one(facts, step, actor)
    )  # fmt: skip
    return kept(facts, actor, now) if no is None and action == "refuse" else no


def _not_the_one(facts: Facts, step: Transition, actor: Actor) -> Refusal | None:
    if not actor.may(step.permission):
        return Refusal(True, Words(
            f"您的岗位没有“{step.title.zh}”的权限。", f"None of your posts may {step.title.en} ({step.permission})."
        ))  # fmt: skip
    units = actor.units_with(step.permission)
    if step.by is By.LEAD and facts.lead_unit not in units:
        return Refusal(True, Words(
            f"只有主办单位 {facts.lead_unit} 可以执行“{step.title.zh}”。",
            f"Only the lead unit {facts.lead_unit} may {step.title.en}.",
        ))  # fmt: skip
    offers = [o for o in facts.offers if o.part == "lead" or step.action != "dispute_competence"]
    if step.by is By.OFFERED and not any(answers(offer, actor) for offer in offers):
        return Refusal(True, Words("派单不是发给您或您的单位。", "The offer is not made to you or your unit."))
    if step.action in ("grant_reopening", "decline_reopening") and actor.id in facts.worked_by:
        return Refusal(True, Words(
            "须由承办、办结本件以外的人决定。", "Somebody who neither handled nor closed the case must decide."
        ))  # fmt: skip
    if step.action == "rule_competence" and facts.superior not in units:
        return Refusal(True, Words(
            f"管辖争议由共同上级 {facts.superior} 裁定。", f"The common superior {facts.superior} rules on this dispute."
        ))  # fmt: skip
    if step.action == "approve_attempt" and all(n.recorded_by == actor.id for n in to_approve(facts.notices)):
        return Refusal(True, Words("须由登记人以外的人核准。", "Somebody other than the recorder must approve."))
    return None


def available_actions(facts: Facts, actor: Actor, now: datetime) -> list[str]:
    """The steps that would be accepted from this caller now, in the table's order."""
    likely = (a for a, t in TRANSITIONS.items() if facts.status in t.sources and actor.may(t.permission))
    return [action for action in likely if refusal(facts, action, actor, now) is None]


def check_character(number: int, alphabet: str) -> str:
    """Number modulo 31 as a readable sign: catches every wrong digit and every swap of neighbours (31 is prime)."""
    return alphabet[number % len(alphabet)]

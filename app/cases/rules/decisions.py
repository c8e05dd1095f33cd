"""Who may take which step now, and why not. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.cases.rules.facts import Facts, answers
from app.cases.rules.guards import guard, kept, of_reviews
from app.cases.rules.registry import FACTS
from app.cases.rules.terms import PetitionClass, Status
from app.cases.rules.transitions import CASE_STEPS, NOT_FOR_ACCUSATIONS, By
from app.core.access import Actor
from app.core.errors import Words
from app.core.workflow import Refusal, Transition
from app.notices.rules import to_approve


@dataclass(frozen=True, slots=True)
class CaseSubject:
    """A case as the engine of steps judges it."""

    facts: Facts

    @property
    def state(self) -> Status:
        """Its status."""
        return self.facts.status

    @property
    def version(self) -> int:
        """The sequence number of its last event."""
        return self.facts.version

    def refuses(self, action: str, actor: Actor, now: datetime) -> Refusal | None:
        """What the class, the procedure, the course of the case or a capability above has against it."""
        facts = self.facts
        if facts.petition_class is PetitionClass.ACCUSATION and action in NOT_FOR_ACCUSATIONS:
            return Refusal(False, Words("检举控告件不适用此步骤。", "An accusation does not allow this step."))
        if action in facts.forbids:
            return Refusal(False, facts.forbids[action])
        brought = (fact.refuses(fact.of(facts), facts, action, actor, now) for fact in FACTS.values())
        return (
            guard(facts, action, now)
            or of_reviews(facts, action)
            or next((no for no in brought if no is not None), None)
            or (kept(facts, actor, now) if action == "refuse" else None)
        )

    def stands(self, actor: Actor, step: Transition[Status]) -> bool:
        """Whether the actor stands in the relation to the case that the step asks for."""
        return _STANDS[By(step.by)](self.facts, actor, step)


def _leads(facts: Facts, actor: Actor, step: Transition[Status]) -> bool:
    return facts.standing.leads(actor, step.permission)


def _leads_or_above(facts: Facts, actor: Actor, step: Transition[Status]) -> bool:
    return _leads(facts, actor, step) or facts.standing.is_above(actor, step.permission)


def _offered(facts: Facts, actor: Actor, step: Transition[Status]) -> bool:
    offers = [o for o in facts.offers if o.part == "lead" or step.action != "dispute_competence"]
    return any(answers(offer, actor) for offer in offers)


def _wishes(facts: Facts, actor: Actor, step: Transition[Status]) -> bool:
    return _leads(facts, actor, step) or facts.standing.registered(actor)


def _decides(facts: Facts, actor: Actor, step: Transition[Status]) -> bool:
    return _leads_or_above(facts, actor, step) and actor.id not in facts.worked_by


def _approves(facts: Facts, actor: Actor, step: Transition[Status]) -> bool:
    others = any(n.recorded_by != actor.id for n in to_approve(facts.notices))
    return others and _leads_or_above(facts, actor, step)


def _serves(facts: Facts, actor: Actor, step: Transition[Status]) -> bool:
    """Whoever holds the code speaks as the resident: nobody does who is judged by what the resident says."""
    of_lead = any(post.unit == facts.lead_unit for post in actor.posts)
    apart = not of_lead and actor.id not in facts.worked_by and not facts.standing.registered(actor)
    return apart and facts.standing.involves(actor, step.permission)


_STANDS: dict[By, Callable[[Facts, Actor, Transition[Status]], bool]] = {
    By.LEAD: _leads,
    By.OFFERED: _offered,
    By.LEAD_OR_ABOVE: _leads_or_above,
    By.WISH: _wishes,
    By.VISITOR: lambda facts, actor, step: _wishes(facts, actor, step) or _leads_or_above(facts, actor, step),
    By.INVOLVED: lambda facts, actor, step: facts.standing.involves(actor, step.permission),
    By.KEEPER: lambda facts, actor, step: actor.who == facts.held_by or facts.standing.is_above(actor, step.permission),
    By.DECIDER: _decides,
    By.DESK: _serves,
    By.APPROVER: _approves,
    By.NAMER: lambda facts, actor, step: not facts.namers.isdisjoint(actor.works_for(step.permission)),
    By.SUPERIOR: lambda facts, actor, step: facts.superior in actor.units_with(step.permission),
}


def refusal(facts: Facts, action: str, actor: Actor, now: datetime) -> Refusal | None:
    """Why `actor` may not take `action` now; None when nothing stands against it."""
    return CASE_STEPS.refusal(CaseSubject(facts), action, actor, now)


def available_actions(facts: Facts, actor: Actor, now: datetime) -> list[str]:
    """The steps that would be accepted from this caller now, in the table's order."""
    return CASE_STEPS.available(CaseSubject(facts), actor, now)

"""Who may take which step now, and why not. Pure."""

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
        facts, units = self.facts, actor.units_with(step.permission)
        match step.by:
            case By.LEAD:
                return facts.lead_unit in units
            case By.OFFERED:
                offers = [o for o in facts.offers if o.part == "lead" or step.action != "dispute_competence"]
                return any(answers(offer, actor) for offer in offers)
            case By.DECIDER:
                return actor.id not in facts.worked_by
            case By.SUPERIOR:
                return facts.superior in units
            case By.NAMER:
                return bool(facts.namers & units)
            case By.APPROVER:
                return any(n.recorded_by != actor.id for n in to_approve(facts.notices))
        return True


def refusal(facts: Facts, action: str, actor: Actor, now: datetime) -> Refusal | None:
    """Why `actor` may not take `action` now; None when nothing stands against it."""
    return CASE_STEPS.refusal(CaseSubject(facts), action, actor, now)


def available_actions(facts: Facts, actor: Actor, now: datetime) -> list[str]:
    """The steps that would be accepted from this caller now, in the table's order."""
    return CASE_STEPS.available(CaseSubject(facts), actor, now)

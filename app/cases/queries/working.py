"""Who works on a case, brought it or has to place it: they see where it is, and find it by that."""

from app.cases.queries.access import seen_by
from app.core.access import Actor
from app.core.database import Parameters

# Not who sees it by area, is offered it, or is asked about it.
WORKING = ("lead", "co", "task", "registrar", "mediator", "proxy", "queue")


def working_parts(actor: Actor, parameters: Parameters) -> str:
    """The parts (`case_access a`) by which this actor works on cases at the instant of the call."""
    return f"{seen_by(actor, parameters)} and a.part = any({parameters.add(list(WORKING))}::text[])"

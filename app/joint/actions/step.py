"""What all steps have in common: the case is open to several units, texts are notes of it, units are told."""

import uuid
from collections.abc import Sequence

from app.cases.queries.visible import LockedCase, lock_case
from app.cases.rules import REVIEWS, PetitionClass
from app.core import errors
from app.joint.queries.units import list_relations
from app.joint.rules.units import UnitRelation, over
from app.messages.actions import queue
from app.reference.actions import ActionContext


async def open_case(act: ActionContext, case_id: uuid.UUID) -> LockedCase:
    """The case, locked, where units may work on it together; raises NotFound or Conflict."""
    case = await lock_case(act.conn, case_id, actor=act.actor)
    if case.petition_class is PetitionClass.ACCUSATION:
        raise errors.Conflict(
            "检举控告件只由一个窗口密件办理，不联合办理。",
            "An accusation stays at one desk: nobody works on it together.",
        )
    if case.procedure in REVIEWS:
        raise errors.Conflict(
            "复查、复核由作出决定的机关独立办理。", "A review is decided by one authority, which works on it alone."
        )
    if (no := over(case.status)) is not None:
        raise errors.Conflict(no.why.zh, no.why.en)
    return case


async def able_to_help(
    act: ActionContext, case_id: uuid.UUID, units: Sequence[str], pointers: Sequence[str]
) -> list[UnitRelation]:
    """How the units named at `pointers` stand to the case; raises Invalid for a unit that there is not, Conflict for one
    that the matter concerns."""
    known, found = await list_relations(act.conn, case_id, units), []
    for unit, pointer in zip(units, pointers, strict=True):
        relation = known.get(unit)
        if relation is None or relation.kind == "discipline_desk":
            raise errors.Invalid("没有可协办的这个单位。", "There is no such unit to work on this.", pointer=pointer)
        if relation.barred:
            raise errors.Conflict(
                "该事项涉及此单位或其上级，应予回避。", "The matter concerns this unit or one above it: recusal."
            )
        found.append(relation)
    return found


async def tell(act: ActionContext, key: str, what: str, to: str, case_id: uuid.UUID, **facts: str) -> None:
    """In the app, to a unit, and there to whoever may see the case."""
    grantee = f"unit:{to}"
    await queue(act.conn, f"{key} {grantee}", what, now=act.now, grantee=grantee, case_id=case_id, facts=facts)

"""Which units may work on a case together, and for which of them somebody acts. Pure."""

from dataclasses import dataclass

from app.core.access import Actor, Permission, Role
from app.core.errors import Words
from app.core.workflow import Refusal, not_now

WORKED = frozenset({"registered", "accepted", "handling"})  # states of a case in which units work on it together


@dataclass(frozen=True, slots=True)
class UnitRelation:
    """How a unit stands to a case: `covers` says that its area holds the case's place, `barred` that the matter concerns
    it or a unit above it, `involved` that it has a part in the case already."""

    code: str
    kind: str
    covers: bool
    barred: bool
    involved: bool
    tier: str


def acts_for(actor: Actor, permission: Permission) -> frozenset[str]:
    """The units for which a post of this actor (not one of a grid worker) has the permission."""
    works = frozenset(post.unit for post in actor.posts if post.role is not Role.GRID_WORKER)
    return works & actor.units_with(permission)


def over(status: str) -> Refusal | None:
    """Once there is a result, or the case has ended, units no longer work on it together."""
    if status in WORKED:
        return None
    return not_now(
        f"该件当前为 {status}，不再联合办理。", f"The case is {status}: units no longer work on it together."
    )


def may_call_out(unit: UnitRelation, *, leads: bool) -> bool:
    """A township's centre or station (a regional service centre counts as one) that leads the case or covers its place."""
    return unit.tier == "township" and unit.kind in ("centre", "department") and (leads or unit.covers)


def call_refused(unit: UnitRelation, *, petition: bool) -> Words | None:
    """Why a unit cannot be called to the spot; None when it can. Which function is needed is the township's judgement."""
    if unit.kind != "department" or not unit.covers:
        return Words("只能召集管辖本件所在地的部门。", "Only departments whose area covers the place are called.")
    return needs_part(unit, petition=petition)


def needs_part(unit: UnitRelation, *, petition: bool) -> Words | None:
    """Only a task of the lead brings further units into a petition: a call-out or a meeting takes those with a part in it."""
    if petition and not unit.involved:
        return Words(
            "信访事项只在已参与办理的单位之间会商、吹哨；请先交办协办任务。",
            "A petition stays among units with a part in it: give a task first.",
        )
    return None

"""In which relation somebody stands to a case. Pure.

A relation is that of a post: a right held in one unit is worth nothing in a case of another.
"""

from dataclasses import dataclass
from datetime import datetime

from app.core.access import Actor, Permission


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody's part in a case, until an instant or without an end."""

    grantee: str
    part: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How units and people stand to a case: the one in the `lead`; the units `above` that one, which are its superiors, the
    centres of the case's areas that stand no lower, and who led it before from a higher tier and guides it; and everybody's
    `parts`."""

    lead: str
    above: frozenset[str] = frozenset()
    parts: tuple[Part, ...] = ()

    def leads(self, actor: Actor, permission: Permission) -> bool:
        """Whether a post in the lead unit grants it."""
        return self.lead in actor.works_for(permission)

    def is_above(self, actor: Actor, permission: Permission) -> bool:
        """Whether a post in a unit above the lead grants it."""
        return not self.above.isdisjoint(actor.works_for(permission))

    def registered(self, actor: Actor) -> bool:
        """Whether the actor took the matter in."""
        return any(p.part == "registrar" and p.grantee == actor.who for p in self._held(actor))

    def has_part(self, actor: Actor, permission: Permission) -> bool:
        """Whether the actor has a part of their own, or of a unit in which a post of theirs grants it."""
        names = actor.grantees(permission)
        return any(p.grantee in names for p in self._held(actor))

    def involves(self, actor: Actor, permission: Permission) -> bool:
        """Whether the matter is any business of theirs. To see it by its area is not enough."""
        return (
            self.leads(actor, permission) or self.is_above(actor, permission) or self.has_part(actor, permission)
        )  # fmt: skip

    def _held(self, actor: Actor) -> tuple[Part, ...]:
        return tuple(p for p in self.parts if p.until is None or p.until > actor.at)

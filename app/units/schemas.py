"""Units as shown."""

from dataclasses import dataclass

from app.core.bodies import Items


@dataclass(frozen=True, slots=True)
class UnitOut:
    """A centre, department, petition office, desk or committee."""

    code: str
    kind: str
    function: str | None
    tier: str
    area: str
    parent: str | None
    name: str
    name_en: str


class UnitPage(Items[UnitOut]):
    """Units by code."""

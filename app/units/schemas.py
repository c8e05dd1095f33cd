"""Units as shown."""

from dataclasses import dataclass

from pydantic import BaseModel


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


class UnitPage(BaseModel):
    """Units by code."""

    items: list[UnitOut]

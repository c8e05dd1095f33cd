"""Emergencies as asked and as shown."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, ConfigDict, Field

from app.core.bodies import Closed, Items
from app.core.texts import Code, LongText
from app.emergency.rules import Shift


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who is on duty when."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    day: date
    shift: Shift
    staff: uuid.UUID


Rota = Annotated[list[OnDuty], Field(max_length=500)]


class EmergencyIn(Closed):
    """For which area and category (all if left out; `heating` means everything under it), until when, and why."""

    area: Code
    category: Code | None = None
    ends_at: AwareDatetime
    reason: LongText
    rota: Rota = Field(default=[])


class RotaIn(Closed):
    """The whole rota anew."""

    rota: Rota


@dataclass(frozen=True, slots=True)
class EmergencyItem:
    """An emergency in a list."""

    id: uuid.UUID
    area: str
    category: str | None
    unit: str
    switched_on_by: str
    reason: str
    hours: int
    began_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    stands: bool
    version: int


@dataclass(frozen=True, slots=True)
class ShiftOut:
    """A person's shift."""

    day: date
    shift: Shift
    staff: uuid.UUID
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class RecordOut:
    """What was done to it, by whom, and with what: the terms it began with, the shifts as they were written."""

    at: datetime
    actor: str
    what: str
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class EmergencyOut(EmergencyItem):
    """One with its rota and its record."""

    rota: list[ShiftOut]
    record: list[RecordOut]


class EmergencyPage(Items[EmergencyItem]):
    """One page; the `Link` header leads to the next."""

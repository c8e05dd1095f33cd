"""Lists, tasks, the timeline: read in one statement, answered as they are."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.cases.schemas.sealed import OpenedText
from app.core.bodies import Items


@dataclass(frozen=True, slots=True)
class CaseItem:
    """A case in a list."""

    id: uuid.UUID
    number: str
    kind: str
    petition_class: str | None
    category: str
    status: str
    title: str | None
    cell: str | None
    community: str | None
    township: str | None
    county: str | None
    lead_unit: str
    worker: uuid.UUID | None
    queue: str | None
    due: datetime | None
    overdue: bool
    registered_at: datetime
    version: int


class CasePage(Items[CaseItem]):
    """One page; the `Link` header leads to the next."""


@dataclass(frozen=True, slots=True)
class CountOut:
    """How many, of which overdue."""

    key: str | None
    cases: int
    overdue: int


@dataclass(frozen=True, slots=True)
class CountsOut:
    """Counts of what the caller may see."""

    by: str
    items: list[CountOut]


@dataclass(frozen=True, slots=True)
class TaskOut:
    """Something that waits for the caller."""

    id: uuid.UUID
    number: str
    kind: str
    category: str
    status: str
    title: str | None
    part: str
    assignment: str
    offered_at: datetime
    lead_unit: str
    due: datetime | None
    overdue: bool
    version: int
    task: uuid.UUID | None


class TasksOut(Items[TaskOut]):
    """By due time."""


@dataclass(frozen=True, slots=True)
class EventOut:
    """One entry of the timeline, with what was written beside it; `hash` links the chain."""

    seq: int
    kind: str
    title: str
    at: datetime
    actor: str
    actor_name: str | None
    text: OpenedText
    data: dict[str, object]
    hash: str


class TimelineOut(Items[EventOut]):
    """The case's record in order."""


@dataclass(frozen=True, slots=True)
class SimilarOut:
    """A case that may be the same matter."""

    id: uuid.UUID
    number: str
    status: str
    title: str | None
    likeness: float
    metres: int | None
    registered_at: datetime


class SimilarPage(Items[SimilarOut]):
    """Hints, never a block."""


@dataclass(frozen=True, slots=True)
class OtherCaseOut:
    """Another case with the same phone."""

    id: uuid.UUID
    number: str
    status: str
    kind: str
    category: str
    registered_at: datetime


class OtherCasesOut(Items[OtherCaseOut]):
    """What the caller may see anyway."""


class Delivered(StrEnum):
    """How a new query code reaches the resident."""

    SMS = "sms"
    PRINTED = "printed"


@dataclass(frozen=True, slots=True)
class CodeOut:
    """How the new query code is delivered. It is shown once, and only where it is to be printed."""

    number: str
    delivered: Delivered
    query_code: str | None = None

"""Lists, tasks, the timeline: read in one statement, answered as they are."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.cases.schemas.sealed import OpenedText


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


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page; the `Link` header leads to the next."""

    items: list[CaseItem]


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


@dataclass(frozen=True, slots=True)
class TasksOut:
    """By due time."""

    items: list[TaskOut]


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


@dataclass(frozen=True, slots=True)
class TimelineOut:
    """The case's record in order."""

    items: list[EventOut]


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


@dataclass(frozen=True, slots=True)
class SimilarPage:
    """Hints, never a block."""

    items: list[SimilarOut]


@dataclass(frozen=True, slots=True)
class OtherCaseOut:
    """Another case with the same phone."""

    id: uuid.UUID
    number: str
    status: str
    kind: str
    category: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class OtherCasesOut:
    """What the caller may see anyway."""

    items: list[OtherCaseOut]


@dataclass(frozen=True, slots=True)
class CodeOut:
    """The new query code."""

    number: str
    query_code: str

"""Lists, tasks, timeline, and what the resident is told."""

import uuid
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from app.cases.schemas.page import PartyOut


class ToldOut(BaseModel):
    """A step that the resident is told of."""

    step: str
    at: datetime
    said: str


class ReviewToldOut(BaseModel):
    """The review or re-review of this matter, by its own number."""

    stage: str
    number: str
    said: str
    handled_by: str | None = None
    due: datetime | None = None


class ReopeningToldOut(BaseModel):
    """What became of the wish to have it taken up again; the reason where it was declined."""

    state: str
    reason: str | None = None


class ElsewhereOut(BaseModel):
    """The same matter is being handled: where, how far, and until when."""

    handled_by: str | None = None
    said: str
    due: datetime | None = None


class HearingToldOut(BaseModel):
    """When and where the resident is heard."""

    at: datetime
    place: str


class OwedOut(BaseModel):
    """One thing that is owed: who owes it, what, by which day, and how far it was kept, in words."""

    owed_by: str
    what: str
    due: date
    paid: str | None = None
    said: str


class AgreementToldOut(BaseModel):
    """The agreement that holds: since when, until when the court may be asked jointly, what it decided, what is owed."""

    since: datetime
    form: str
    confirm_until: datetime | None = None
    confirmation: str | None = None
    obligations: list[OwedOut]
    advice: str | None = None


class ProxyToldOut(BaseModel):
    """Who carries or carried the matter for the resident, until when; `POST /v1/query/proxy` shows all that was done."""

    state: str
    name: str | None
    until: datetime | None


class QueryOut(BaseModel):
    """Where a matter stands, in plain words."""

    number: str
    status: str
    said: str
    handled_by: str | None = None
    due: datetime | None = None
    steps: list[ToldOut] = []
    reply: str | None = None
    review_until: datetime | None = None
    rate_until: datetime | None = None
    reopening: ReopeningToldOut | None = None
    review: ReviewToldOut | None = None
    handled_elsewhere: ElsewhereOut | None = None
    hearing: HearingToldOut | None = None
    agreement: AgreementToldOut | None = None
    proxy: ProxyToldOut | None = None


class ServedNoticeOut(BaseModel):
    """A notice as its addressee reads it; `html` is null once it was erased."""

    id: uuid.UUID
    kind: str
    title: str
    served_at: datetime
    html: str | None


class ServedOut(BaseModel):
    """What was served, in order."""

    items: list[ServedNoticeOut]


class NoticeItem(BaseModel):
    """A notice in a list."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    kind: str
    title: str
    state: str
    lead_unit: str
    due: datetime | None
    drafted_at: datetime


class NoticePage(BaseModel):
    """One page; the `Link` header leads to the next."""

    items: list[NoticeItem]


class NoticeServiceOut(BaseModel):
    """One record of service; `replaced_at` when a later one counts in its place."""

    outcome: str
    method: str
    at: datetime
    article: str | None
    recorded_by: str
    approved_by: str | None
    replaced_at: datetime | None


class NoticeOut(BaseModel):
    """A notice as it was made; its addressees masked. `html` is null for one that failed or was erased."""

    id: uuid.UUID
    case_id: uuid.UUID
    kind: str
    version: int
    title: str
    state: str
    meets: str | None
    drafted_at: datetime
    drafted_by: str
    digest: str | None
    html: str | None
    service: list[NoticeServiceOut]


class NoticesOut(BaseModel):
    """The notices of one case in order."""

    items: list[NoticeOut]


class CaseItem(BaseModel):
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


class CasePage(BaseModel):
    """One page; the `Link` header leads to the next."""

    items: list[CaseItem]


class CountOut(BaseModel):
    """How many, of which overdue."""

    key: str | None
    cases: int
    overdue: int


class CountsOut(BaseModel):
    """Counts of what the caller may see."""

    by: str
    items: list[CountOut]


class TaskOut(BaseModel):
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
    task: uuid.UUID | None = None


class TasksOut(BaseModel):
    """By due time."""

    items: list[TaskOut]


class EventOut(BaseModel):
    """One entry of the timeline, with what was written beside it; `hash` links the chain."""

    seq: int
    kind: str
    title: str
    at: datetime
    actor: str
    actor_name: str | None = None
    text: str | None = None
    data: dict[str, Any]
    hash: str


class TimelineOut(BaseModel):
    """The case's record in order."""

    items: list[EventOut]


class SimilarOut(BaseModel):
    """A case that may be the same matter."""

    id: uuid.UUID
    number: str
    status: str
    title: str | None
    likeness: float
    metres: int | None
    registered_at: datetime


class SimilarPage(BaseModel):
    """Hints, never a block."""

    items: list[SimilarOut]


class PartiesOut(BaseModel):
    """Parties in clear."""

    items: list[PartyOut]


class OtherCaseOut(BaseModel):
    """Another case with the same phone."""

    id: uuid.UUID
    number: str
    status: str
    kind: str
    category: str
    registered_at: datetime


class OtherCasesOut(BaseModel):
    """What the caller may see anyway."""

    items: list[OtherCaseOut]


class CodeOut(BaseModel):
    """The new query code."""

    number: str
    query_code: str

"""Requests about one's own data, as asked and as shown."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from app.cases.queries.notes import NoteText
from app.cases.schemas.taken import LookReason, ProvenIn, QueryIn
from app.core.bodies import Closed, Items
from app.core.texts import LongText
from app.privacy.rules import Asked, Ground, RequestState

Relative = Literal["spouse", "parent", "child", "sibling", "grandparent", "grandchild"]


class DataRequestIn(ProvenIn):
    """What somebody of the case asks at a window, in their words, and what shows that they wish it. The query code shows it of
    who brought the matter; of others, and of a relative of somebody dead, a signed paper does."""

    asked: Asked
    party: uuid.UUID = Field(description="Whose data it is")
    words: LongText
    relative: Relative | None = Field(
        default=None, description="Of a dead person: what who asks is to them (个人信息保护法 49); with `paper`"
    )


class GrantIn(Closed):
    """The answer, in words that who asked will read."""

    reply: LongText
    supplement: bool = Field(
        default=False, description="Of `correct`: nothing was wrong, and what was said is added to the file (补充)"
    )


class RefuseIn(Closed):
    """On which legal basis, and why."""

    ground: Ground
    reply: LongText


class AnswerServedIn(Closed):
    """How the answer reached who asked at a window, and what shows it."""

    method: Literal["in_person", "letter", "posted"]
    proof: LongText


class HandOverIn(Closed):
    """For which act the data is seen; kept in the read log."""

    reason: LookReason


class OwnRequestIn(QueryIn):
    """Number and code of the case, what is asked, and in your words what it is about."""

    asked: Asked
    words: LongText


class OwnRequestNumberIn(QueryIn):
    """Number and code of the case, and the number of the request."""

    request: str = Field(max_length=20, pattern=r"^[0-9A-Za-z]{10,13}-P[0-9]{1,4}$")


class RequestReceiptOut(BaseModel):
    """The request is taken: its number, and until when it is answered."""

    number: str
    asked: str
    due: datetime
    said: str


class RequestWithdrawnOut(BaseModel):
    """The request is taken back."""

    number: str
    said: str


class CopyOut(BaseModel):
    """All that is held of a person in a case: as data, and as a page to read. Given once."""

    number: str
    case: str
    made_at: datetime
    data: dict[str, object]
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequestItem:
    """A request in a list."""

    id: uuid.UUID
    number: str
    case_id: uuid.UUID
    case_number: str
    lead_unit: str
    party: uuid.UUID
    asked: Asked
    relative: Relative | None
    state: RequestState
    online: bool
    asked_at: datetime
    due: datetime
    overdue: bool
    ground: Ground | None
    restricts: bool
    decided_at: datetime | None
    decided_by: uuid.UUID | None
    fetch_until: datetime | None
    fetched_at: datetime | None
    served_at: datetime | None
    served_how: str | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequestOut(DataRequestItem):
    """One with what was asked, what was answered, and what the caller may do."""

    asked_text: str
    state_text: str
    ground_text: str | None
    words: NoteText
    reply: NoteText
    turn_to: str
    available_actions: list[str]


class DataRequestPage(Items[DataRequestItem]):
    """By the time at which the answer is owed."""


@dataclass(frozen=True, slots=True)
class DataRequestCount:
    """How many requests have this property, and of how many the answer is late."""

    key: str
    requests: int
    overdue: int


class DataRequestCountsOut(BaseModel):
    """Counts by one property."""

    by: str
    items: list[DataRequestCount]

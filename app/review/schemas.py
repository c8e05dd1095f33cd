"""What applications, ratings and requests to reopen hold, and what comes back."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from app.cases.rules import Channel, Satisfaction, Solved
from app.cases.schemas.taken import ProvenIn, QueryIn
from app.core.bodies import Items
from app.core.texts import LongText


class ReviewIn(ProvenIn):
    """Why the opinion should be reviewed, in the resident's words, and what shows that they wish it."""

    reasons: LongText
    channel: Channel = Channel.WINDOW


class ReviewByCodeIn(QueryIn):
    """Number and code of the case, and why its opinion should be reviewed."""

    reasons: LongText


class ReviewReceiptOut(BaseModel):
    """The receipt of a review or re-review (`stage`), with a query code of its own."""

    number: str
    query_code: str | None = None
    stage: str
    said: str
    handled_by: str | None
    due: datetime | None


class RateIn(QueryIn):
    """The resident's rating, given once; the words are sealed."""

    satisfaction: Satisfaction
    solved: Solved
    words: LongText | None = None


class RatedOut(BaseModel):
    """The rating is taken; `reopening_asked` when it opened a request to take the case up again."""

    number: str
    satisfaction: Satisfaction
    solved: Solved
    reopening_asked: bool
    said: str


class RevokedOut(BaseModel):
    """The rating is taken back."""

    number: str
    said: str


class ReopenByCodeIn(QueryIn):
    """Why the case should be taken up again."""

    words: LongText


class GoUpIn(QueryIn):
    """Why the tier above should look at it."""

    words: LongText


class WentUpOut(BaseModel):
    """Offered to the centre above; who has it stays responsible until that one signs for it."""

    number: str
    offered_to: str | None
    said: str


class AskedOut(BaseModel):
    """The request waits for somebody who did not work the case."""

    number: str
    said: str


@dataclass(frozen=True, slots=True)
class ReopeningOut:
    """A request to reopen. `words` for whoever may decide on it; steps `grant_reopening` and `decline_reopening`."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    kind: str
    category: str
    lead_unit: str
    cause: Literal["rating", "words"]
    state: Literal["open", "granted", "declined"]
    satisfaction: Satisfaction | None
    solved: Solved | None
    words: str | None
    asked_at: datetime
    decided_at: datetime | None
    may_decide: bool
    version: int


class ReopeningPage(Items[ReopeningOut]):
    """The oldest first."""

"""What the resident is told, in plain words."""

from datetime import date, datetime

from pydantic import BaseModel

from app.cases.schemas.sealed import OpenedText


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
    reason: OpenedText = None


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


class DataRequestToldOut(BaseModel):
    """A request about one's own data: what was answered, on which basis, and where to turn."""

    number: str
    asked: str
    said: str
    due: datetime | None = None
    reply: str | None = None
    ground: str | None = None
    turn_to: str | None = None
    fetch_until: datetime | None = None


class ConcernsSaidOut(BaseModel):
    """What became of it."""

    number: str
    said: str


class UndoneOut(BaseModel):
    """What staff had recorded as the resident's wish is undone."""

    number: str
    said: str


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
    data_requests: list[DataRequestToldOut] | None = None


class CodeAskedOut(BaseModel):
    """The same answer, whatever number and phone are."""

    said: str

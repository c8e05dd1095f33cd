"""Tasks, call-outs and joint meetings as asked and as shown."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from app.cases.queries.notes import NoteText
from app.core.bodies import Closed, Items
from app.core.geometry import Crs, Latitude, Longitude, to_wgs84
from app.core.texts import Code, LongText, Reason, ShortText, unfit
from app.joint.rules.calling import Called, Decided, Occasion, Seat
from app.joint.rules.tasks import Ruling

MOST_UNITS = 20


def _each_once(units: list[str]) -> list[str]:
    if len(set(units)) < len(units):
        raise unfit("每个单位只列一次", "name each unit once")
    return units


Units = Annotated[list[Code], Field(min_length=1, max_length=MOST_UNITS), AfterValidator(_each_once)]


class SpotIn(Closed):
    """One point and its system: where something is, or where an act was done. Never a track."""

    type: Literal["Point"]
    coordinates: tuple[Longitude, Latitude] = Field(examples=[[111.67, 40.81]])
    crs: Crs = Field(description="System of the point; never guessed")

    def wgs84(self) -> tuple[float, float]:
        """(longitude, latitude) in WGS84."""
        return to_wgs84(*self.coordinates, self.crs)


class GiveTaskIn(Closed):
    """What is asked of which unit, and by which day the written result is owed."""

    unit: Code
    text: LongText
    answer_by: date | None = Field(default=None, description="Else the configured number of working days")


class ResultIn(Closed):
    """The written result."""

    result: LongText
    files: list[uuid.UUID] = Field(default=[], max_length=MOST_UNITS, description="Attachments of the case")


class BecauseIn(Closed):
    """Why."""

    reason: Reason


class ReturnTaskIn(Closed):
    """Why the result does not do, and by which day another is owed."""

    reason: Reason
    answer_by: date | None = Field(default=None, description="Never sooner than it was owed before")


class ArriveIn(Closed):
    """On the spot, now; the place is one point or left out."""

    point: SpotIn | None = None


class RuleCallIn(Closed):
    """Whether the objection is upheld (it was called wrongly) or dismissed, and why."""

    ruling: Ruling
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class JointTaskItem:
    """A task in a list. `taken` says whether the unit signed for it, `state` what became of the result."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    case_kind: str
    category: str
    status: str
    title: str | None
    lead_unit: str
    source: str
    whistle: uuid.UUID | None
    meeting: uuid.UUID | None
    unit: str
    asked_by_unit: str
    asked_at: datetime
    due: datetime
    overdue: bool
    taken: str
    state: str
    answered_at: datetime | None
    ended_at: datetime | None
    arrive_by: datetime | None
    arrived_at: datetime | None
    arrival_breached_at: datetime | None
    ruler: str | None
    ruling: str | None
    version: int


@dataclass(frozen=True, kw_only=True)
class JointTask(JointTaskItem):
    """One with its texts, and where its unit signed its arrival."""

    text: NoteText
    result_text: NoteText
    waiver_text: NoteText
    refusal_text: NoteText
    objection_text: NoteText
    ruling_text: NoteText
    arrival_lon: float | None
    arrival_lat: float | None
    files: list[uuid.UUID]


@dataclass(frozen=True, kw_only=True)
class JointTaskOut(JointTask):
    """One with its texts, where its unit signed its arrival, and what this caller may do."""

    available_actions: list[str]


class JointTaskPage(Items[JointTaskItem]):
    """By the time the result is owed; the `Link` header leads to the next page."""


class WhistleIn(Closed):
    """Which departments are called to the spot, on which occasion, what for."""

    occasion: Occasion
    text: LongText
    units: Units
    point: SpotIn | None = Field(default=None, description="Where; the case's own place if left out")
    answer_by: date | None = Field(default=None, description="Day of the written results; else the configured days")


class SettleIn(Closed):
    """What was settled."""

    settled: LongText


@dataclass(frozen=True, kw_only=True)
class WhistleItem:
    """A whistle and whom it called."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    category: str
    status: str
    unit: str
    occasion: Occasion
    lon: float | None
    lat: float | None
    blown_at: datetime
    state: str
    ended_at: datetime | None
    version: int
    calls: list[Called]


@dataclass(frozen=True, kw_only=True)
class WhistleOut(WhistleItem):
    """One with its texts, and what this caller may do."""

    occasion_text: str
    text: str | None
    settlement_text: str | None
    available_actions: list[str]


class WhistlePage(Items[WhistleItem]):
    """In their order; the `Link` header leads to the next page."""


class CallMeetingIn(Closed):
    """When, where, what about, and which units are invited."""

    at: AwareDatetime
    until: AwareDatetime | None = Field(default=None, description="Needed with a room")
    room: uuid.UUID | None = Field(default=None, description="A room of a centre, taken with the meeting")
    place: ShortText | None = Field(default=None, description="Where else, in words")
    agenda: LongText
    units: Units

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.room is None) == (self.place is None):
            raise unfit("room 与 place 须给出且只给出一项", "give a room or a place, and not both")
        if self.room is not None and self.until is None:
            raise unfit("预订房间须给出结束时间 until", "a room is taken until a time: give until")
        if self.until is not None and self.until <= self.at:
            raise unfit("结束时间须在开始之后", "it ends after it begins")
        return self


class DecisionIn(Closed):
    """One decision: which unit does what, by which day."""

    unit: Code
    text: LongText
    answer_by: date | None = None


class HoldMeetingIn(Closed):
    """The minutes, and what was decided."""

    minutes: LongText
    decisions: list[DecisionIn] = Field(default=[], max_length=MOST_UNITS)


@dataclass(frozen=True, kw_only=True)
class MeetingItem:
    """A joint meeting: who called it, who is invited, what it decided."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    category: str
    status: str
    unit: str
    called_at: datetime
    at: datetime
    until: datetime | None
    room: str | None
    booking: uuid.UUID | None
    place: str | None
    state: str
    ended_at: datetime | None
    version: int
    seats: list[Seat]
    decisions: list[Decided]


@dataclass(frozen=True, kw_only=True)
class MeetingOut(MeetingItem):
    """One with its agenda and minutes, and what this caller may do."""

    agenda_text: str | None
    minutes_text: str | None
    available_actions: list[str]


class MeetingPage(Items[MeetingItem]):
    """In their order; the `Link` header leads to the next page."""

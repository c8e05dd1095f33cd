"""Joint meetings as asked and as shown."""

import uuid
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from app.core.bodies import example
from app.core.texts import Code, LongText, ShortText, unfit
from app.joint.schemas.tasks import MOST_UNITS, Units


class CallMeetingIn(BaseModel):
    """When, where, what about, and which units are invited."""

    model_config = example(
        at="2026-11-27T01:00:00Z", place="新城区中心三楼会商室", agenda="研判停暖成因和抢修分工。",
        units=["D150102_housing", "D150102_energy"],
    )  # fmt: skip

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


class DecisionIn(BaseModel):
    """One decision: which unit does what, by which day."""

    model_config = ConfigDict(extra="forbid")

    unit: Code
    text: LongText
    answer_by: date | None = None


class HoldMeetingIn(BaseModel):
    """The minutes, and what was decided."""

    model_config = example(
        minutes="到会单位一致认为系二次网漏损，由住建局组织抢修。",
        decisions=[{"unit": "D150102_housing", "text": "组织抢修二次网。", "answer_by": "2026-12-01"}],
    )

    minutes: LongText
    decisions: Annotated[list[DecisionIn], Field(max_length=MOST_UNITS)] = []


class SeatOut(BaseModel):
    """A unit invited and what it answered."""

    unit: str
    state: str
    answered_at: datetime | None


class DecidedOut(BaseModel):
    """A decision as the task it became."""

    id: uuid.UUID
    unit: str
    due: datetime
    state: str


class MeetingItem(BaseModel):
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
    seats: list[SeatOut]
    decisions: list[DecidedOut]


class MeetingOut(MeetingItem):
    """One with its agenda and minutes, and what this caller may do."""

    agenda_text: str | None
    minutes_text: str | None
    available_actions: list[str]


class MeetingPage(BaseModel):
    """In their order; the `Link` header leads to the next page."""

    items: list[MeetingItem]

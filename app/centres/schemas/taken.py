"""What is sent to keep a centre, and to book a room."""

import uuid
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.centres.rules import BookingPurpose, Period, RoomKind, Stationing
from app.centres.schemas.shown import HoursIn
from app.core.bodies import example
from app.core.texts import Code, ShortText, clean, unfit

Number = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20), AfterValidator(clean)
]  # on a sign or a door
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(clean)]
Weekday = Annotated[int, Field(ge=1, le=7, description="ISO: Monday is 1")]
MOST_LINES = 1500


class DayHoursIn(BaseModel):
    """The hours of one weekday."""

    model_config = ConfigDict(extra="forbid")

    weekday: Weekday
    spans: Annotated[list[HoursIn], Field(max_length=6)]


_MORNING = [{"opens": "09:00", "closes": "12:00"}, {"opens": "14:30", "closes": "17:30"}]


class SetHoursIn(BaseModel):
    """The whole week, from a day on; weekdays that are left out are closed."""

    model_config = example(week=[{"weekday": 1, "spans": _MORNING}, {"weekday": 2, "spans": _MORNING}])

    week: Annotated[list[DayHoursIn], Field(max_length=7)]
    since: Annotated[date | None, Field(description="The first day; today if left out")] = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({day.weekday for day in self.week}) < len(self.week):
            raise unfit("每个星期几只列一次", "name each weekday once")
        return self


class SetDayIn(BaseModel):
    """A day with hours of its own; without spans it is closed."""

    model_config = example(day="2026-12-31", spans=[], reason="年终盘点，当日闭门")

    day: date
    spans: Annotated[list[HoursIn], Field(max_length=6)]
    reason: ShortText


class ClearDayIn(BaseModel):
    """The day follows the week again."""

    model_config = example(day="2026-12-31")

    day: date


class SetWindowIn(BaseModel):
    """A window by its number."""

    model_config = example(code="3", name="综合受理")

    code: Number
    name: Label


class CentrePlaceIn(BaseModel):
    """A window or a room, by its number."""

    model_config = example(code="3")

    code: Number


class SetRoomIn(BaseModel):
    """A room by the number on its door."""

    model_config = example(code="201", name="第一调解室", kind="mediation", seats=8)

    code: Number
    name: Label
    kind: RoomKind
    seats: Annotated[int, Field(ge=1, le=1000)]


class StationIn(BaseModel):
    """How a unit is stationed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"unit": "D150102_housing", "how": "rotating", "weekdays": [2, 4], "window": "3"},
                {"unit": "D150102_energy", "how": "on_call", "call_in": "值班电话 0471-0000000", "respond_minutes": 30},
            ]
        },
    )

    unit: Code
    how: Stationing
    weekdays: Annotated[list[Weekday], Field(max_length=7)] = []
    window: Number | None = None
    call_in: ShortText | None = None
    respond_minutes: Annotated[int | None, Field(ge=1, le=1440)] = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.weekdays and self.how is not Stationing.ROTATING:
            raise unfit("只有轮驻单位按星期几到岗", "weekdays are for a rotating unit")
        if self.how is Stationing.ON_CALL and self.call_in is None:
            raise unfit("随驻单位须写明如何通知到场", "say in `call_in` how an on-call unit is called")
        return self


class UnstationIn(BaseModel):
    """The unit leaves."""

    model_config = example(unit="D150102_housing")

    unit: Code


class PeriodIn(BaseModel):
    """From an instant until another, which does not belong to it."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime
    until: AwareDatetime

    @property
    def period(self) -> Period:
        """The same for the rules."""
        return Period(self.since, self.until)


_SHIFT = {
    "unit": "D150102_housing", "staff": "8d0c2f6a-0f5b-5d0e-9f0a-150100150100", "since": "2026-12-01T09:00:00+08:00",
    "until": "2026-12-01T17:30:00+08:00",
}  # fmt: skip


class CentreShiftIn(PeriodIn):
    """Who of which unit is on duty when, and at which window, if not the unit's own."""

    model_config = example(**_SHIFT)

    unit: Code
    staff: uuid.UUID
    window: Number | None = None


class CancelShiftIn(BaseModel):
    """A shift that is not over."""

    model_config = example(shift="01a20a9e-f940-72e7-a28a-9f3a66398d0a")

    shift: uuid.UUID


class SwapShiftsIn(BaseModel):
    """Two shifts of one unit whose people change places."""

    model_config = example(shift="01a20a9e-f940-72e7-a28a-9f3a66398d0a", other="01a20a9e-f940-72e7-a28a-9f3a66398d0b")

    shift: uuid.UUID
    other: uuid.UUID


class ImportRotaIn(BaseModel):
    """Shifts of a month, or of any time. With `dry_run` nothing is kept, and the report says what would be."""

    model_config = example(dry_run=True, items=[_SHIFT])

    items: Annotated[list[CentreShiftIn], Field(min_length=1, max_length=MOST_LINES)]
    dry_run: bool = False


class BookIn(PeriodIn):
    """A room for a period."""

    model_config = example(since="2026-12-01T09:00:00+08:00", until="2026-12-01T10:30:00+08:00", purpose="meeting")

    purpose: BookingPurpose

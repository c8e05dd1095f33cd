"""What is sent to keep a centre, and to book a room."""

import uuid
from datetime import date
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from app.centres.rules import BookingPurpose, Period, RoomKind, Stationing
from app.centres.schemas.shown import HoursIn
from app.core.bodies import Closed
from app.core.texts import Clean, Code, ShortText, unfit

Number = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20), Clean
]  # on a sign or a door
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), Clean]
Weekday = Annotated[int, Field(ge=1, le=7, description="ISO: Monday is 1")]
MOST_LINES = 1500


class DayHoursIn(Closed):
    """The hours of one weekday."""

    weekday: Weekday
    spans: Annotated[list[HoursIn], Field(max_length=6)]


class SetHoursIn(Closed):
    """The whole week, from a day on; weekdays that are left out are closed."""

    week: Annotated[list[DayHoursIn], Field(max_length=7)]
    since: Annotated[date | None, Field(description="The first day; today if left out")] = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({day.weekday for day in self.week}) < len(self.week):
            raise unfit("每个星期几只列一次", "name each weekday once")
        return self


class SetDayIn(Closed):
    """A day with hours of its own; without spans it is closed."""

    day: date
    spans: Annotated[list[HoursIn], Field(max_length=6)]
    reason: ShortText


class ClearDayIn(Closed):
    """The day follows the week again."""

    day: date


class SetWindowIn(Closed):
    """A window by its number."""

    code: Number
    name: Label


class CentrePlaceIn(Closed):
    """A window or a room, by its number."""

    code: Number


class SetRoomIn(Closed):
    """A room by the number on its door."""

    code: Number
    name: Label
    kind: RoomKind
    seats: Annotated[int, Field(ge=1, le=1000)]


class StationIn(Closed):
    """How a unit is stationed."""

    unit: Code
    how: Stationing
    weekdays: Annotated[list[Weekday], Field(max_length=7)] = Field(default=[])
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


class UnstationIn(Closed):
    """The unit leaves."""

    unit: Code


class PeriodIn(Closed):
    """From an instant until another, which does not belong to it."""

    since: AwareDatetime
    until: AwareDatetime

    @property
    def period(self) -> Period:
        """The same for the rules."""
        return Period(self.since, self.until)


class CentreShiftIn(PeriodIn):
    """Who of which unit is on duty when, and at which window, if not the unit's own."""

    unit: Code
    staff: uuid.UUID
    window: Number | None = None


class CancelShiftIn(Closed):
    """A shift that is not over."""

    shift: uuid.UUID


class SwapShiftsIn(Closed):
    """Two shifts of one unit whose people change places."""

    shift: uuid.UUID
    other: uuid.UUID


class ImportRotaIn(Closed):
    """Shifts of a month, or of any time. With `dry_run` nothing is kept, and the report says what would be."""

    items: Annotated[list[CentreShiftIn], Field(min_length=1, max_length=MOST_LINES)]
    dry_run: bool = False


class BookIn(PeriodIn):
    """A room for a period."""

    purpose: BookingPurpose

"""Centres as shown, and what is sent to keep them."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.centres.rules import DAY, BookingPurpose, DutyState, Instead, Period, RoomKind, Span, Stationing
from app.core.texts import Code, ShortText, clean, unfit

Number = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20), AfterValidator(clean)
]  # on a sign or a door
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(clean)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Weekday = Annotated[int, Field(ge=1, le=7, description="ISO: Monday is 1")]
MOST_LINES = 1500


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def clock(minutes: int) -> str:
    """Minutes after midnight as a clock shows them; midnight at the end of a day is 24:00."""
    shown = minutes if minutes <= DAY else minutes - DAY
    return f"{shown // 60:02}:{shown % 60:02}"


class Hours(BaseModel):
    """From one time of the wall clock to another; at or before `opens` means the next day."""

    opens: Clock
    closes: Clock

    @property
    def span(self) -> Span:
        """Minutes after midnight."""
        opens, closes = _minutes(self.opens), _minutes(self.closes)
        return opens, closes if closes > opens else closes + DAY


class HoursIn(Hours):
    """As shown; nothing else is taken."""

    model_config = ConfigDict(extra="forbid")


class WeekdayHours(BaseModel):
    """The hours of a weekday."""

    weekday: int
    spans: list[Hours]


class OpeningOut(BaseModel):
    """A time in which it is open."""

    opens: datetime
    closes: datetime


class CentreItem(BaseModel):
    """A centre in a list. `open_now` is null where no hours were ever set."""

    code: str
    name: str
    name_en: str
    tier: str
    area: str
    parent: str | None
    open_now: bool | None
    units: int
    windows: int
    rooms: int


class CentrePage(BaseModel):
    """Centres by code."""

    items: list[CentreItem]


class WindowOut(BaseModel):
    """A window, by the number on its sign."""

    code: str
    name: str


class RoomOut(BaseModel):
    """A room."""

    id: uuid.UUID
    code: str
    name: str
    kind: RoomKind
    seats: int


class StationOut(BaseModel):
    """A unit at a centre. `weekdays`: when a rotating unit is there without a shift; `call_in`: how it is called."""

    unit: str
    name: str
    how: Stationing
    how_text: str
    weekdays: list[int]
    window: str | None
    call_in: str | None
    respond_minutes: int | None


class SpecialDayOut(BaseModel):
    """A day with hours of its own; none: closed."""

    day: date
    spans: list[Hours]
    reason: str


class CentreOut(BaseModel):
    """What a centre offers. `today` holds the openings of the local day; `closes` and `next_opening` are from now."""

    code: str
    name: str
    name_en: str
    tier: str
    area: str
    parent: str | None
    version: int
    open_now: bool | None
    closes: datetime | None
    next_opening: datetime | None
    today: list[OpeningOut]
    hours: list[WeekdayHours]
    special_days: list[SpecialDayOut]
    units: list[StationOut]
    windows: list[WindowOut]
    rooms: list[RoomOut]
    available_actions: list[str]


class OnShift(BaseModel):
    """A member of staff on a shift."""

    staff: uuid.UUID
    name: str
    window: str | None
    since: datetime
    until: datetime


class DutyItem(StationOut):
    """A unit, whether it is there, and who."""

    state: DutyState
    state_text: str
    people: list[OnShift]


class DutyOut(BaseModel):
    """Who is on duty at an instant."""

    centre: str
    at: datetime
    open: bool
    units: list[DutyItem]


class ShiftOut(OnShift):
    """A shift of the rota."""

    id: uuid.UUID
    unit: str


class RotaPage(BaseModel):
    """Shifts in their order."""

    items: list[ShiftOut]


class AnswersFor(BaseModel):
    """What sort of case the unit answers for, and the rule that sends it there."""

    kind: str
    petition_class: str | None
    rule: str


class ReceptionUnit(BaseModel):
    """A competent unit: whether it is here now, at which window, else what is done so that nobody goes twice.

    `how` is null where it is not stationed here; `stationed_at` names other centres where it is.
    """

    unit: str
    name: str
    answers_for: list[AnswersFor]
    how: Stationing | None
    state: DutyState | None
    window: str | None
    instead: Instead
    instead_text: str
    call_in: str | None
    respond_minutes: int | None
    stationed_at: list[str]


class ReceptionOut(BaseModel):
    """Which units could take a matter at this centre at an instant."""

    centre: str
    category: str
    area: str
    at: datetime
    open: bool
    units: list[ReceptionUnit]


class Taken(BaseModel):
    """When a room is taken; by what is nobody's business here."""

    since: datetime
    until: datetime


class RoomBusy(RoomOut):
    """A room and when it is taken."""

    taken: list[Taken]


class RoomsOut(BaseModel):
    """The rooms of a centre, free and busy."""

    centre: str
    since: datetime
    until: datetime
    rooms: list[RoomBusy]


class BookingOut(BaseModel):
    """A booking of the caller's own unit."""

    id: uuid.UUID
    room: uuid.UUID
    room_code: str
    centre: str
    purpose: BookingPurpose
    unit: str
    since: datetime
    until: datetime
    booked_at: datetime
    booked_by: str
    released_at: datetime | None
    version: int


class BookingPage(BaseModel):
    """Bookings in their order."""

    items: list[BookingOut]


class ChangeOut(BaseModel):
    """What was set or ended of the place, by whom and when."""

    what: str
    id: uuid.UUID
    about: str
    change: str
    at: datetime
    by: str


class ChangePage(BaseModel):
    """Changes, the newest first."""

    items: list[ChangeOut]


# --- What is sent


def _sent(*examples: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": list(examples)})


class DayHoursIn(BaseModel):
    """The hours of one weekday."""

    model_config = ConfigDict(extra="forbid")

    weekday: Weekday
    spans: Annotated[list[HoursIn], Field(max_length=6)]


_MORNING = [{"opens": "09:00", "closes": "12:00"}, {"opens": "14:30", "closes": "17:30"}]


class SetHoursIn(BaseModel):
    """The whole week, from a day on; weekdays that are left out are closed."""

    model_config = _sent({"week": [{"weekday": 1, "spans": _MORNING}, {"weekday": 2, "spans": _MORNING}]})

    week: Annotated[list[DayHoursIn], Field(max_length=7)]
    since: Annotated[date | None, Field(description="The first day; today if left out")] = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({day.weekday for day in self.week}) < len(self.week):
            raise unfit("每个星期几只列一次", "name each weekday once")
        return self


class SetDayIn(BaseModel):
    """A day with hours of its own; without spans it is closed."""

    model_config = _sent({"day": "2026-12-31", "spans": [], "reason": "年终盘点，当日闭门"})

    day: date
    spans: Annotated[list[HoursIn], Field(max_length=6)]
    reason: ShortText


class ClearDayIn(BaseModel):
    """The day follows the week again."""

    model_config = _sent({"day": "2026-12-31"})

    day: date


class SetWindowIn(BaseModel):
    """A window by its number."""

    model_config = _sent({"code": "3", "name": "综合受理"})

    code: Number
    name: Label


class PlaceIn(BaseModel):
    """A window or a room, by its number."""

    model_config = _sent({"code": "3"})

    code: Number


class SetRoomIn(BaseModel):
    """A room by the number on its door."""

    model_config = _sent({"code": "201", "name": "第一调解室", "kind": "mediation", "seats": 8})

    code: Number
    name: Label
    kind: RoomKind
    seats: Annotated[int, Field(ge=1, le=1000)]


class StationIn(BaseModel):
    """How a unit is stationed."""

    model_config = _sent(
        {"unit": "D150102_housing", "how": "rotating", "weekdays": [2, 4], "window": "3"},
        {"unit": "D150102_energy", "how": "on_call", "call_in": "值班电话 0471-0000000", "respond_minutes": 30},
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

    model_config = _sent({"unit": "D150102_housing"})

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


class ShiftIn(PeriodIn):
    """Who of which unit is on duty when, and at which window, if not the unit's own."""

    model_config = _sent(_SHIFT)

    unit: Code
    staff: uuid.UUID
    window: Number | None = None


class CancelShiftIn(BaseModel):
    """A shift that is not over."""

    model_config = _sent({"shift": "01a20a9e-f940-72e7-a28a-9f3a66398d0a"})

    shift: uuid.UUID


class SwapShiftsIn(BaseModel):
    """Two shifts of one unit whose people change places."""

    model_config = _sent(
        {"shift": "01a20a9e-f940-72e7-a28a-9f3a66398d0a", "other": "01a20a9e-f940-72e7-a28a-9f3a66398d0b"}
    )

    shift: uuid.UUID
    other: uuid.UUID


class ImportRotaIn(BaseModel):
    """Shifts of a month, or of any time. With `dry_run` nothing is kept, and the report says what would be."""

    model_config = _sent({"dry_run": True, "items": [_SHIFT]})

    items: Annotated[list[ShiftIn], Field(min_length=1, max_length=MOST_LINES)]
    dry_run: bool = False


class LineOut(BaseModel):
    """One line, counted from 1: 201 kept, 200 stood already, 409 on another shift then, 422 does not fit."""

    line: int
    status: int
    shift: uuid.UUID | None
    detail: str | None


class ImportReport(BaseModel):
    """What became of an import."""

    dry_run: bool
    added: int
    standing: int
    refused: int
    lines: list[LineOut]
    version: int


class BookIn(PeriodIn):
    """A room for a period."""

    model_config = _sent(
        {"since": "2026-12-01T09:00:00+08:00", "until": "2026-12-01T10:30:00+08:00", "purpose": "meeting"}
    )

    purpose: BookingPurpose

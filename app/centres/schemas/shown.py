"""Centres as shown."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, StringConstraints

from app.centres.rules import DAY, BookingPurpose, DutyState, Instead, RoomKind, Span, Stationing
from app.core.bodies import Closed, Items

Clock = Annotated[str, StringConstraints(max_length=5, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]


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


class HoursIn(Hours, Closed):
    """As shown; nothing else is taken."""


@dataclass(frozen=True, slots=True)
class WeekdayHours:
    """The hours of a weekday."""

    weekday: int
    spans: list[Hours]


@dataclass(frozen=True, slots=True)
class OpeningOut:
    """A time in which it is open."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class CentreItem:
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


class CentrePage(Items[CentreItem]):
    """Centres by code."""


@dataclass(frozen=True, slots=True)
class WindowOut:
    """A window, by the number on its sign."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class RoomOut:
    """A room."""

    id: uuid.UUID
    code: str
    name: str
    kind: RoomKind
    seats: int


@dataclass(frozen=True, slots=True)
class Stationed:
    """How a unit is at a centre."""

    unit: str
    name: str
    how: Stationing
    weekdays: list[int]
    window: str | None
    call_in: str | None
    respond_minutes: int | None


@dataclass(frozen=True, slots=True)
class StationOut(Stationed):
    """A unit at a centre. `weekdays`: when a rotating unit is there without a shift; `call_in`: how it is called."""

    how_text: str


@dataclass(frozen=True, slots=True)
class SpecialDayOut:
    """A day with hours of its own; none: closed."""

    day: date
    spans: list[Hours]
    reason: str


@dataclass(frozen=True, slots=True)
class CentreOut:
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


@dataclass(frozen=True, slots=True)
class OnShift:
    """A member of staff on a shift."""

    staff: uuid.UUID
    name: str
    window: str | None
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class DutyItem(StationOut):
    """A unit, whether it is there, and who."""

    state: DutyState
    state_text: str
    people: list[OnShift]


class CentreDutyOut(BaseModel):
    """Who is on duty at an instant."""

    centre: str
    at: datetime
    open: bool
    units: list[DutyItem]


@dataclass(frozen=True, slots=True)
class CentreShiftOut(OnShift):
    """A shift of the rota."""

    id: uuid.UUID
    unit: str


class RotaPage(Items[CentreShiftOut]):
    """Shifts in their order."""


@dataclass(frozen=True, slots=True)
class AnswersFor:
    """What sort of case the unit answers for, and the rule that sends it there."""

    kind: str
    petition_class: str | None
    rule: str


@dataclass(frozen=True, slots=True)
class ReceptionUnit:
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


@dataclass(frozen=True, slots=True)
class Taken:
    """When a room is taken; by what is nobody's business here."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class RoomBusy(RoomOut):
    """A room and when it is taken."""

    taken: list[Taken]


class RoomsOut(BaseModel):
    """The rooms of a centre, free and busy."""

    centre: str
    since: datetime
    until: datetime
    rooms: list[RoomBusy]


@dataclass(frozen=True, slots=True)
class BookingOut:
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


class BookingPage(Items[BookingOut]):
    """Bookings in their order."""


@dataclass(frozen=True, slots=True)
class ChangeOut:
    """What was set or ended of the place, by whom and when."""

    what: str
    id: uuid.UUID
    about: str
    change: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ChangeRow(ChangeOut):
    """With what tells changes of one instant apart."""

    mark: uuid.UUID


class ChangePage(Items[ChangeOut]):
    """Changes, the newest first."""


@dataclass(frozen=True, slots=True)
class LineOut:
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

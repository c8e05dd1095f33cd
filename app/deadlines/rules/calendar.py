"""How a period is counted (the Regulation on petitions is silent, so by analogy):

* the day on which a period starts is not counted (Civil Procedure Law 85, Civil Code 201);
* hours and minutes run from the instant itself, by elapsed time, and fall due to the second (Civil Code 201);
* a month ends on the day of the same number, or on the month's last day where there is none (Civil Code 202);
* a period of days or months whose last day is a day off ends on the next working day (Civil Procedure Law 85,
  Civil Code 203); the day before the roll is kept beside it as ``due_unrolled``;
* the last day ends at midnight (Civil Code 203). It is represented by 23:59:59 in the city's time zone, a time of the
  day itself, so that the date people read is the date meant. On a day whose clock is set back over midnight it is the
  later of the two.

All instants given back are in UTC: Python compares two instants of one zone by their wall clocks, which goes wrong
across a change of clocks.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

END_OF_DAY = time(23, 59, 59, fold=1)
ONE_DAY = timedelta(days=1)
SATURDAY = 5
DECEMBER_DAYS = 31


class LengthUnit(StrEnum):
    """What the length of a clock is counted in. A bare "day" in a law is a calendar day."""

    MINUTE = "minute"
    HOUR = "hour"
    CALENDAR_DAY = "calendar_day"
    WORKING_DAY = "working_day"
    CALENDAR_MONTH = "calendar_month"


class ClockRefused(Exception):
    """A clock cannot be planned or extended as asked.

    ``reason`` is a stable code: ``bad_length``, ``naive_time``, ``not_extendable``, ``already_extended``,
    ``wrong_approver``, ``wrong_unit``, ``too_long``, ``expired``, ``unknown_procedure``. ``detail`` says what to mend.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days. Days that ``exceptions`` does not name follow the week: Monday to Friday are worked.

    ``published`` holds the years whose holidays are announced; ``None`` means that no announcement is awaited (a plain
    week). The notice for a year may also move the last days of the December before it (as in 2006, 2007, 2011 and
    2018), so the ``year_end_days`` last days of a year count as unsettled until the next year is published.
    """

    name: str
    published: frozenset[int] | None = None
    exceptions: Mapping[date, bool] = field(default_factory=dict)
    year_end_days: int = 3

    def is_workday(self, day: date) -> bool:
        """Whether the day is worked, by announcement where there is one, else by the week."""
        return self.exceptions.get(day, day.weekday() < SATURDAY)

    def is_settled(self, day: date) -> bool:
        """Whether the answer of ``is_workday`` can no longer change by an announcement still to come."""
        if self.published is None:
            return True
        if day.year not in self.published:
            return False
        in_year_end = day.month == 12 and day.day > DECEMBER_DAYS - self.year_end_days
        return not in_year_end or day.year + 1 in self.published


WEEKDAYS = Calendar("weekdays")


@dataclass(frozen=True, slots=True)
class Due:
    """When a clock falls due (UTC). ``due`` decides lateness; ``due_unrolled`` is the day before any roll."""

    due: datetime
    due_unrolled: datetime
    provisional: bool


def due_at(length: int, unit: LengthUnit, start: datetime, *, calendar: Calendar, tz: tzinfo) -> Due:
    """The instant at which a period of ``length`` units that starts at ``start`` (aware) falls due.

    ``tz`` is the city's time zone: it decides which day ``start`` falls on and when the last day ends.
    Raises ClockRefused ``bad_length`` for a length under one, ``naive_time`` for a start without a time zone.
    """
    if length < 1:
        raise ClockRefused("bad_length", f"a period is at least one {unit.value}, not {length}")
    if start.tzinfo is None:
        raise ClockRefused("naive_time", "the start of a clock needs a time zone")
    if unit in (LengthUnit.MINUTE, LengthUnit.HOUR):
        due = _elapsed(length, unit, start)
        return Due(due, due, provisional=False)
    first = start.astimezone(tz).date()
    if unit is LengthUnit.WORKING_DAY:
        last, settled = _count_working_days(first, length, calendar)
        due = _end_of(last, tz)
        return Due(due, due, provisional=not settled)
    unrolled = _add_months(first, length) if unit is LengthUnit.CALENDAR_MONTH else first + length * ONE_DAY
    last, settled = _roll(unrolled, calendar)
    return Due(_end_of(last, tz), _end_of(unrolled, tz), provisional=not settled)


def later_by_days(current: Due, days: int, *, calendar: Calendar, tz: tzinfo) -> Due:
    """A due of days moved on by ``days`` calendar days from its unrolled end, and rolled anew."""
    last = current.due_unrolled.astimezone(tz).date() + days * ONE_DAY
    rolled, settled = _roll(last, calendar)
    return Due(_end_of(rolled, tz), _end_of(last, tz), provisional=not settled)


def _elapsed(length: int, unit: LengthUnit, start: datetime) -> datetime:
    """Elapsed time, rounded up to the second so that no clock is shorter than its rule."""
    span = timedelta(minutes=length) if unit is LengthUnit.MINUTE else timedelta(hours=length)
    due = start.astimezone(UTC) + span
    return due.replace(microsecond=0) + timedelta(seconds=1) if due.microsecond else due


def _end_of(day: date, tz: tzinfo) -> datetime:
    return datetime.combine(day, END_OF_DAY, tz).astimezone(UTC)


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _roll(day: date, calendar: Calendar) -> tuple[date, bool]:
    """The first working day on or after ``day``, and whether every day looked at is settled."""
    settled = calendar.is_settled(day)
    while not calendar.is_workday(day):
        day += ONE_DAY
        settled = settled and calendar.is_settled(day)
    return day, settled


def _count_working_days(first: date, count: int, calendar: Calendar) -> tuple[date, bool]:
    """The ``count``-th working day after ``first``, and whether every day looked at is settled."""
    day, settled = first, True
    while count:
        day += ONE_DAY
        settled = settled and calendar.is_settled(day)
        count -= calendar.is_workday(day)
    return day, settled

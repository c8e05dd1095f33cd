"""When a centre is open. Hours are those of the wall clock of the city; instants given back are in UTC.

A day has the hours of its weekday, unless the centre named it as a special day. The legal calendar decides what a day
counts as: a holiday, with the weekend days that lie in it, is closed; a weekend day that is worked in exchange (调休)
has the hours of the first weekday that has any.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from app.core.errors import Words
from app.deadlines.rules import Calendar

DAY = 24 * 60  # minutes
ONE_DAY = timedelta(days=1)
FRIDAY = 5
LOOK_AHEAD = 62  # days: a centre that stays closed for longer has no next opening to tell

Span = tuple[int, int]  # minutes after midnight, half-open; an end beyond DAY lies in the next day


@dataclass(frozen=True, slots=True)
class Weekly:
    """The hours of one ISO weekday, from a day on (`since`) until another (exclusive; None: until they are changed)."""

    weekday: int
    spans: tuple[Span, ...]
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """The week, and the days that differ from it."""

    week: tuple[Weekly, ...] = ()
    special: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)

    def on(self, day: date) -> dict[int, tuple[Span, ...]]:
        """The week as it is in force on a day."""
        return {w.weekday: w.spans for w in self.week if w.since <= day and (w.until is None or day < w.until)}


@dataclass(frozen=True, slots=True)
class Opening:
    """A time in which the centre is open, and the local day it belongs to, be it past midnight."""

    day: date
    opens: datetime
    closes: datetime


def weekday_of(day: date, calendar: Calendar, week: Mapping[int, Sequence[Span]]) -> int | None:
    """The ISO weekday whose hours and rota a day has; None on a holiday."""
    weekday = day.isoweekday()
    if calendar.is_workday(day):
        worked = (w for w in range(1, FRIDAY + 1) if week.get(w))
        return weekday if weekday <= FRIDAY else next(worked, weekday)
    return None if weekday <= FRIDAY or _in_holiday(day, calendar) else weekday


def _in_holiday(day: date, calendar: Calendar) -> bool:
    """Whether a weekend day off lies in one run of days off with a weekday off: notices name the whole run."""
    for step in (ONE_DAY, -ONE_DAY):
        other = day + step
        while not calendar.is_workday(other):
            if other.isoweekday() <= FRIDAY:
                return True
            other += step
    return False


def spans_on(day: date, hours: Hours, calendar: Calendar) -> tuple[Span, ...]:
    """The hours of a day; empty when it is closed."""
    if day in hours.special:
        return hours.special[day]
    week = hours.on(day)
    weekday = weekday_of(day, calendar, week)
    return week.get(weekday, ()) if weekday else ()


def openings(first: date, days: int, hours: Hours, calendar: Calendar, tz: tzinfo) -> Iterator[Opening]:
    """Every opening that begins on one of `days` local days from `first` on, in order."""
    for number in range(days):
        day = first + number * ONE_DAY
        for opens, closes in spans_on(day, hours, calendar):
            yield Opening(day, instant(day, opens, tz), instant(day, closes, tz))


def instant(day: date, minutes: int, tz: tzinfo) -> datetime:
    """What the wall clock shows so many minutes after the midnight that begins a day."""
    return (datetime.combine(day, time(), tz) + timedelta(minutes=minutes)).astimezone(UTC)


def opening_at(at: datetime, hours: Hours, calendar: Calendar, tz: tzinfo) -> Opening | None:
    """The opening that holds an instant: of its own day, or of the night that began the day before."""
    today = at.astimezone(tz).date()
    found = [o for o in openings(today - ONE_DAY, 2, hours, calendar, tz) if o.opens <= at < o.closes]
    return found[-1] if found else None


def next_opening(at: datetime, hours: Hours, calendar: Calendar, tz: tzinfo) -> datetime | None:
    """When it opens next after an instant; None when not within two months."""
    ahead = openings(at.astimezone(tz).date(), LOOK_AHEAD, hours, calendar, tz)
    return next((o.opens for o in ahead if o.opens > at), None)


def unfit_spans(spans: Sequence[Span]) -> Words | None:
    """Why these are not the hours of a day; None when they are."""
    if any(not (0 <= opens < DAY and opens < closes <= opens + DAY) for opens, closes in spans):
        return Words("每段时间应先开后关，且不超过 24 小时。", "Each span opens, then closes, within 24 hours.")
    if any(after[0] < before[1] for before, after in pairwise(spans)):
        return Words("各段时间应按先后排列，不得重叠。", "Spans stand in order and do not overlap.")
    return None

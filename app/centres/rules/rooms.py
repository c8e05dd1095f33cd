"""Rooms and shifts: periods are half-open, so that one may begin when the other ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.errors import Words

MOST_AHEAD = timedelta(days=366)
LONGEST_BOOKING, LONGEST_SHIFT = timedelta(hours=12), timedelta(hours=24)
SHORTEST = timedelta(minutes=5)


class RoomKind(StrEnum):
    """What a room is meant for; any may be used for anything."""

    MEDIATION = "mediation"
    HEARING = "hearing"
    MEETING = "meeting"
    TALK = "talk"


class BookingPurpose(StrEnum):
    """What a room is taken for."""

    MEDIATION = "mediation"
    HEARING = "hearing"
    MEETING = "meeting"
    TALK = "talk"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant until another, which does not belong to it."""

    since: datetime
    until: datetime


def overlaps(one: Period, other: Period) -> bool:
    """Whether they share an instant."""
    return one.since < other.until and other.since < one.until


def unfit_booking(period: Period, now: datetime) -> Words | None:
    """Why a room is not booked for this period; None when it may be."""
    return _unfit(period, now, LONGEST_BOOKING)


def unfit_shift(period: Period, now: datetime) -> Words | None:
    """Why nobody is on duty for this period; None when somebody may be."""
    return _unfit(period, now, LONGEST_SHIFT)


def _unfit(period: Period, now: datetime, longest: timedelta) -> Words | None:
    hours = int(longest.total_seconds() // 3600)
    if not SHORTEST <= period.until - period.since <= longest:
        return Words(f"时段应为 5 分钟至 {hours} 小时。", f"A period of 5 minutes to {hours} hours, from before until.")
    if period.until <= now:
        return Words("时段已经过去。", "That time is past.")
    if period.until > now + MOST_AHEAD:
        return Words("最多提前一年安排。", "At most a year ahead.")
    return None


def free_within(within: Sequence[Period], taken: Iterable[Period], length: timedelta) -> list[Period]:
    """What is left of `within`, in order, between the periods `taken`, where it is at least `length`."""
    busy = sorted(taken, key=lambda period: period.since)
    free = []
    for whole in within:
        since = whole.since
        for period in busy:
            if not overlaps(whole, period):
                continue
            free.append(Period(since, period.since))
            since = max(since, period.until)
        free.append(Period(since, whole.until))
    return [period for period in free if period.until - period.since >= length]

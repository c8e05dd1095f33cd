"""What the clocks of a case ought to be, counted by another hand: nothing here is taken from the application.

Working days come from the chinesecalendar package; years it does not know follow the plain week.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar

HOHHOT = ZoneInfo("Asia/Shanghai")
PUBLISHED = {day.year for day in chinese_calendar.constants.holidays}
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
# sort → acceptance (length, unit), completion (length, unit, begins with), whether acceptance is told in writing,
# days before the limit at which the lead is warned, rung at which a late case goes up
POLICY = {
    "appeal": ((15, "day"), (60, "day", "accept"), True, 3, None),
    "simple": ((3, "working"), (10, "working", "accept"), True, 3, None),
    "dispute": ((1, "working"), (7, "day", "register"), False, 1, "breach"),
    "request": ((24, "hour"), (7, "day", "register"), False, 1, "criticise"),
}
# The resident's own days: to ask for a review of what was decided on a petition (from receipt), to rate (from closing).
APPLY, RATE, REVIEWED = 30, 30, ("appeal", "simple")
RESIDENT = ("apply_review", "evaluation")
SIGN = {"appeal": (5, "working"), "simple": (1, "working"), "dispute": (1, "working"), "request": (1, "working")}
LIVE = ("registered", "accepted", "handling")
RUNGS = ("warn", "breach", "urge", "criticise")


def worked(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day)) if day.year in PUBLISHED else day.weekday() < 5


def working_day(day: date, count: int) -> date:
    step = DAY if count > 0 else -DAY
    for _ in range(abs(count)):
        day += step
        while not worked(day):
            day += step
    return day


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), HOHHOT)


def rolled(day: date) -> date:
    while not worked(day):
        day += DAY
    return day


@dataclass
class Limit:
    """One clock as it should be. `unrolled` is the last day before it was rolled."""

    kind: str
    start: datetime
    due: datetime
    unrolled: date | None = None
    met: datetime | None = None
    stopped: datetime | None = None
    breached: datetime | None = None
    level: int = 0
    offer: int | None = None

    @property
    def open(self) -> bool:
        return self.met is None and self.stopped is None

    def end(self, how: str, now: datetime) -> None:
        setattr(self, how, now)
        self.breached = self.due if now > self.due and self.kind not in RESIDENT else None


@dataclass
class Ledger:
    """The book of one case: told of every step and every look, it says what must stand in the tables."""

    sort: str
    limits: list[Limit] = field(default_factory=list)
    pressed: Counter[tuple[str, str, datetime]] = field(default_factory=Counter)
    raised: int = 0
    status: str = "registered"
    lead: int = 0  # tier of the leading unit, from the community up
    reached: int = -1  # highest tier it was taken up to

    def _limit(self, kind: str, length: int, unit: str, start: datetime) -> None:
        if unit == "hour":
            due = start + timedelta(hours=length)
            self.limits.append(
                Limit(kind, start, due.replace(microsecond=0) + (SECOND if due.microsecond else 0 * SECOND))
            )
            return
        first = start.astimezone(HOHHOT).date()
        unrolled = working_day(first, length) if unit == "working" else first + length * DAY
        self.limits.append(Limit(kind, start, midnight(rolled(unrolled)), unrolled))

    def _open(self, *kinds: str) -> Iterator[Limit]:
        return (limit for limit in self.limits if limit.open and (not kinds or limit.kind in kinds))

    def begin(self, on: str, now: datetime) -> None:
        """What begins with registration, or with acceptance."""
        acceptance, (length, unit, begins), *_ = POLICY[self.sort]
        if on == "register":
            self._limit("acceptance", *acceptance, now)
        if on == begins:
            self._limit("completion", length, unit, now)

    def meet(self, kind: str, now: datetime) -> None:
        for limit in list(self._open(kind)):
            limit.end("met", now)

    def stop(self, now: datetime, but: str | None = None) -> None:
        for limit in [limit for limit in self._open() if limit.kind != but]:
            limit.end("stopped", now)

    def took(self, action: str, now: datetime, told_already: bool) -> None:
        """A step was taken. `told_already`: acceptance (or not) had reached the resident before."""
        written = POLICY[self.sort][2]
        if action == "accept":
            if not written:
                self.meet("acceptance", now)
            self.begin("accept", now)
        elif action in ("decline", "refer"):
            if not written or told_already:
                self.meet("acceptance", now)
            self.stop(now, but="acceptance")
        elif action == "withdraw":
            self.stop(now)
        elif action == "close":
            self._limit("evaluation", RATE, "day", now)
        elif action in ("reopen", "grant_reopening"):
            self.stop(now, but="acceptance")
            length, unit, _ = POLICY[self.sort][1]
            self._limit("completion", length, unit, now)
        elif action == "flag_urgent":
            self._limit("report", 2, "hour", now)
        elif action == "report_upward":
            self.meet("report", now)

    def reached_resident(self, notice: str, now: datetime) -> None:
        """The notice counts as told: handed over, or its attempt approved."""
        if notice in ("acceptance", "non_acceptance"):
            self.meet("acceptance", now)
        elif notice not in ("extension", "transfer"):
            self.meet("completion", now)

    def record_of_result(self, outcome: str, now: datetime) -> None:
        """How the result was served is recorded, maybe anew: only what was handed over lets time run."""
        for limit in list(self._open("apply_review")):
            limit.end("stopped", now)
        if outcome == "served" and self.sort in REVIEWED:
            self._limit("apply_review", APPLY, "day", now)

    def rated(self, now: datetime) -> None:
        self.meet("evaluation", now)

    @property
    def ratable_until(self) -> datetime | None:
        """The end of the window to rate, while no rating was given."""
        found = [limit for limit in self.limits if limit.kind == "evaluation" and limit.met is None]
        return found[-1].due if found and self.status == "closed" else None

    def offers(self, rows: Iterable[Mapping[str, Any]], now: datetime) -> None:
        """How the offers to lead stand after a step: each is to be signed for in time, until it is answered or given back."""
        known = {limit.offer: limit for limit in self.limits if limit.offer is not None}
        for row in rows:
            ended = row["state"] != "offered" or row["returned_at"] is not None
            if row["id"] not in known and not ended:
                self._limit("sign_for", *SIGN[self.sort], now)
                self.limits[-1].offer = row["id"]
            elif row["id"] in known and ended and known[row["id"]].open:
                known[row["id"]].end("met" if row["state"] == "signed" else "stopped", now)

    def extended(self, days: int) -> None:
        (limit,) = self._open("completion")
        assert limit.unrolled is not None
        limit.unrolled += days * DAY
        limit.due, limit.level = max(limit.due, midnight(rolled(limit.unrolled))), 0

    def look(self, now: datetime) -> None:
        """The runner looked at `now`: what had to happen."""
        hour = now.astimezone(HOHHOT).hour
        night = hour < 8 or hour >= 21
        taken: set[str] = set()
        for limit in list(self._open(*RESIDENT)):
            if now >= limit.due + SECOND:
                limit.stopped = limit.due
        for limit in [limit for limit in self._open() if limit.kind not in RESIDENT]:
            for rung in self._climb(limit, now, night):
                if rung == "breach":
                    limit.breached = limit.due
                elif rung != "warn":
                    self.pressed[rung, limit.kind, limit.due] += 1
                if limit.kind == "completion":
                    taken.add(rung)
        if POLICY[self.sort][4] in taken and self.status in LIVE and max(self.lead, self.reached) < 3:
            self.reached = max(self.lead, self.reached, 0) + 1
            self.raised += 1
            for limit in list(self._open("sign_for")):
                limit.end("stopped", now)

    def _climb(self, limit: Limit, now: datetime, night: bool) -> Iterator[str]:
        while limit.level < len(RUNGS):
            rung, at = RUNGS[limit.level], self._at(limit)
            if rung == "warn" and (now > limit.due or not limit.start < at < limit.due):
                limit.level += 1
                continue
            if at > now or (night and rung != "breach"):
                return
            limit.level += 1
            yield rung

    def _at(self, limit: Limit) -> datetime:
        rung, day = RUNGS[limit.level], limit.due.astimezone(HOHHOT).date()
        if rung == "breach":
            return limit.due + SECOND
        if rung == "warn" and limit.unrolled is None:
            return limit.start + (limit.due - limit.start) * 0.75
        count = {"warn": -POLICY[self.sort][3], "urge": 1, "criticise": 5}[rung]
        return datetime.combine(working_day(day, count), time(9), HOHHOT)

"""What falls due on a clock, and when: reminded before, breached at the limit, urged and criticised after it. Pure.

An authority's clock goes through four steps, in this order and each once; a resident's has one, at which the right lapses,
and that of a unit called to help one, the breach. All
numbers are configuration of the procedure (a municipal bureau's rule is the model: told before expiry, urged 催办 the day
after, criticised 通报 when five working days have gone by): see `EscalationPolicy`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from app.deadlines.rules.calendar import END_OF_DAY, ONE_DAY, Calendar

ONE_SECOND = timedelta(seconds=1)


class Owner(StrEnum):
    """Whose limit it is: the authority's (a duty to act), the resident's (a time to exercise a right), or that of a unit called
    to help, whose lateness is a fact about that unit alone: it neither presses the lead nor makes the case late."""

    ORGAN = "organ"
    RESIDENT = "resident"
    CALLED = "called"


class EscalationStep(StrEnum):
    """What happens once on a clock."""

    WARN = "warn"
    BREACH = "breach"
    URGE = "urge"
    CRITICISE = "criticise"
    LAPSE = "lapse"


RUNGS = {
    Owner.ORGAN: (EscalationStep.WARN, EscalationStep.BREACH, EscalationStep.URGE, EscalationStep.CRITICISE),
    Owner.RESIDENT: (EscalationStep.LAPSE,),
    Owner.CALLED: (EscalationStep.BREACH,),
}
# Facts of the law, recorded at once. The other steps write to people: they wait until quiet hours are over.
AT_ONCE = (EscalationStep.BREACH, EscalationStep.LAPSE)


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """A procedure's way of pressing its own clocks.

    Clocks of days are warned at ``hour`` (local) ``warn_working_days`` before their last day, clocks of hours after
    ``warn_share`` of their time. Urging and criticism follow at ``hour``, that many working days after the day of the
    limit (calendar days where the procedure runs ``round_the_clock``, which also passes the quiet hours). ``escalate``
    names the step at which a completion clock takes the case up to the centre above, if any does.
    """

    warn_working_days: int = 1
    warn_share: float = 0.75
    urge_working_days: int = 1
    criticise_working_days: int = 5
    hour: int = 9
    round_the_clock: bool = False
    escalate: EscalationStep | None = None


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When nothing is written to people that can wait: from one local hour to another, over midnight."""

    begin: int = 21
    end: int = 8

    def until(self, now: datetime, tz: tzinfo) -> datetime | None:
        """The end (UTC) of the quiet hours that ``now`` lies in; None by day."""
        local = now.astimezone(tz)
        if self.end <= local.hour < self.begin:
            return None
        day = local.date() if local.hour < self.end else local.date() + ONE_DAY
        return _at(day, self.end, tz)


@dataclass(frozen=True, slots=True)
class Step:
    """What a clock takes now: its steps (`rungs`) in order, the `level` it then stands on, and when to look again (UTC)."""

    rungs: tuple[EscalationStep, ...]
    level: int
    next_at: datetime | None


def first(
    ladder: EscalationPolicy, owner: Owner, start: datetime, due: datetime, *, calendar: Calendar, tz: tzinfo
) -> tuple[int, datetime]:
    """The level a new clock stands on and the instant (UTC) of its first step: a warning no later than it starts is none."""
    rungs = RUNGS[owner]
    for level, rung in enumerate(rungs):
        at = rung_at(rung, ladder, start, due, calendar=calendar, tz=tz)
        if rung is not EscalationStep.WARN or start < at < due:
            return level, at
    raise AssertionError("every policy has a step at the limit")


def escalation(
    ladder: EscalationPolicy, owner: Owner, level: int, start: datetime, due: datetime, now: datetime,
    *, quiet: QuietHours, calendar: Calendar, tz: tzinfo,
) -> Step:  # fmt: skip
    """The steps that are due at ``now`` on a clock that stands on ``level``, each once however long nobody looked.

    A warning is left out once the limit has passed. In quiet hours only what the law dates is taken.
    """
    night = None if ladder.round_the_clock else quiet.until(now, tz)
    taken: list[EscalationStep] = []
    rungs = RUNGS[owner]
    while level < len(rungs):
        rung = rungs[level]
        at = rung_at(rung, ladder, start, due, calendar=calendar, tz=tz)
        if rung is EscalationStep.WARN and now > due:
            level += 1
            continue
        if at > now:
            return Step(tuple(taken), level, at)
        if night and rung not in AT_ONCE:
            return Step(tuple(taken), level, min(night, due + ONE_SECOND) if rung is EscalationStep.WARN else night)
        taken.append(rung)
        level += 1
    return Step(tuple(taken), level, None)


def rung_at(
    rung: EscalationStep, ladder: EscalationPolicy, start: datetime, due: datetime, *, calendar: Calendar, tz: tzinfo
) -> datetime:  # fmt: skip
    """The instant (UTC) of one step. The limit includes its last second: it is breached, or lapses, one second later."""
    if rung in AT_ONCE:
        return due + ONE_SECOND
    local = due.astimezone(tz)
    if rung is EscalationStep.WARN:
        if local.time() != END_OF_DAY:
            return start.astimezone(UTC) + (due - start) * ladder.warn_share
        return _at(_working_day(calendar, local.date(), -ladder.warn_working_days), ladder.hour, tz)
    days = ladder.urge_working_days if rung is EscalationStep.URGE else ladder.criticise_working_days
    if ladder.round_the_clock:
        return _at(local.date() + days * ONE_DAY, ladder.hour, tz)
    return _at(_working_day(calendar, local.date(), days), ladder.hour, tz)


def _working_day(calendar: Calendar, day: date, count: int) -> date:
    """The ``count``-th working day after ``day``, or before it where ``count`` is negative."""
    step = ONE_DAY if count > 0 else -ONE_DAY
    left = abs(count)
    while left:
        day += step
        left -= calendar.is_workday(day)
    return day


def _at(day: date, hour: int, tz: tzinfo) -> datetime:
    return datetime.combine(day, time(hour), tz).astimezone(UTC)

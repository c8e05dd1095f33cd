"""What the clocks of a life are in a copy that begins at another time: counted anew by the city's rules."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.deadlines.rules import ClockRefused, ClockRule, Due, Owner, PlannedClock, Procedure, extend
from app.reference.queries import Reference
from seeds.year.time import LOCAL


class Unfit(Exception):
    """A life does not go this way at that time: a limit would be missed that was kept, or kept that was missed."""


@dataclass(frozen=True, slots=True)
class LivedClock:
    """A clock of a life: where its limit comes from, and how it stands. `ended` is when it was met or stopped.

    `procedure` is cut down to the clock's own rule.
    """

    case: int
    procedure: Procedure
    rule: ClockRule
    start: datetime
    ended: datetime | None
    paused: bool
    extended: tuple[int, datetime] | None  # by so many days, approved then

    @property
    def presses(self) -> bool:
        """Whether the case is due with it."""
        return self.rule.owner is Owner.ORGAN and self.ended is None and not self.paused

    def counted(self, reference: Reference, shift: timedelta) -> tuple[PlannedClock, ...]:
        """The limit when everything happens `shift` later: as planned, and where it was extended, after that."""
        start = self.start + shift
        (planned,) = reference.plan(self.procedure, self.rule.starts_on, start)
        if self.extended is None:
            return (planned,)
        days, approved = self.extended
        may: Any = self.rule.extension
        try:
            due = extend(
                self.rule, Due(planned.due, planned.due_unrolled, planned.provisional), days, may.unit, approved + shift, 0,
                approver_roles=[may.approver_role], calendar=reference.calendar, tz=reference.city.tz,
            )  # fmt: skip
        except ClockRefused as refused:
            raise Unfit(str(refused)) from refused
        level, next_at = reference.first(self.procedure.code, self.procedure.version, start, due.due)
        longer = replace(planned, due=due.due, due_unrolled=due.due_unrolled, provisional=due.provisional)
        return planned, replace(longer, level=level, next_at=next_at)


def instant(text: str) -> datetime:
    """An instant as PostgreSQL or JSON writes it."""
    return datetime.fromisoformat(text).astimezone(LOCAL)


def optional(text: str | None) -> datetime | None:
    """The same, or none."""
    return instant(text) if text else None

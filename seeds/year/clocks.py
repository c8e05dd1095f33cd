"""What the clocks of a life are in a copy that begins at another time: counted anew by the city's rules."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.deadlines.rules import ClockKind, ClockRefused, ClockRule, Due, Owner, Procedure, extend
from app.reference.queries import Reference
from seeds.year.time import LOCAL


class Unfit(Exception):
    """A life does not go this way at that time: a limit would be missed that was kept, or kept that was missed."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A limit as the city's rules count it."""

    due: datetime
    due_unrolled: datetime
    provisional: bool
    level: int
    next_at: datetime


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

    def counted(self, reference: Reference, shift: timedelta) -> tuple[Counted, ...]:
        """The limit when everything happens `shift` later: as planned, and where it was extended, after that."""
        start = self.start + shift
        (planned,) = reference.plan(self.procedure, self.rule.starts_on, start)
        first = Counted(planned.due, planned.due_unrolled, planned.provisional, planned.level, planned.next_at)
        if self.extended is None:
            return (first,)
        days, approved = self.extended
        may: Any = self.rule.extension
        try:
            due = extend(
                self.rule, Due(first.due, first.due_unrolled, first.provisional), days, may.unit, approved + shift, 0,
                approver_roles=[may.approver_role], calendar=reference.calendar, tz=reference.city.tz,
            )  # fmt: skip
        except ClockRefused as refused:
            raise Unfit(str(refused)) from refused
        level, next_at = reference.first(self.procedure.code, self.procedure.version, start, due.due)
        return first, Counted(due.due, due.due_unrolled, due.provisional, level, next_at)


def lived_clock(
    reference: Reference, procedure: Procedure, row: Mapping[str, Any], case: int, extended: tuple[int, datetime] | None
) -> LivedClock:
    """The clock of a row; raises LookupError for one that no rule of the procedure starts."""
    rule = reference.clock_rule(procedure.code, procedure.version, ClockKind(row["kind"]))
    if rule is None:
        raise LookupError(f"{procedure.code} has no clock {row['kind']}")
    return LivedClock(
        case, replace(procedure, clocks=(rule,)), rule, instant(row["start"]), optional(row["met_at"] or row["stopped_at"]),
        row["paused_at"] is not None, extended,
    )  # fmt: skip


def instant(text: str) -> datetime:
    """An instant as PostgreSQL or JSON writes it."""
    return datetime.fromisoformat(text).astimezone(LOCAL)


def optional(text: str | None) -> datetime | None:
    """The same, or none."""
    return instant(text) if text else None

"""Legal clocks: when something falls due, how far a limit may be extended, and which procedure a case runs under.

How a period is counted (the Regulation on petitions is silent, so by analogy):

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
from collections.abc import Collection, Mapping
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


class Owner(StrEnum):
    """Whose limit it is: the organ's (a duty to act) or the resident's (a time to exercise a right)."""

    ORGAN = "organ"
    RESIDENT = "resident"


class StartsOn(StrEnum):
    """The act that starts a clock."""

    REGISTERED = "registered"
    ACCEPTED = "accepted"


class ClockKind(StrEnum):
    """Which duty a clock measures."""

    ACCEPTANCE = "acceptance"
    COMPLETION = "completion"


class BasisStatus(StrEnum):
    """How firmly a number stands: in a law, a standard, published practice, or this city's configuration."""

    LAW = "law"
    STANDARD = "standard"
    PRACTICE = "practice"
    CONFIGURATION = "configuration"


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
class Extension:
    """How a clock may be extended: by how much, how often, and who approves.

    ``max_length`` bounds each extension. ``consent`` names whose agreement must be on record beside the approval
    (``parties`` in people's mediation).
    """

    max_length: int
    unit: LengthUnit
    times: int
    approver_role: str
    basis_zh: str
    basis_en: str
    consent: str | None = None


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One limit of a procedure. ``id`` is its line in the policy table (P6); ``notice`` is what the resident gets."""

    kind: ClockKind
    id: str
    length: int
    unit: LengthUnit
    owner: Owner
    starts_on: StartsOn
    status: BasisStatus
    basis_zh: str
    basis_en: str
    extension: Extension | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class Forbidden:
    """An action that a procedure does not allow because a law says so."""

    action: str
    basis_zh: str
    basis_en: str


@dataclass(frozen=True, slots=True)
class Procedure:
    """A way of working a case, as one version of the data. A case keeps the version it began under."""

    code: str
    version: int
    valid_from: date
    name_zh: str
    name_en: str
    kinds: tuple[str, ...]
    basis_zh: str
    basis_en: str
    clocks: tuple[ClockRule, ...]
    petition_classes: tuple[str, ...] = ()
    forbids: tuple[Forbidden, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """When a clock falls due (UTC). ``due`` decides lateness; ``due_unrolled`` is the day before any roll."""

    due: datetime
    due_unrolled: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class PlannedClock:
    """A clock of one case, ready to be stored. ``rule`` is the rule's id, ``version`` the procedure's."""

    kind: ClockKind
    rule: str
    version: int
    owner: Owner
    basis_zh: str
    basis_en: str
    start: datetime
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


def plan(
    procedure: Procedure, starts_on: StartsOn, start: datetime, *, calendar: Calendar, tz: tzinfo
) -> tuple[PlannedClock, ...]:
    """The clocks of a procedure that begin with one act, in the order of the procedure's rules.

    ``start`` is the instant of the act (aware); ``calendar`` and ``tz`` are the city's. Only the local day matters to
    clocks in days, so one plan serves all cases of one procedure, day and act that have no hour clock.
    """
    return tuple(
        _planned(rule, procedure.version, start, due_at(rule.length, rule.unit, start, calendar=calendar, tz=tz))
        for rule in procedure.clocks
        if rule.starts_on is starts_on
    )


def extend(
    rule: ClockRule,
    current: Due,
    length: int,
    unit: LengthUnit,
    now: datetime,
    already_extended: int,
    *,
    approver_roles: Collection[str],
    calendar: Calendar,
    tz: tzinfo,
) -> Due:
    """The new due of a running clock, counted on from the unrolled end of the current period.

    ``already_extended`` is how often this clock was extended before; ``approver_roles`` are the roles the approver
    holds at the unit that handles the case. Extending is possible up to and including the second of ``current.due``
    (Regulation 34: the head of the handling organ, at most 30 days; approval after expiry is not foreseen).
    Raises ClockRefused, in this order: ``not_extendable``, ``expired``, ``already_extended``, ``wrong_approver``,
    ``wrong_unit``, ``bad_length``, ``too_long``.
    """
    extension = rule.extension
    if extension is None:
        raise ClockRefused("not_extendable", f"rule {rule.id} knows no extension")
    if now > current.due:
        raise ClockRefused("expired", f"the limit ran out at {current.due.isoformat()}; extend before it does")
    if already_extended >= extension.times:
        raise ClockRefused("already_extended", f"rule {rule.id} may be extended {extension.times} time(s)")
    if extension.approver_role not in approver_roles:
        raise ClockRefused("wrong_approver", f"an extension under {rule.id} needs the role {extension.approver_role}")
    if unit is not extension.unit:
        raise ClockRefused("wrong_unit", f"rule {rule.id} is extended in {extension.unit.value}s")
    if length > extension.max_length:
        raise ClockRefused("too_long", f"rule {rule.id} is extended by at most {extension.max_length} {unit.value}s")
    longer = due_at(length, unit, current.due_unrolled, calendar=calendar, tz=tz)
    return Due(max(longer.due, current.due), longer.due_unrolled, longer.provisional)


def revise(told: Due, new: Due, owner: Owner) -> Due:
    """What holds when a due date is computed again, for instance when a year's holidays are published.

    A resident's own limit never moves earlier than the date told; an organ's never later. Whether the result is still
    provisional follows from the new computation.
    """
    keep_told = told.due >= new.due if owner is Owner.RESIDENT else told.due <= new.due
    held = told if keep_told else new
    return Due(held.due, held.due_unrolled, new.provisional)


def choose_procedure(
    kind: str,
    petition_class: str | None = None,
    urgency: str | None = None,
    complexity: str | None = None,
    simple: bool = False,
) -> str:
    """The code of the procedure a new case runs under.

    A petition goes by its class; ``simple`` asks for the simple procedure, which is open to appeals and suggestions and
    never to accusations. A dispute goes by ``complexity``, a request by ``urgency`` (both default to ordinary).
    Raises ClockRefused ``unknown_procedure`` when the words do not name one.
    """
    if kind == "petition" and petition_class in ("appeal", "suggestion", "accusation"):
        return "simple" if simple and petition_class != "accusation" else petition_class
    if kind == "dispute" and (degree := complexity or "ordinary") in ("simple", "ordinary", "complex"):
        return f"centre_dispute_{degree}"
    if kind == "request" and (degree := urgency or "ordinary") in ("emergency", "utility", "ordinary", "difficult"):
        return f"request_{degree}"
    if kind == "event":
        return "grid_event"
    raise ClockRefused(
        "unknown_procedure",
        f"no procedure for kind {kind!r}, class {petition_class!r}, urgency {urgency!r}, complexity {complexity!r}",
    )


def _planned(rule: ClockRule, version: int, start: datetime, due: Due) -> PlannedClock:
    return PlannedClock(
        kind=rule.kind,
        rule=rule.id,
        version=version,
        owner=rule.owner,
        basis_zh=rule.basis_zh,
        basis_en=rule.basis_en,
        start=start,
        due=due.due,
        due_unrolled=due.due_unrolled,
        provisional=due.provisional,
    )


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

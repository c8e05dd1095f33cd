"""The limits of a procedure: which clocks begin with which act, how far they may be extended, which procedure applies. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum

from app.deadlines.rules.calendar import Calendar, ClockRefused, Due, LengthUnit, due_at, later_by_days
from app.deadlines.rules.ladder import EscalationPolicy, Owner, first


class StartsOn(StrEnum):
    """The act that starts a clock."""

    REGISTERED = "registered"
    ACCEPTED = "accepted"
    OFFERED = "offered"
    RETURNED = "returned"
    DISPUTED = "disputed"
    DISCOVERED = "discovered"
    SERVED = "served"
    CLOSED = "closed"
    EFFECTIVE = "effective"
    OBLIGATION_DUE = "obligation_due"
    CALLED = "called"


class ClockKind(StrEnum):
    """Which duty a clock measures."""

    ACCEPTANCE = "acceptance"
    COMPLETION = "completion"
    SIGN_FOR = "sign_for"
    OBJECTION = "objection"
    RETURN_RULING = "return_ruling"
    COMPETENCE = "competence"
    REPORT = "report"
    APPLY_REVIEW = "apply_review"
    EVALUATION = "evaluation"
    PERFORMANCE = "performance"
    CONFIRMATION = "confirmation"
    EMERGENCY = "emergency"
    ARRIVAL = "arrival"


# What was agreed binds whatever becomes of the case: these run on when its other clocks are stopped.
OUTLIVING = frozenset({ClockKind.PERFORMANCE, ClockKind.CONFIRMATION})


class BasisStatus(StrEnum):
    """How firmly a number stands: in a law, a standard, published practice, or this city's configuration."""

    LAW = "law"
    STANDARD = "standard"
    PRACTICE = "practice"
    CONFIGURATION = "configuration"


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
class Returns:
    """How often a case may be returned (退单), by one unit and altogether, before the dispatcher's ruling is all there is."""

    per_unit: int
    per_case: int


@dataclass(frozen=True, slots=True)
class Procedure:
    """A way of working a case, as one version of the data. A case keeps the version it began under, also one that takes
    no new cases from the day ``withdrawn_from`` on. Without ``kinds`` it is a duty beside a case, with limits of its own."""

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
    pauses: tuple[str, ...] = ()
    ladder: EscalationPolicy = field(default_factory=EscalationPolicy)
    returns: Returns | None = None
    withdrawn_from: date | None = None


@dataclass(frozen=True, slots=True)
class PlannedClock:
    """A clock of one case, ready to be stored. ``rule`` is the rule's id, ``version`` the procedure's.

    ``level`` and ``next_at`` (UTC) say where on the escalation policy it stands and when to look at it.
    """

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
    level: int
    next_at: datetime


def plan(
    procedure: Procedure, starts_on: StartsOn, start: datetime, *, calendar: Calendar, tz: tzinfo
) -> tuple[PlannedClock, ...]:
    """The clocks of a procedure that begin with one act, in the order of the procedure's rules.

    ``start`` is the instant of the act (aware); ``calendar`` and ``tz`` are the city's. Only the local day matters to
    clocks in days, so one plan serves all cases of one procedure, day and act that have no hour clock.
    """
    return tuple(
        _planned(procedure, rule, start, calendar, tz) for rule in procedure.clocks if rule.starts_on is starts_on
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
    (Regulation 34: the head of the handling authority, at most 30 days; approval after expiry is not foreseen).
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


def paused(current: Due, began: datetime, ended: datetime, *, calendar: Calendar, tz: tzinfo) -> Due:
    """The due of a clock whose procedure does not count the days from ``began`` to ``ended``, both local days left out.

    Regulation 36 (2): the time of a hearing in re-review is not counted. No other pause is known to the Regulation.
    """
    days = (ended.astimezone(tz).date() - began.astimezone(tz).date()).days + 1
    return later_by_days(current, days, calendar=calendar, tz=tz)


def revise(told: Due, new: Due, owner: Owner) -> Due:
    """What holds when a due date is computed again, for instance when a year's holidays are published.

    A resident's own limit never moves earlier than the date told; an authority's never later. Whether the result is still
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


def _planned(procedure: Procedure, rule: ClockRule, start: datetime, calendar: Calendar, tz: tzinfo) -> PlannedClock:
    due = due_at(rule.length, rule.unit, start, calendar=calendar, tz=tz)
    level, next_at = first(procedure.ladder, rule.owner, start, due.due, calendar=calendar, tz=tz)
    return PlannedClock(
        kind=rule.kind,
        rule=rule.id,
        version=procedure.version,
        owner=rule.owner,
        basis_zh=rule.basis_zh,
        basis_en=rule.basis_en,
        start=start,
        due=due.due,
        due_unrolled=due.due_unrolled,
        provisional=due.provisional,
        level=level,
        next_at=next_at,
    )

"""Reading the reference files into the dataclasses of the rules, with every entry checked.

Nothing here touches a database. Each reader takes the path of one file (of one calendar) and raises ReferenceDataError,
which names the file and the entry, when something in it is missing, unknown or contradictory.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from app.cases.rules import Route
from app.core.errors import Words
from app.deadlines import rules as deadlines
from app.routing import rules as routing
from seeds.reference.entries import Entry, existing, load_file, read_list
from seeds.reference.entries import ReferenceDataError as ReferenceDataError

FOLDER = Path(__file__).parent
CATEGORIES = FOLDER / "categories.yaml"
DISPUTE_KINDS = FOLDER / "dispute_kinds.yaml"
PROCEDURES = FOLDER / "procedures.yaml"
ROUTING = FOLDER / "routing.yaml"
CALENDARS = FOLDER / "calendar"

URGENCIES = ("emergency", "utility", "ordinary", "difficult")
COMPLEXITIES = ("simple", "ordinary", "complex")
HOTLINE_CLASSES = ("enquiry", "help", "complaint", "report", "suggestion")
LIMIT_UNITS = ("hour", "calendar_day", "working_day", "calendar_month", "year")
# What no checklist asks about: cases are managed here, not people.
NEVER_ASKED = (
    *("民族", "宗教", "信仰", "政治", "党员", "前科", "犯罪记录", "违法记录", "评分", "打分", "积分", "信用分", "画像"),
    *("重点人员", "biometric"),
    *("ethnic", "religio", "politic", "party member", "criminal record", "score", "scoring", "profil"),
)


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """A year whose days off are announced: the notice, when it was published, and what changed it later."""

    year: int
    source: str
    published: date | None
    amended: str | None


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day that differs from the plain week: a weekday off, or a weekend day worked."""

    day: date
    is_workday: bool
    name: str


def read_categories(path: Path = CATEGORIES) -> list[routing.Category]:
    """The categories of a file, in its order. Codes are unique and every kind has its ``other``."""
    found = read_list(path, "categories", "code", _category)
    for kind in routing.KINDS:
        if not any(category.code == f"other.{kind}" for category in found):
            raise ReferenceDataError(f"{path.name}: other.{kind} is missing")
    return found


def read_dispute_kinds(path: Path = DISPUTE_KINDS) -> list[routing.DisputeKind]:
    """The kinds of disputes of a file, in its order. Every category of disputes belongs to exactly one of them."""
    categories = read_categories()
    functions = frozenset(category.function for category in categories)
    procedures = frozenset(procedure.code for procedure in read_procedures() if "dispute" in procedure.kinds)
    parse = partial(_dispute_kind, functions=functions, procedures=procedures)
    found = read_list(path, "kinds", "code", parse, beside=("shared",))
    disputes, taken = {category.code for category in categories if "dispute" in category.kinds}, set[str]()
    for kind in found:
        if wrong := [code for code in kind.categories if code not in disputes or code in taken]:
            raise ReferenceDataError(f"{path.name}, {kind.code}: {wrong[0]} is no dispute's category, or taken twice")
        taken.update(kind.categories)
    if left := sorted(disputes - taken):
        raise ReferenceDataError(f"{path.name}: no kind takes {', '.join(left)}")
    return found


def read_procedures(path: Path = PROCEDURES) -> list[deadlines.Procedure]:
    """The procedures of a file, in its order. A code and version appear once; each has one clock of a kind at most."""
    top = load_file(path)
    ladders = {entry.take("name", str): entry.done(_ladder(entry)) for entry in top.entries("ladders")}
    return read_list(
        path, "procedures", "code", partial(_procedure, ladders=ladders), key=lambda p: f"{p.code} version {p.version}",
        beside=("ladders",),
    )  # fmt: skip


def read_routing_rules(path: Path = ROUTING) -> list[routing.Rule]:
    """The routing rules of a file; their rank is their place in it, in steps of ten. The last takes everything."""
    rules = read_list(path, "rules", "id", _routing_rule)
    last = rules[-1]
    if last.kind or last.petition_class or last.functions or last.categories != ("*",):
        raise ReferenceDataError(f"{path.name}, {last.id}: the last rule must match everything")
    if last.targets != (routing.Target(routing.UnitKind.INTAKE_DESK, routing.Tier.CITY),):
        raise ReferenceDataError(f"{path.name}, {last.id}: the last rule must lead to the city's intake desk")
    return rules


def read_calendar(name: str, folder: Path = CALENDARS) -> deadlines.Calendar:
    """A calendar by name, from ``NAME.yaml`` (its years) and ``NAME.csv`` (its days off the plain week).

    ``weekdays`` has no files: Monday to Friday, nothing to be announced.
    """
    if name == deadlines.WEEKDAYS.name:
        return deadlines.WEEKDAYS
    years = frozenset(year.year for year in read_calendar_years(name, folder))
    days = read_calendar_days(name, folder)
    if strays := sorted({day.day.year for day in days} - years):
        raise ReferenceDataError(f"{name}.csv: days of {strays} stand here, but {name}.yaml does not name these years")
    return deadlines.Calendar(name, years, {day.day: day.is_workday for day in days})


def read_calendar_years(name: str, folder: Path = CALENDARS) -> list[CalendarYear]:
    """The published years of a calendar, each with the source of its days."""
    top = load_file(folder / f"{name}.yaml")
    years = [
        entry.done(
            CalendarYear(
                year=entry.take("year", int),
                source=entry.take("source", str),
                published=entry.may("published", date),
                amended=entry.may("amended", str),
            )
        )
        for entry in top.entries("years")
    ]
    if not years or len({year.year for year in years}) != len(years):
        raise ReferenceDataError(f"{name}.yaml: years is empty or repeats a year")
    return top.done(years)


def read_calendar_days(name: str, folder: Path = CALENDARS) -> list[CalendarDay]:
    """The days of a calendar that differ from the plain week, in order."""
    path = folder / f"{name}.csv"
    days: list[CalendarDay] = []
    with existing(path).open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            day = _calendar_day(f"{path.name}, line {number}", row)
            if days and day.day <= days[-1].day:
                raise ReferenceDataError(f"{path.name}, line {number}: {day.day} is repeated or out of order")
            days.append(day)
    return days


def _category(entry: Entry, _number: int) -> routing.Category:
    category = routing.Category(
        code=entry.take("code", str),
        name_zh=entry.take("name_zh", str),
        name_en=entry.take("name_en", str),
        kinds=entry.words("kinds", routing.KINDS),
        urgency=entry.one_of("urgency", URGENCIES),
        complexity=entry.one_of("complexity", COMPLEXITIES),
        function=entry.take("function", str),
        hotline=entry.one_of("hotline", HOTLINE_CLASSES),
    )
    if not category.kinds:
        raise ReferenceDataError(f"{entry.where}: kinds is empty")
    if ("request" in category.kinds) != (category.urgency is not None):
        raise ReferenceDataError(f"{entry.where}: urgency belongs to categories of requests, and to all of them")
    if ("dispute" in category.kinds) != (category.complexity is not None):
        raise ReferenceDataError(f"{entry.where}: complexity belongs to categories of disputes, and to all of them")
    return category


def _dispute_kind(
    entry: Entry, _number: int, functions: frozenset[str], procedures: frozenset[str]
) -> routing.DisputeKind:
    confirmation, checklist = _needed(entry, "confirmation"), _needed(entry, "checklist")
    kind = routing.DisputeKind(
        code=entry.take("code", str),
        name=Words(entry.take("name_zh", str), entry.take("name_en", str)),
        categories=entry.words("categories"),
        procedure=entry.take("procedure", str),
        joint_talks_first=entry.take("joint_talks_first", bool),
        functions=entry.words("functions", functions),
        channels=tuple((c.choice("channel", routing.Mediation), _point(c)) for c in entry.entries("channels")),
        confirmable=confirmation.take("possible", bool),
        confirmation=_point(confirmation),
        methods=tuple((m.choice("step", routing.Step), _point(m)) for m in entry.entries("methods")),
        questions=_asked(checklist, "ask"),
        papers=_asked(checklist, "papers"),
        routes=tuple(_outside(route) for route in entry.entries("routes")),
    )
    checklist.done(kind)
    if kind.procedure not in procedures:
        raise ReferenceDataError(f"{entry.where}: procedure {kind.procedure!r} is no procedure of disputes")
    for name in ("categories", "functions", "channels", "methods", "routes"):
        if not getattr(kind, name):
            raise ReferenceDataError(f"{entry.where}: {name} is empty")
    return kind


def _needed(entry: Entry, name: str) -> Entry:
    found = entry.entry(name)
    if found is None:
        raise ReferenceDataError(f"{entry.where}: {name} is missing")
    return found


def _words(entry: Entry, prefix: str = "") -> Words:
    return Words(entry.take(f"{prefix}zh", str), entry.take(f"{prefix}en", str))


def _point(entry: Entry) -> routing.Point:
    """A point that says nothing of its ground is the practice of mediators; one of law names its article."""
    status = routing.Firmness(entry.one_of("status", tuple(routing.Firmness)) or routing.Firmness.PRACTICE)
    words, source = _words(entry), entry.may("source", str)
    basis = entry.may("basis_zh", str), entry.may("basis_en", str)
    if not all(basis) and (any(basis) or source or status is routing.Firmness.LAW):
        raise ReferenceDataError(f"{entry.where}: basis_zh and basis_en go together, and law and sources need both")
    ground = Words(basis[0], basis[1]) if basis[0] and basis[1] else None
    return entry.done(routing.Point(words, status, ground, source))


def _asked(checklist: Entry, name: str) -> tuple[Words, ...]:
    entries = checklist.entries(name)
    asked = tuple(item.done(_words(item)) for item in entries)
    if not asked:
        raise ReferenceDataError(f"{checklist.where}: {name} is empty")
    for item, words in zip(entries, asked, strict=True):
        text = f"{words.zh} {words.en}".lower()
        if found := [word for word in NEVER_ASKED if word in text]:
            raise ReferenceDataError(f"{item.where}: {found[0]!r} is never asked")
    return asked


def _outside(entry: Entry) -> routing.Outside:
    route = entry.one_of("route", tuple(Route))
    if route is None:
        raise ReferenceDataError(f"{entry.where}: route is missing")
    return routing.Outside(route, limit=_limit(entry.entry("limit")), point=_point(entry))


def _limit(entry: Entry | None) -> routing.Limit | None:
    if entry is None:
        return None
    unit = entry.one_of("unit", LIMIT_UNITS)
    if unit is None:
        raise ReferenceDataError(f"{entry.where}: unit is missing")
    return entry.done(routing.Limit(entry.length("length"), unit, _words(entry, "starts_")))


def _ladder(entry: Entry) -> deadlines.EscalationPolicy:
    share = entry.take("warn_share", float)
    if not 0 < share < 1:
        raise ReferenceDataError(f"{entry.where}: warn_share lies between 0 and 1, found {share}")
    escalate = entry.one_of("escalate", (deadlines.EscalationStep.BREACH, deadlines.EscalationStep.CRITICISE))
    return deadlines.EscalationPolicy(
        warn_working_days=entry.length("warn_working_days"),
        warn_share=share,
        urge_working_days=entry.length("urge_working_days"),
        criticise_working_days=entry.length("criticise_working_days"),
        hour=entry.length("hour"),
        round_the_clock=entry.may("round_the_clock", bool) or False,
        escalate=deadlines.EscalationStep(escalate) if escalate else None,
    )


def _procedure(entry: Entry, _number: int, ladders: Mapping[str, deadlines.EscalationPolicy]) -> deadlines.Procedure:
    clocks = tuple(_clock_rule(clock) for clock in entry.entries("clocks"))
    kinds = [clock.kind for clock in clocks]
    of_cases = entry.words("kinds", routing.KINDS)
    beside = clocks and not of_cases  # a duty beside a case completes nothing
    if kinds.count(deadlines.ClockKind.COMPLETION) != (0 if beside else 1) or len(set(kinds)) < len(kinds):
        raise ReferenceDataError(f"{entry.where}: one completion clock is needed, and no kind of clock twice")
    ladder = entry.one_of("ladder", ladders)
    if ladder is None:
        raise ReferenceDataError(f"{entry.where}: ladder is missing")
    returns = entry.entry("returns")
    return deadlines.Procedure(
        code=entry.take("code", str),
        version=entry.length("version"),
        valid_from=entry.take("valid_from", date),
        name_zh=entry.take("name_zh", str),
        name_en=entry.take("name_en", str),
        kinds=of_cases,
        petition_classes=entry.words("petition_classes", routing.PETITION_CLASSES),
        pauses=entry.words("pauses", ("hearing",)),
        basis_zh=entry.take("basis_zh", str),
        basis_en=entry.take("basis_en", str),
        clocks=clocks,
        forbids=tuple(
            item.done(
                deadlines.Forbidden(item.take("action", str), item.take("basis_zh", str), item.take("basis_en", str))
            )
            for item in entry.entries("forbids")
        ),
        ladder=ladders[ladder],
        returns=None if returns is None else _returns(returns),
    )


def _returns(entry: Entry) -> deadlines.Returns:
    return entry.done(deadlines.Returns(entry.length("per_unit"), entry.length("per_case")))


def _clock_rule(entry: Entry) -> deadlines.ClockRule:
    extension = entry.entry("extension")
    return entry.done(
        deadlines.ClockRule(
            kind=entry.choice("kind", deadlines.ClockKind),
            id=entry.take("rule", str),
            length=entry.length("length"),
            unit=entry.choice("unit", deadlines.LengthUnit),
            owner=entry.choice("owner", deadlines.Owner),
            starts_on=entry.choice("starts_on", deadlines.StartsOn),
            status=entry.choice("status", deadlines.BasisStatus),
            basis_zh=entry.take("basis_zh", str),
            basis_en=entry.take("basis_en", str),
            notice=entry.may("notice", str),
            extension=None if extension is None else _extension(extension),
        )
    )


def _extension(entry: Entry) -> deadlines.Extension:
    return entry.done(
        deadlines.Extension(
            max_length=entry.length("max_length"),
            unit=entry.choice("unit", deadlines.LengthUnit),
            times=entry.length("times"),
            approver_role=entry.take("approver_role", str),
            consent=entry.may("consent", str),
            basis_zh=entry.take("basis_zh", str),
            basis_en=entry.take("basis_en", str),
        )
    )


def _routing_rule(entry: Entry, number: int) -> routing.Rule:
    match = entry.entry("match") or Entry(f"{entry.where}, match", {})
    rule = routing.Rule(
        id=entry.take("id", str),
        rank=number * 10,
        kind=match.one_of("kind", routing.KINDS),
        petition_class=match.one_of("petition_class", routing.PETITION_CLASSES),
        categories=match.words("categories") or ("*",),
        functions=match.words("functions"),
        targets=tuple(_target(target) for target in entry.entries("to")),
        reason_zh=entry.take("reason_zh", str),
        reason_en=entry.take("reason_en", str),
    )
    if not rule.targets:
        raise ReferenceDataError(f"{entry.where}: to is empty")
    return match.done(rule)


def _target(entry: Entry) -> routing.Target:
    target = routing.Target(
        kind=entry.choice("unit", routing.UnitKind),
        tier=entry.choice("tier", routing.Tier),
        function=entry.may("function", str),
    )
    if target.function and target.kind is not routing.UnitKind.DEPARTMENT:
        raise ReferenceDataError(f"{entry.where}: only a department has a function")
    return entry.done(target)


def _calendar_day(where: str, row: Mapping[str, str]) -> CalendarDay:
    try:
        worked = {"true": True, "false": False}[row["is_workday"]]
        return CalendarDay(date.fromisoformat(row["date"]), worked, row["name"])
    except (KeyError, ValueError, TypeError) as error:
        raise ReferenceDataError(f"{where}: expected date, is_workday (true or false) and name, found {row}") from error

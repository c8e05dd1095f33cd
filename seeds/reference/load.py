"""Reading the reference files into the dataclasses of the rules, with every entry checked.

Nothing here touches a database. Each reader takes the path of one file (of one calendar) and raises ReferenceDataError,
which names the file and the entry, when something in it is missing, unknown or contradictory.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TypeVar

import yaml

from app.deadlines import rules as deadlines
from app.routing import rules as routing

FOLDER = Path(__file__).parent
CATEGORIES = FOLDER / "categories.yaml"
PROCEDURES = FOLDER / "procedures.yaml"
ROUTING = FOLDER / "routing.yaml"
CALENDARS = FOLDER / "calendar"

URGENCIES = ("emergency", "utility", "ordinary", "difficult")
COMPLEXITIES = ("simple", "ordinary", "complex")
HOTLINE_CLASSES = ("enquiry", "help", "complaint", "report", "suggestion")

Parsed = TypeVar("Parsed")
Choice = TypeVar("Choice", bound=StrEnum)


class ReferenceDataError(ValueError):
    """A reference file says something that cannot be used. The text names the file, the entry and what is wrong."""


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


class _Entry:
    """One mapping of a file, read field by field; what is left unread at the end is an unknown field."""

    def __init__(self, where: str, fields: object) -> None:
        if not isinstance(fields, Mapping):
            raise ReferenceDataError(f"{where}: expected fields, found {fields!r}")
        self.where = where
        self._left = dict(fields)

    def name_by(self, label: str, file: str) -> str:
        """Calls the entry by one of its fields from here on; the field stays to be read."""
        code = self.take(label, str)
        self._left[label] = code
        self.where = f"{file}, {code}"
        return code

    def take(self, name: str, kind: type[Parsed]) -> Parsed:
        value = self.may(name, kind)
        if value is None:
            raise ReferenceDataError(f"{self.where}: {name} is missing")
        return value

    def may(self, name: str, kind: type[Parsed]) -> Parsed | None:
        value = self._left.pop(name, None)
        if value is None or (isinstance(value, kind) and not (kind is int and isinstance(value, bool))):
            return value
        raise ReferenceDataError(f"{self.where}: {name} should be of type {kind.__name__}, found {value!r}")

    def choice(self, name: str, choices: type[Choice]) -> Choice:
        value = self.one_of(name, tuple(choices))
        if value is None:
            raise ReferenceDataError(f"{self.where}: {name} is missing")
        return choices(value)

    def one_of(self, name: str, known: Iterable[str]) -> str | None:
        value = self.may(name, str)
        if value is not None and value not in set(known):
            raise ReferenceDataError(f"{self.where}: {name} {value!r} is not one of {', '.join(known)}")
        return value

    def words(self, name: str, known: Iterable[str] | None = None) -> tuple[str, ...]:
        values = self.may(name, list) or []
        for value in values:
            if not isinstance(value, str) or (known is not None and value not in set(known)):
                raise ReferenceDataError(f"{self.where}: {name} holds {value!r}, which is not known")
        return tuple(values)

    def length(self, name: str) -> int:
        value = self.take(name, int)
        if value < 1:
            raise ReferenceDataError(f"{self.where}: {name} must be at least 1, found {value}")
        return value

    def entries(self, name: str) -> list["_Entry"]:
        return [_Entry(f"{self.where}, {name} {n}", item) for n, item in enumerate(self.may(name, list) or [], 1)]

    def entry(self, name: str) -> "_Entry | None":
        fields = self.may(name, dict)
        return None if fields is None else _Entry(f"{self.where}, {name}", fields)

    def done(self, result: Parsed) -> Parsed:
        if self._left:
            raise ReferenceDataError(f"{self.where}: unknown field {', '.join(map(str, self._left))}")
        return result


def read_categories(path: Path = CATEGORIES) -> list[routing.Category]:
    """The categories of a file, in its order. Codes are unique and every kind has its ``other``."""
    found = _read_list(path, "categories", "code", _category)
    for kind in routing.KINDS:
        if not any(category.code == f"other.{kind}" for category in found):
            raise ReferenceDataError(f"{path.name}: other.{kind} is missing")
    return found


def read_procedures(path: Path = PROCEDURES) -> list[deadlines.Procedure]:
    """The procedures of a file, in its order. A code and version appear once; each has one clock of a kind at most."""
    top = _load(path)
    ladders = {entry.take("name", str): entry.done(_ladder(entry)) for entry in top.entries("ladders")}
    return _read_list(
        path, "procedures", "code", partial(_procedure, ladders=ladders), key=lambda p: f"{p.code} version {p.version}",
        beside=("ladders",),
    )  # fmt: skip


def read_routing_rules(path: Path = ROUTING) -> list[routing.Rule]:
    """The routing rules of a file; their rank is their place in it, in steps of ten. The last takes everything."""
    rules = _read_list(path, "rules", "id", _routing_rule)
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
    top = _load(folder / f"{name}.yaml")
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
    with _existing(path).open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            day = _calendar_day(f"{path.name}, line {number}", row)
            if days and day.day <= days[-1].day:
                raise ReferenceDataError(f"{path.name}, line {number}: {day.day} is repeated or out of order")
            days.append(day)
    return days


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise ReferenceDataError(f"{path.name}: there is no such file")
    return path


def _load(path: Path) -> _Entry:
    try:
        return _Entry(path.name, yaml.safe_load(_existing(path).read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise ReferenceDataError(f"{path.name}: not valid YAML: {error}") from error


def _read_list(
    path: Path,
    name: str,
    label: str,
    parse: Callable[[_Entry, int], Parsed],
    key: Callable[[Parsed], str] | None = None,
    beside: Sequence[str] = (),
) -> list[Parsed]:
    top = _load(path)
    for read_before in beside:
        top.may(read_before, list)
    found: dict[str, Parsed] = {}
    for number, entry in enumerate(top.entries(name), 1):
        code = entry.name_by(label, path.name)
        parsed = entry.done(parse(entry, number))
        unique = code if key is None else key(parsed)
        if unique in found:
            raise ReferenceDataError(f"{entry.where}: {unique} appears twice")
        found[unique] = parsed
    if not found:
        raise ReferenceDataError(f"{path.name}: {name} is empty")
    return top.done(list(found.values()))


def _category(entry: _Entry, _number: int) -> routing.Category:
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


def _ladder(entry: _Entry) -> deadlines.Ladder:
    share = entry.take("warn_share", float)
    if not 0 < share < 1:
        raise ReferenceDataError(f"{entry.where}: warn_share lies between 0 and 1, found {share}")
    escalate = entry.one_of("escalate", (deadlines.Rung.BREACH, deadlines.Rung.CRITICISE))
    return deadlines.Ladder(
        warn_working_days=entry.length("warn_working_days"),
        warn_share=share,
        urge_working_days=entry.length("urge_working_days"),
        criticise_working_days=entry.length("criticise_working_days"),
        hour=entry.length("hour"),
        round_the_clock=entry.may("round_the_clock", bool) or False,
        escalate=deadlines.Rung(escalate) if escalate else None,
    )


def _procedure(entry: _Entry, _number: int, ladders: Mapping[str, deadlines.Ladder]) -> deadlines.Procedure:
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


def _returns(entry: _Entry) -> deadlines.Returns:
    return entry.done(deadlines.Returns(entry.length("per_unit"), entry.length("per_case")))


def _clock_rule(entry: _Entry) -> deadlines.ClockRule:
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


def _extension(entry: _Entry) -> deadlines.Extension:
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


def _routing_rule(entry: _Entry, number: int) -> routing.Rule:
    match = entry.entry("match") or _Entry(f"{entry.where}, match", {})
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


def _target(entry: _Entry) -> routing.Target:
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

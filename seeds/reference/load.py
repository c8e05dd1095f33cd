"""Reading the reference files into the dataclasses of the rules, with every entry checked.

Nothing here touches a database. Each reader takes the path of one file (of one calendar) and raises ReferenceDataError,
which names the file and the entry, when something in it is missing, unknown or contradictory.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from app.deadlines import rules as deadlines
from app.routing import rules as routing
from seeds.reference.entries import (
    CalendarYear,
    CalendarYears,
    CategoryFile,
    DisputeKindFile,
    ProcedureFile,
    RoutingFile,
)

FOLDER = Path(__file__).parent
CATEGORIES = FOLDER / "categories.yaml"
DISPUTE_KINDS = FOLDER / "dispute_kinds.yaml"
PROCEDURES = FOLDER / "procedures.yaml"
ROUTING = FOLDER / "routing.yaml"
CALENDARS = FOLDER / "calendar"

File = TypeVar("File", bound=BaseModel)


class ReferenceDataError(ValueError):
    """A reference file says something that cannot be used. The text names the file, the entry and what is wrong."""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day that differs from the plain week: a weekday off, or a weekend day worked."""

    day: date
    is_workday: bool
    name: str


def read(path: Path) -> Any:
    """What a YAML file says, read by the C library: PyYAML's own Python takes ten times as long."""
    with path.open("rb") as file:
        return yaml.load(file, yaml.CSafeLoader)


def read_yaml(path: Path, model: type[File]) -> File:
    """What a YAML file says, as its model."""
    try:
        given = read(_existing(path))
        return model.model_validate(given)
    except yaml.YAMLError as error:
        raise ReferenceDataError(f"{path.name}: not valid YAML: {error}") from error
    except ValidationError as error:
        wrong = [
            f"{_place(path.name, given, fault['loc'])}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        ]
        raise ReferenceDataError("\n".join(wrong)) from error


def read_categories(path: Path = CATEGORIES) -> list[routing.Category]:
    """The categories of a file, in its order. Codes are unique and every kind has its ``other``."""
    return [routing.Category(**dict(category)) for category in read_yaml(path, CategoryFile).categories]


def read_dispute_kinds(path: Path = DISPUTE_KINDS) -> list[routing.DisputeKind]:
    """The kinds of disputes of a file, in its order. Every category of disputes belongs to exactly one of them."""
    found = [kind.rule() for kind in read_yaml(path, DisputeKindFile).kinds]
    categories = read_categories()
    functions = {category.function for category in categories}
    procedures = {procedure.code for procedure in read_procedures() if "dispute" in procedure.kinds}
    left = {category.code for category in categories if "dispute" in category.kinds}
    for kind in found:
        where = f"{path.name}, {kind.code}"
        if kind.procedure not in procedures:
            raise ReferenceDataError(f"{where}: procedure {kind.procedure!r} is no procedure of disputes")
        if unknown := [function for function in kind.functions if function not in functions]:
            raise ReferenceDataError(f"{where}: functions holds {unknown[0]!r}, which is not known")
        if wrong := [code for code in kind.categories if code not in left]:
            raise ReferenceDataError(f"{where}: {wrong[0]} is no dispute's category, or taken twice")
        left -= set(kind.categories)
    if left:
        raise ReferenceDataError(f"{path.name}: no kind takes {', '.join(sorted(left))}")
    return found


def read_procedures(path: Path = PROCEDURES) -> list[deadlines.Procedure]:
    """The procedures of a file, in its order. A code and version appear once; each has one clock of a kind at most."""
    file = read_yaml(path, ProcedureFile)
    ladders = {one.name: deadlines.EscalationPolicy(**one.model_dump(exclude={"name"})) for one in file.ladders}
    return [deadlines.Procedure(**{**dict(p), "ladder": ladders[p.ladder]}) for p in file.procedures]


def read_routing_rules(path: Path = ROUTING) -> list[routing.Rule]:
    """The routing rules of a file; their rank is their place in it, in steps of ten. The last takes everything."""
    return [rule.rule(number * 10) for number, rule in enumerate(read_yaml(path, RoutingFile).rules, 1)]


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


def read_calendar_years(name: str, folder: Path = CALENDARS) -> Sequence[CalendarYear]:
    """The published years of a calendar, each with the source of its days."""
    return read_yaml(folder / f"{name}.yaml", CalendarYears).years


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


def _place(file: str, given: Any, where: Sequence[int | str]) -> str:
    """Where in a file something stands: an entry of a list by its code, or else by its number from 1."""
    words, inside = [file], given
    for step in where:
        if isinstance(step, int):
            inside = inside[step]
            code = _code(inside)
            words[-1] = code or f"{words[-1]} {step + 1}"
        else:
            inside = inside.get(step) if isinstance(inside, dict) else None
            words.append(step)
    return ", ".join(words)


def _code(entry: Any) -> str | None:
    labels = ("code", "id", "name")
    return next((str(entry[label]) for label in labels if label in entry), None) if isinstance(entry, dict) else None


def _calendar_day(where: str, row: Mapping[str, str]) -> CalendarDay:
    try:
        worked = {"true": True, "false": False}[row["is_workday"]]
        return CalendarDay(date.fromisoformat(row["date"]), worked, row["name"])
    except (KeyError, ValueError, TypeError) as error:
        raise ReferenceDataError(f"{where}: expected date, is_workday (true or false) and name, found {row}") from error

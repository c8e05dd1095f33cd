"""The lives that are lived once, as year.yaml tells them: for every kind of matter and category one that goes well, for
every kind each other fate.

A script is what a client sends and when, at a place of its own; names, titles and addresses are marks that every copy
replaces by its own. All begin in one week without holidays.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from app.cases.rules import TRANSITIONS, Channel, PartyRole, Result, Route, Satisfaction
from app.deadlines.rules import choose_procedure
from app.notices.rules import NoticeKind
from app.routing.rules import Category
from seeds.hohhot.wording import texts
from seeds.reference.entries import Entry, Some
from seeds.reference.load import read_categories, read_yaml
from seeds.year.time import LOCAL

MONDAY = datetime(2026, 3, 2, tzinfo=LOCAL)
EXTERNAL = "mark-"  # how the source's numbers begin here
OFFICE_CHANNELS = ("window", "letter")
FILE = Path(__file__).parent / "year.yaml"


def _said(path: str) -> str:
    """The text of texts.yaml that stands at a path."""
    found: Any = texts()
    try:
        for part in path.split("."):
            found = found[int(part) if isinstance(found, list) else part]
    except (LookupError, TypeError) as error:
        raise ValueError(f"texts.yaml says nothing at {path}") from error
    return str(found)


def _taken(action: str) -> str:
    if action not in (*TRANSITIONS, "rate"):
        raise ValueError(f"{action} is no action")
    return action


Moment = Annotated[datetime, AfterValidator(lambda at: at.replace(tzinfo=LOCAL))]


@dataclass(frozen=True, slots=True)
class Step:
    """An action and its instant, with what it needs; `case` counts the reports of one life.

    `text` is the reply, the reason or the proof. `sign_for` is left out where nothing is offered. `kind` names the notice
    that is served where it is not the one of the result; `into` counts the report that this one is merged into.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    action: Annotated[str, AfterValidator(_taken)]
    at: Moment
    case: int = 0
    text: Annotated[str, AfterValidator(_said)] | None = None
    result: Result | Satisfaction | None = None
    route: Route | None = None
    outcome: Literal["served", "waived", "attempted"] | None = None
    method: Literal["phone", "sms", "in_person", "posted", "none"] | None = None
    article: str | None = None
    kind: NoticeKind | None = None
    days: int | None = None
    into: int | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """A life to be lived: `bodies` as clients send them, `desks` the post or machine each comes from, `steps` in order.

    `weight` is its part of the year's lives. `season` are the months in which nearly all fall, `setting` is urban, rural
    or any.
    """

    name: str
    category: Category
    procedure: str
    bodies: tuple[dict[str, Any], ...]
    desks: tuple[str, ...]
    registered: tuple[datetime, ...]
    steps: tuple[Step, ...]
    home: str
    weight: float
    season: tuple[int, ...]
    setting: str

    @property
    def acts(self) -> list[Step]:
        """Registrations and steps in order."""
        filed = [Step("register", at, case) for case, at in enumerate(self.registered)]
        return sorted([*filed, *self.steps], key=lambda step: step.at)


class ReportEntry(Entry):
    """A report of a life."""

    at: Moment
    channel: Channel
    desk: str
    location: dict[str, object] = Field(default_factory=dict)
    parties: tuple[PartyRole, ...] = ()
    concerns: tuple[dict[str, str], ...] = ()
    not_to: tuple[dict[str, str], ...] = ()


class LifeEntry(Entry):
    """A life of year.yaml."""

    life: tuple[str, str, str]
    weight: float | None = None
    setting: Literal["urban", "rural", "any"] | None = None
    home: str
    reports: Some[ReportEntry]
    steps: Some[Step]


class YearFile(Entry):
    """year.yaml: what has a share is lived, and the other way round."""

    shares: dict[str, float]
    fates: dict[str, dict[str, float]]
    places: list[object]
    lives: Some[LifeEntry]

    @model_validator(mode="after")
    def _shared_out(self) -> Self:
        told = {(group, fate) for group in self.shares for fate in self.fates[group]}
        lived = {(one.life[0], one.life[2]) for one in self.lives if one.weight is None}
        if told != lived:
            raise ValueError(f"have a share or a life, but not both: {sorted(told ^ lived)}")
        return self


def mark(what: str, case: int) -> str:
    """What stands in a script for a text or a name of the copy."""
    return f"⟦{what}{case}⟧"


def scripts(file: Path = FILE) -> list[Script]:
    """All of them; raises ReferenceDataError that names the life in which something is unknown."""
    year, entries, numbers = read_yaml(file, YearFile), texts()["categories"], count()
    categories = {category.code: category for category in read_categories()}
    whole: dict[tuple[str, str], float] = {}
    for group, code, fate in (one.life for one in year.lives):
        whole[group, fate] = whole.get((group, fate), 0) + entries[code].get("weight", 1)
    found = []
    for one in year.lives:
        group, code, fate = one.life
        category, entry = categories[code], entries[code]
        share = year.shares[group] * year.fates[group].get(fate, 0) / 100
        found.append(
            Script(
                f"{group} {code} {fate}", category,
                choose_procedure(*_kind(group), category.urgency, category.complexity, group == "simple"),
                tuple(_body(one, case, report, numbers) for case, report in enumerate(one.reports)),
                tuple(report.desk for report in one.reports), tuple(report.at for report in one.reports), one.steps, one.home,
                one.weight or share * entry.get("weight", 1) / whole[group, fate], tuple(entry.get("season", ())),
                one.setting or entry.get("setting", "any"),
            )
        )  # fmt: skip
    return found


def _kind(group: str) -> tuple[str, str | None]:
    if group in ("request", "event", "dispute"):
        return group, None
    return "petition", "appeal" if group == "simple" else group


def _body(one: LifeEntry, case: int, report: ReportEntry, numbers: Iterator[int]) -> dict[str, Any]:
    """The report as a client would post it."""
    group, category, _ = one.life
    kind, petition_class = _kind(group)
    address = {} if group == "accusation" else {"address": mark("address", case)}
    body: dict[str, Any] = {
        "kind": kind, "petition_class": petition_class, "category": category, "channel": report.channel,
        "title": mark("title", case), "description": mark("description", case), "simple": group == "simple",
        "location": {**address, **report.location}, "concerns": report.concerns, "not_to": report.not_to,
        "parties": [_party(role, case, number) for number, role in enumerate(report.parties)],
    }  # fmt: skip
    if report.channel in ("hotline", "partner"):
        body["source"] = {"system": "12345", "external_id": f"{EXTERNAL}{next(numbers)}"}
    return body


def _party(role: str, case: int, number: int) -> dict[str, str]:
    party = {"role": role, "name": mark(f"name{number}_", case)}
    return party if role == "respondent" else {**party, "phone": f"13800{case:03d}{number:03d}"}

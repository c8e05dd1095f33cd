"""The lives that are lived once: for every kind of matter and category one that goes well, for every kind each other fate.

A script is what a client sends and when, at a place of its own; names, titles and addresses are marks that every copy
replaces by its own. All begin in one week without holidays.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import count, cycle, islice
from random import Random
from typing import Any

from app.deadlines.rules import choose_procedure
from app.routing.rules import Category
from seeds.hohhot.chance import between, pick, pick_weighted, stream
from seeds.hohhot.records import City
from seeds.hohhot.wording import texts
from seeds.reference.load import read_categories
from seeds.year.courses import YEAR, Fate, Matter, Step, course, drawn, merging
from seeds.year.time import LOCAL

MONDAY = datetime(2026, 3, 2, tzinfo=LOCAL)
MACHINE = "hotline-12345"
SOURCE = "12345"
# Where scripts are lived: a cell whose community has a centre of its own, and one whose township serves it.
HOMES = ("150102001001001", "150125101001001")
EXTERNAL = "mark-"  # how the source's numbers begin here

OFFICE_CHANNELS = ("window", "letter")
_LESSER = 2  # lives of each rarer fate, of as many categories
_OF_AN_INCIDENT = 7
_INCIDENT_SHARE = 1.5


@dataclass(frozen=True, slots=True)
class Script:
    """A life to be lived: `bodies` as clients send them, `desks` the post or machine each comes from, `steps` in order.

    `weight` is its part of the year's lives. `season` are the months in which nearly all fall, `setting` is urban, rural
    or any.
    """

    name: str
    group: str
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


def mark(what: str, case: int) -> str:
    """What stands in a script for a text or a name of the copy."""
    return f"⟦{what}{case}⟧"


def scripts(city: City, seed: int = 1) -> list[Script]:
    """All of them, the same for every city of this seed."""
    written = _Writer(city, seed)
    found = [
        written.script(group, category, fate, weight)
        for group in YEAR["shares"]
        for fate, category, weight in _lives(group, stream(seed, "lives", group))
    ]
    by_code = {category.code: category for category in read_categories()}
    return [*found, *(written.incident(by_code[code]) for code in YEAR["incidents"])]


def _lives(group: str, chance: Random) -> Iterator[tuple[Fate, Category, float]]:
    """Fate, category and weight: each category closes, the rarer fates go round them."""
    categories, weights = group_categories(group)
    order = sorted(range(len(categories)), key=lambda _: chance.random())
    going_round = cycle(order)
    for fate, share in YEAR["fates"][group].items():
        number = {Fate.CLOSED: len(order), Fate.LATE: len(order) // 4 + 1}.get(fate, _LESSER)
        chosen = order if fate is Fate.CLOSED else list(islice(going_round, min(number, len(order))))
        whole = sum(weights[n] for n in chosen)
        for n in chosen:
            yield Fate(fate), categories[n], YEAR["shares"][group] * share / 100 * weights[n] / whole


@cache
def group_categories(group: str) -> tuple[tuple[Category, ...], tuple[float, ...]]:
    """The categories that texts.yaml can write a report of this group for, with their weights."""
    needed = {"dispute": "disputes", "suggestion": "proposals"}.get(group, "matters")
    entries = texts()["categories"]
    kind = group if group in ("request", "event", "dispute") else "petition"
    if group == "accusation":
        chosen = [category for category in read_categories() if category.code == "conduct.service"]
    else:
        chosen = [c for c in read_categories() if kind in c.kinds and needed in entries.get(c.code, {})]
    if group == "simple":
        chosen = chosen[::8]
    return tuple(chosen), tuple(float(entries[category.code].get("weight", 1)) for category in chosen)


class _Writer:
    """Writes scripts at their homes."""

    def __init__(self, city: City, seed: int) -> None:
        self._seed = seed
        self._numbers = count()
        self._complaints = self._located = 0
        self._units = {unit.code for unit in city.units}
        self._clerks: dict[str, list[str]] = {}
        for post in city.posts:
            if post.role == "window_clerk":
                self._clerks.setdefault(post.unit, []).append(post.id)
        self._middles = {
            cell.code: cell.boundary.representative_point() for cell in city.cells if cell.code in HOMES
        }  # fmt: skip
        west, south, _, _ = city.areas[0].boundary.bounds
        self._outside = (round(west, 6), round(south, 6))

    def script(self, group: str, category: Category, fate: Fate, weight: float) -> Script:
        """One life of one report."""
        chance = stream(self._seed, "script", group, category.code, fate.value)
        kind, petition_class = _kind(group)
        entry = texts()["categories"][category.code]
        setting = entry.get("setting", "any")
        channel = drawn(chance, YEAR["channels"]["accusation" if group == "accusation" else kind])
        home = HOMES[setting == "any" and chance.random() < 0.1]
        at = _moment(channel, chance)
        body = self._body(group, category, channel, home, 0, chance)
        procedure = choose_procedure(kind, petition_class, category.urgency, category.complexity, group == "simple")
        matter = Matter(
            kind, petition_class, category.code, procedure, at,
            nobody_to_answer=not body["parties"] and kind != "event",
        )  # fmt: skip
        return Script(
            f"{group} {category.code} {fate.value}", group, category, procedure, (body,),
            (self._desk(channel, home, chance),), (at,), course(matter, fate, chance), home, weight,
            tuple(entry.get("season", ())), setting,
        )  # fmt: skip

    def incident(self, category: Category) -> Script:
        """Many reports of one outage within hours; the later ones are merged into the first."""
        chance = stream(self._seed, "incident", category.code)
        entry = texts()["categories"][category.code]
        procedure = choose_procedure("request", None, category.urgency, category.complexity, False)
        start = MONDAY + timedelta(days=int(between(chance, 0, 5)), seconds=int(between(chance, 6, 13) * 3600))
        home = HOMES[0]
        registered = [
            start + timedelta(minutes=20 * n, seconds=int(between(chance, 0, 900))) for n in range(_OF_AN_INCIDENT)
        ]
        matter = Matter("request", None, category.code, procedure, start, nobody_to_answer=False)
        steps = [*course(matter, Fate.CLOSED, chance)]
        steps = [
            _no_sooner(step, registered[-1] + timedelta(hours=3)) if step.action in _ENDING else step for step in steps
        ]
        channels = [drawn(chance, YEAR["channels"]["request"]) for _ in registered]
        bodies = [self._body("request", category, channel, home, n, chance) for n, channel in enumerate(channels)]
        for case in range(1, _OF_AN_INCIDENT):
            steps += merging(registered[case], case, chance)
        return Script(
            f"incident {category.code}", "request", category, procedure, tuple(bodies),
            tuple(self._desk(channel, home, chance) for channel in channels), tuple(registered),
            tuple(sorted(steps, key=lambda step: step.at)), home, _INCIDENT_SHARE / len(YEAR["incidents"]) / _OF_AN_INCIDENT,
            tuple(entry.get("season", ())), "urban",
        )  # fmt: skip

    def _body(
        self, group: str, category: Category, channel: str, home: str, case: int, chance: Random
    ) -> dict[str, Any]:
        """The report as a client would post it."""
        kind, petition_class = _kind(group)
        body: dict[str, Any] = {
            "kind": kind, "petition_class": petition_class, "category": category.code, "channel": channel,
            "title": mark("title", case), "description": mark("description", case), "simple": group == "simple",
            "location": self._location(group, channel, home, case, chance), "parties": _parties(group, channel, case, chance),
            "concerns": self._concerns(group, category, home), "not_to": self._not_to(kind, home, chance),
        }  # fmt: skip
        if channel in ("hotline", "partner"):
            body["source"] = {"system": SOURCE, "external_id": f"{EXTERNAL}{next(self._numbers)}"}
        return body

    def _location(self, group: str, channel: str, home: str, case: int, chance: Random) -> dict[str, Any]:
        if group == "accusation":
            return {"area": home[:6]}
        where: dict[str, Any] = {"address": mark("address", case)}
        lot = chance.random()
        if channel in ("grid_worker", "app", "partner") or lot < 0.45:
            middle = self._middles[home]
            where |= _point((middle.x, middle.y), round(between(chance, 4, 40), 1))
            self._located += group == "request"
            if group == "request" and self._located % 16 == 1:  # a few lie outside the city
                where |= _point(self._outside, 50.0)
        elif lot < 0.82:
            where["cell"] = home
        elif lot < 0.92:
            where["area"] = home[: 12 if lot < 0.86 else 9 if lot < 0.90 else 6]
        return where

    def _desk(self, channel: str, home: str, chance: Random) -> str:
        """Who takes the report: the cell's worker, the petition office, a window nearby, or the machine."""
        if channel in ("hotline", "app", "partner"):
            return MACHINE
        if channel == "grid_worker":
            return f"{home}.grid_worker"
        if channel == "letter":
            return f"P{home[:6]}.window_clerk.1"
        windows = [f"C{home[:digits]}" for digits in (12, 9, 9, 6)]
        return pick(chance, self._clerks[pick(chance, [unit for unit in windows if unit in self._units])])

    def _concerns(self, group: str, category: Category, home: str) -> list[dict[str, str]]:
        """Complaints about service name the city's centre or that of the township, or say it in words.

        An accusation goes above whom it names, and to the city where it names nobody; what concerns the city's centre is
        left to the intake desk.
        """
        if category.code != "conduct.service" or group == "suggestion":
            return []
        said = {"text": "某办事窗口"}, {"unit": f"C{home[:9]}"}, {"unit": f"C{home[:4]}00"}
        self._complaints += 1
        return [said[self._complaints % 2 if group == "accusation" else -self._complaints % 3]]

    def _not_to(self, kind: str, home: str, chance: Random) -> list[dict[str, str]]:
        """Now and then someone wishes that the nearest centre is left out of a dispute."""
        own = f"C{home[:12]}"
        return [{"unit": own}] if kind == "dispute" and own in self._units and chance.random() < 0.02 else []


_ENDING = ("conclude", "serve", "close")


def _no_sooner(step: Step, at: datetime) -> Step:
    return replace(
        step, at=step.at + max(timedelta(), at - step.at) + timedelta(minutes=10 * _ENDING.index(step.action))
    )


def _kind(group: str) -> tuple[str, str | None]:
    if group in ("request", "event", "dispute"):
        return group, None
    return "petition", "appeal" if group == "simple" else group


def _point(place: tuple[float, float], accuracy_m: float) -> dict[str, Any]:
    return {"point": {"type": "Point", "coordinates": place}, "crs": "WGS84", "accuracy_m": accuracy_m}


def _moment(channel: str, chance: Random) -> datetime:
    """A second of the week: office hours at windows, most of the day elsewhere, the night now and then."""
    days = YEAR["weekdays"][: 5 if channel in OFFICE_CHANNELS else 7]
    day = pick_weighted(chance, range(len(days)), days)
    if channel in OFFICE_CHANNELS:
        hour = between(chance, 8.5, 11.8) if chance.random() < 0.6 else between(chance, 14.0, 17.4)
    elif chance.random() < 0.06:
        hour = between(chance, 0.0, 7.0)
    else:
        hour = 7.0 + 16.9 * (chance.random() + chance.random()) / 2.0
    return MONDAY + timedelta(days=day, seconds=int(hour * 3600.0))


def _parties(group: str, channel: str, case: int, chance: Random) -> list[dict[str, str]]:
    """Who brings it and against whom; names are marks. Events name nobody, except now and then who asks for help."""
    if group == "event":
        return [_party("affected", case)] if chance.random() < 0.04 else []
    if group == "accusation" and chance.random() < 0.4:
        return []
    if group == "request" and channel in ("app", "grid_worker") and chance.random() < 0.15:
        return []
    roles = ["petitioner"]
    if group == "dispute":
        roles.append("respondent")
    if group == "appeal" and chance.random() < 0.05:
        roles += ["representative"] * int(between(chance, 1, 6))
    if group not in ("request", "event") and chance.random() < 0.03:
        roles.append("agent")
    return [_party(role, case, n) for n, role in enumerate(roles)]


def _party(role: str, case: int, number: int = 0) -> dict[str, str]:
    party = {"role": role, "name": mark(f"name{number}_", case)}
    return party if role == "respondent" else {**party, "phone": f"13800{case:03d}{number:03d}"}

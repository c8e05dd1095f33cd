"""When, where and about what the demo reports come in: the bare facts, before anybody has written a word.

Spread over a year with its weekdays, office hours and seasons, over the cells by residents; and a few incidents, many
reports of one outage within hours and one community, whose later reports are merged into the first.
"""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from app.routing.rules import Category
from seeds.hohhot.chance import between, pick, pick_weighted, stream
from seeds.hohhot.records import Cell
from seeds.hohhot.wording import texts
from seeds.reference.load import read_categories

LOCAL = ZoneInfo("Asia/Shanghai")
YEAR = timedelta(days=365)

_KINDS = (("request", 52.0), ("event", 16.0), ("dispute", 20.0), ("petition", 12.0))
_CHANNELS = {
    "request": (("hotline", 46.0), ("app", 22.0), ("grid_worker", 14.0), ("window", 10.0), ("partner", 8.0)),
    "event": (("grid_worker", 97.0), ("app", 3.0)),
    "dispute": (("window", 52.0), ("grid_worker", 16.0), ("hotline", 16.0), ("app", 10.0), ("letter", 6.0)),
    "petition": (("window", 42.0), ("letter", 28.0), ("app", 20.0), ("hotline", 10.0)),
    "accusation": (("letter", 60.0), ("app", 25.0), ("window", 15.0)),
}
_CLASSES = (("appeal", 78.0), ("suggestion", 19.0), ("accusation", 3.0))
_OFFICE_CHANNELS = ("window", "letter")
_WEEKEND_SHARE = 0.6
_OUT_OF_SEASON_SHARE = 0.06

_INCIDENTS = 26
_RECENT_INCIDENTS = 4
# Matters of a county's department: its head may merge what many report.
_INCIDENT_CATEGORIES = ("heating.outage", "water.outage", "power.outage", "gas.supply", "water.quality")
_MERGED_SHARE = 0.45


@dataclass(frozen=True, slots=True)
class Occurrence:
    """`incident` numbers the incident a report belongs to, if any; `joins` says that it is merged into the first."""

    received_at: datetime
    kind: str
    petition_class: str | None
    category: Category
    channel: str
    cell: Cell
    incident: int | None = None
    joins: bool = False


def occurrences(cells: Sequence[Cell], *, as_of: date, seed: int, count: int) -> list[Occurrence]:
    """`count` occurrences of the 365 days before `as_of`, by time."""
    found = _incidents(cells, as_of, seed)
    chance = stream(seed, "occurrences", as_of)
    places = _Places(cells)
    while len(found) < count:
        found.append(_single(places, as_of, chance))
    return sorted(found[:count], key=lambda one: (one.received_at, one.cell.code, one.category.code))


class _Places:
    """Cells to draw from in proportion to their residents, by the setting of a category."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        urban = [cell for cell in cells if is_urban(cell)]
        rural = [cell for cell in cells if not is_urban(cell)]
        self._lots = {
            setting: (members, list(accumulate(cell.residents for cell in members)))
            for setting, members in (("urban", urban), ("rural", rural), ("any", list(cells)))
        }

    def draw(self, setting: str, chance: Random) -> Cell:
        members, running = self._lots[setting]
        return members[bisect(running, int(chance.random() * running[-1]))]


def is_urban(cell: Cell) -> bool:
    """Whether the cell belongs to a residents' committee (serial 001-199) rather than to a village."""
    return int(cell.community[9:]) < 200


def _pick_pair(chance: Random, pairs: Sequence[tuple[str, float]]) -> str:
    return pick_weighted(chance, [name for name, _ in pairs], [weight for _, weight in pairs])


@cache
def _categories(kind: str, petition_class: str | None) -> tuple[tuple[Category, ...], tuple[float, ...]]:
    """The categories that texts.yaml can write a report of this kind for, with their weights."""
    needed = {"dispute": "disputes", "suggestion": "proposals"}.get(petition_class or kind, "matters")
    entries = texts()["categories"]
    if petition_class == "accusation":
        chosen = [category for category in read_categories() if category.code == "conduct.service"]
    else:
        chosen = [c for c in read_categories() if kind in c.kinds and needed in entries.get(c.code, {})]
    return tuple(chosen), tuple(float(entries[category.code].get("weight", 1)) for category in chosen)


def _single(places: _Places, as_of: date, chance: Random) -> Occurrence:
    kind = _pick_pair(chance, _KINDS)
    petition_class = _pick_pair(chance, _CLASSES) if kind == "petition" else None
    category = pick_weighted(chance, *_categories(kind, petition_class))
    entry = texts()["categories"][category.code]
    channel = _pick_pair(chance, _CHANNELS["accusation" if petition_class == "accusation" else kind])
    day = _day(as_of, entry.get("season"), channel, chance)
    cell = places.draw(entry.get("setting", "any"), chance)
    return Occurrence(_moment(day, channel, chance), kind, petition_class, category, channel, cell)


def _day(as_of: date, season: list[int] | None, channel: str, chance: Random) -> date:
    """A day of the year before `as_of`; windows and letters only on weekdays."""
    while True:
        day = as_of - timedelta(days=1 + int(chance.random() * YEAR.days))
        weekend = day.weekday() >= 5
        if weekend and (channel in _OFFICE_CHANNELS or chance.random() > _WEEKEND_SHARE):
            continue
        if season and day.month not in season and chance.random() > _OUT_OF_SEASON_SHARE:
            continue
        return day


def _moment(day: date, channel: str, chance: Random) -> datetime:
    """A second of the day: office hours at windows, most of the day elsewhere, the night now and then."""
    if channel in _OFFICE_CHANNELS:
        hour = between(chance, 8.5, 11.8) if chance.random() < 0.6 else between(chance, 14.0, 17.4)
    elif chance.random() < 0.06:
        hour = between(chance, 0.0, 7.0)
    else:
        hour = 7.0 + 16.9 * (chance.random() + chance.random()) / 2.0
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL) + timedelta(seconds=int(hour * 3600.0))


def _incidents(cells: Sequence[Cell], as_of: date, seed: int) -> list[Occurrence]:
    """Outages that many residents report within eight hours; the last few in the days before `as_of`."""
    chance = stream(seed, "incidents", as_of)
    urban = _Places(cells)
    by_code = {category.code: category for category in read_categories()}
    of_community: dict[str, list[Cell]] = {}
    for cell in cells:
        of_community.setdefault(cell.community, []).append(cell)
    found: list[Occurrence] = []
    for number in range(_INCIDENTS):
        recent = number < _RECENT_INCIDENTS
        code = pick(chance, _INCIDENT_CATEGORIES[1:3] if recent else _INCIDENT_CATEGORIES)
        season = None if recent else texts()["categories"][code].get("season")
        day = as_of - timedelta(days=1 + number) if recent else _day(as_of, season, "hotline", chance)
        start = datetime(day.year, day.month, day.day, tzinfo=LOCAL) + timedelta(hours=between(chance, 6, 13))
        start = start.replace(microsecond=0)
        nearby = of_community[urban.draw("urban", chance).community]
        for k in range(int(between(chance, 8, 22))):
            at = start if k == 0 else start + timedelta(seconds=int(between(chance, 300, 8 * 3600)))
            channel = _pick_pair(chance, _CHANNELS["request"])
            joins = k > 0 and chance.random() < _MERGED_SHARE
            found.append(Occurrence(at, "request", None, by_code[code], channel, pick(chance, nearby), number, joins))
    return found

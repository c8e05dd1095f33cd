"""The demo reports: twenty thousand invented matters of the year before a date, each with what became of it.

Pure: the same city, date and seed give the same reports on every machine. Names and telephone numbers are put together
by rule and belong to nobody on purpose: every number is 1380000 and four digits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from math import fsum
from random import Random
from uuid import UUID

import shapely

from app.deadlines.rules import choose_procedure
from seeds.hohhot.chance import between, pick, stream
from seeds.hohhot.lives import DemoStep, Matter, live
from seeds.hohhot.occurrences import LOCAL, Occurrence, is_urban, occurrences
from seeds.hohhot.records import Area, Cell, City
from seeds.hohhot.staff import invented_name
from seeds.hohhot.wording import place_and_address, title_and_description

REPORTS = 20_000
_OUTSIDE_THE_CITY = 30
_HOTLINE_SYSTEM = "12345"
_MACHINE = "hotline-12345"
_INDOORS = (
    "heating", "gas", "property", "housing", "neighbour", "family", "marriage", "loan", "pension", "insurance",
    "welfare",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoParty:
    """Someone who takes part; name and telephone are invented."""

    role: str
    name: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class DemoConcern:
    """Whom a matter is about: a unit's code, or words."""

    unit: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class DemoReport:
    """A report as it came in, and `steps`: what became of it.

    Place: `point` (lon, lat in degrees WGS84, with `accuracy_m`), or `cell` or `area` as chosen by a person, or none of
    them and `address` alone. Registered by the holder of `post`, or by `machine` with its key. `id` is a UUIDv7 of the
    instant of registration. `merged_into` is the id of an earlier report.
    """

    id: UUID
    kind: str
    petition_class: str | None
    category: str
    channel: str
    title: str
    description: str
    address: str | None
    point: tuple[float, float] | None
    accuracy_m: float | None
    cell: str | None
    area: str | None
    parties: tuple[DemoParty, ...]
    concerns: tuple[DemoConcern, ...]
    not_to: tuple[str, ...]
    simple: bool
    source_system: str | None
    external_id: str | None
    post: str | None
    machine: str | None
    received_at: datetime
    steps: tuple[DemoStep, ...]

    @property
    def merged_into(self) -> UUID | None:
        """The report this one was merged into, if it was."""
        return next((step.into for step in self.steps if step.action == "merge"), None)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a report says it is; the words are for the title and the address."""

    words: str
    address: str | None
    point: tuple[float, float] | None = None
    accuracy_m: float | None = None
    cell: str | None = None
    area: str | None = None


def demo_reports(city: City, *, as_of: date, seed: int = 1, count: int = REPORTS) -> Iterator[DemoReport]:
    """`count` reports by time, received within the 365 days before `as_of`.

    Nothing happens at or after 00:00 of `as_of` (Asia/Shanghai): loaded on that day, no report and no step lies in the
    future. A report is merged only into one that comes before it.
    """
    midnight = datetime(as_of.year, as_of.month, as_of.day, tzinfo=LOCAL)
    writer = _Writer(city)
    first_of_incident: dict[int, UUID] = {}
    for number, occurrence in enumerate(occurrences(city.cells, as_of=as_of, seed=seed, count=count)):
        chance = stream(seed, "report", as_of, number)
        report_id = _uuid7(occurrence.received_at, number, chance)
        into = None
        if occurrence.incident is not None:
            first = first_of_incident.setdefault(occurrence.incident, report_id)
            into = first if occurrence.joins else None
        outside = number % (count // _OUTSIDE_THE_CITY or count) == 7
        yield writer.write(occurrence, report_id, number, chance, until=midnight, into=into, outside=outside)


class _Writer:
    """Writes reports about one city."""

    def __init__(self, city: City) -> None:
        self._areas: dict[str, Area] = {area.code: area for area in city.areas}
        self._units = {unit.code for unit in city.units}
        self._clerks: dict[str, list[str]] = {}
        for post in city.posts:
            if post.role == "window_clerk":
                self._clerks.setdefault(post.unit, []).append(post.id)
        self._outline = city.areas[0].boundary

    def write(
        self, what: Occurrence, report_id: UUID, number: int, chance: Random, *, until: datetime, into: UUID | None,
        outside: bool,
    ) -> DemoReport:  # fmt: skip
        """One report with its life."""
        place = self._place(what, chance, outside=outside)
        title, description = title_and_description(
            what.kind, what.petition_class, what.category.code, what.channel, place.words, chance
        )
        parties = _parties(what, chance)
        simple = what.petition_class == "appeal" and chance.random() < 0.15
        procedure = choose_procedure(
            what.kind, what.petition_class, what.category.urgency, what.category.complexity, simple
        )
        from_machine = what.channel in ("hotline", "app", "partner")
        numbered = what.channel in ("hotline", "partner")
        matter = Matter(
            what.kind, what.petition_class, what.category.code, procedure, what.received_at,
            nobody_to_answer=not parties and what.kind != "event",
            first_of_incident=what.incident is not None and into is None,
        )  # fmt: skip
        return DemoReport(
            id=report_id, kind=what.kind, petition_class=what.petition_class, category=what.category.code,
            channel=what.channel, title=title, description=description, address=place.address, point=place.point,
            accuracy_m=place.accuracy_m, cell=place.cell, area=place.area, parties=parties,
            concerns=self._concerns(what, chance), not_to=self._not_to(what, chance), simple=simple,
            source_system=_HOTLINE_SYSTEM if numbered else None,
            external_id=f"{what.received_at:%Y%m%d}-{number:06d}" if numbered else None,
            post=None if from_machine else self._registrar(what, chance),
            machine=_MACHINE if from_machine else None,
            received_at=what.received_at, steps=live(matter, chance, until=until, merge_into=into),
        )  # fmt: skip

    def _place(self, what: Occurrence, chance: Random, *, outside: bool) -> _Place:
        cell = what.cell
        community = self._areas[cell.community].name.removesuffix("居民委员会").removesuffix("村民委员会")
        county = self._areas[cell.code[:6]]
        if what.petition_class == "accusation":
            return _Place(county.name, None, area=county.code)
        indoors = what.category.code.split(".")[0] in _INDOORS
        words, address = place_and_address(county.name, community, is_urban(cell), indoors, chance)
        if outside and what.channel != "grid_worker":
            return _Place(words, "呼和浩特市外环路旁，具体位置见坐标", _outside(self._outline, chance), 50.0)
        lot = chance.random()
        if what.channel in ("grid_worker", "app", "partner") or lot < 0.45:
            return _Place(words, address, _inside(cell, chance), round(between(chance, 4, 40), 1))
        if lot < 0.82:
            return _Place(words, address, cell=cell.code)
        if lot < 0.90:
            return _Place(words, address, area=cell.community if lot < 0.87 else cell.code[:9])
        return _Place(words, address)

    def _registrar(self, what: Occurrence, chance: Random) -> str:
        """The post of whoever took the report: the cell's worker, the petition office, or a window nearby."""
        cell = what.cell
        if what.channel == "grid_worker":
            return f"{cell.code}.grid_worker"
        if what.channel == "letter":
            return f"P{cell.code[:6]}.window_clerk.1"
        windows = [f"C{cell.code[:digits]}" for digits in (12, 9, 9, 6)]
        return pick(chance, self._clerks[pick(chance, [unit for unit in windows if unit in self._units])])

    def _concerns(self, what: Occurrence, chance: Random) -> tuple[DemoConcern, ...]:
        """Complaints about service name a centre or a department of the place, or say it in words."""
        if what.category.code != "conduct.service" or what.petition_class == "suggestion":
            return ()
        lot = chance.random()
        if lot < 0.35:
            return (DemoConcern(text="某办事窗口"),)
        functions = ("housing", "hrss", "market", "natural", "civil")
        if lot < 0.7:
            return (DemoConcern(unit=f"D{what.cell.code[:6]}_{pick(chance, functions)}"),)
        return (DemoConcern(unit=f"C{what.cell.code[:9]}"),)

    def _not_to(self, what: Occurrence, chance: Random) -> tuple[str, ...]:
        """Now and then someone wishes that the nearest centre is left out of a dispute."""
        own = f"C{what.cell.community}"
        return (own,) if what.kind == "dispute" and own in self._units and chance.random() < 0.02 else ()


def _parties(what: Occurrence, chance: Random) -> tuple[DemoParty, ...]:
    """Who brings it and against whom. Events name nobody, except now and then someone who asks for help."""
    if what.kind == "event":
        return (_party("affected", chance),) if chance.random() < 0.01 else ()
    if what.petition_class == "accusation" and chance.random() < 0.4:
        return ()
    if what.kind == "request" and what.channel in ("app", "grid_worker") and chance.random() < 0.15:
        return ()
    parties = [_party("petitioner", chance)]
    if what.kind == "dispute":
        parties.append(_party("respondent", chance))
    if what.petition_class == "appeal" and chance.random() < 0.05:
        parties += [_party("representative", chance) for _ in range(int(between(chance, 1, 6)))]
    if what.kind != "request" and chance.random() < 0.03:
        parties.append(_party("agent", chance))
    return tuple(parties)


def _party(role: str, chance: Random) -> DemoParty:
    name = invented_name(int(chance.random() * 2**52))
    known = role != "respondent" or chance.random() < 0.5
    return DemoParty(role, name, f"1380000{int(chance.random() * 10_000):04d}" if known else None)


def _inside(cell: Cell, chance: Random) -> tuple[float, float]:
    """A point inside a cell, degrees WGS84: cells are convex, so a weighted mean of all corners is inside."""
    corners = shapely.get_coordinates(cell.boundary)[:-1].tolist()
    weights = [chance.random() + 0.01 for _ in corners]
    lon = fsum(w * x for w, (x, _) in zip(weights, corners, strict=True)) / fsum(weights)
    lat = fsum(w * y for w, (_, y) in zip(weights, corners, strict=True)) / fsum(weights)
    return round(lon, 6), round(lat, 6)


def _outside(outline: shapely.Polygon, chance: Random) -> tuple[float, float]:
    """A point near the city but in none of its cells, degrees WGS84."""
    west, south, east, north = outline.bounds
    while True:
        lon, lat = round(between(chance, west, east), 6), round(between(chance, south, north), 6)
        if not outline.intersects(shapely.Point(lon, lat)):
            return lon, lat


def _uuid7(at: datetime, number: int, chance: Random) -> UUID:
    """A UUIDv7 of an instant: milliseconds, then 12 bits that count (so ids sort as the reports do), the rest drawn."""
    drawn = int(chance.random() * 2**31) << 31 | int(chance.random() * 2**31)
    return UUID(int=int(at.timestamp()) * 1000 << 80 | 7 << 76 | number % 4096 << 64 | 2 << 62 | drawn)

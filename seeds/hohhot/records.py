"""What the demo city is made of. Frozen rows, in the order in which they may be inserted."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from shapely import Polygon

from app.units.schemas import UnitOut as Unit


@dataclass(frozen=True, slots=True)
class Area:
    """An area of one of the four tiers. Boundary: EPSG:4326, lon/lat, the exact union of the cells below."""

    code: str
    name: str
    name_en: str
    tier: str
    parent: str | None
    official: bool
    households: int
    residents: int
    boundary: Polygon
    source: str
    synthetic: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """A comprehensive grid cell; its code is the community's plus a serial. Boundary: EPSG:4326, lon/lat.

    `centre` is the unit that serves it: the community's centre, or the township's where the community has none.
    """

    code: str
    community: str
    centre: str
    name: str
    households: int
    residents: int
    boundary: Polygon
    source: str
    synthetic: bool = True


@dataclass(frozen=True, slots=True)
class Staff:
    """An invented member of staff. `login` names the account; nobody here is a real person."""

    id: UUID
    login: str
    name: str
    unit: str
    full_time: bool = True


@dataclass(frozen=True, slots=True)
class Post:
    """A seat: a role in a unit, for an area. `staff` holds it."""

    id: str
    staff: UUID
    unit: str
    role: str
    area: str


@dataclass(frozen=True, slots=True)
class CellWorker:
    """The one primary worker of a cell."""

    cell: str
    staff: UUID


@dataclass(frozen=True, slots=True)
class CastMember:
    """One of the people whom tests, demo and docs call by login. `post` is a post of the city."""

    login: str
    staff: UUID
    name: str
    post: str
    role: str
    unit: str
    area: str
    who_zh: str
    who_en: str


@dataclass(frozen=True, slots=True)
class Machine:
    """A partner system that brings cases with an API key; `source_system` names the system whose ids it may bring."""

    id: str
    name: str
    name_en: str
    unit: str
    area: str
    role: str
    source_system: str


@dataclass(frozen=True, slots=True)
class City:
    """The whole demo city. Areas run from the city down, units from parents to children, all else by code."""

    seed: int
    areas: tuple[Area, ...]
    cells: tuple[Cell, ...]
    units: tuple[Unit, ...]
    staff: tuple[Staff, ...]
    posts: tuple[Post, ...]
    cell_workers: tuple[CellWorker, ...]
    cast: tuple[CastMember, ...]
    machines: tuple[Machine, ...]


def paths(rows: Iterable[Area | Unit]) -> dict[str, str]:
    """code → ltree path, from the top down to itself; parents come before their children."""
    found: dict[str, str] = {}
    for row in rows:
        found[row.code] = f"{found[row.parent]}.{row.code}" if row.parent else row.code
    return found

"""Boundary files and code lists into a city, through the same actions as everything else."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import shapely
from pyproj import Geod

from app.areas import actions as areas
from app.areas.actions import AreaRow
from app.areas.queries import CityFacts, list_areas
from app.core.database import Connection
from app.grids import actions as grids
from app.grids.actions import CellRow
from app.grids.rules import Finding, PartitionLaw
from app.routing import actions as routing
from app.units.queries import list_units
from geo.boundaries import Boundaries, Boundary
from geo.codes import CodedArea

ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
EVERYTHING = 10_000_000


@dataclass(frozen=True, slots=True)
class CellFields:
    """Which attribute of a boundary file says what of a cell; `area` is the code that all cells lie in, if one does."""

    name: str | None = None
    area_field: str | None = None
    area: str | None = None
    households: str | None = None
    residents: str | None = None

    def names(self) -> list[str]:
        """The attributes to read."""
        return [f for f in (self.name, self.area_field, self.households, self.residents) if f]


async def holds_from(conn: Connection, given: datetime | None) -> datetime:
    """From when loaded boundaries hold: as given, else always, which replaces what was loaded before.

    Raises ValueError where cases have been filed and no day was given: a new map must not pass for the old one.
    """
    if given is None and await conn.fetchval("select exists (select from cases)"):
        raise ValueError("cases are filed in this city: say from which day the new boundaries hold (--since DATE)")
    return given or ALWAYS


async def load_cells(
    conn: Connection, city: CityFacts, read: Boundaries, fields: CellFields, *, since: datetime
) -> list[Finding]:
    """Load comprehensive cells under the city's partition law; returns what the coverage check found.

    Raises ValueError for codes that do not fit the profile or areas that do not exist, Invalid (with `findings`) where
    the law is enforced and broken. The caller's transaction then leaves nothing behind.
    """
    pattern = city.profile.code_pattern["cell"]
    if strange := [row.code for row in read.rows if not re.fullmatch(pattern, row.code)]:
        raise ValueError(f"cell codes that do not fit {pattern} of the city's profile: {', '.join(strange[:20])}")
    known = await list_areas(
        conn, tier=None, parent=None, after="", limit=EVERYTHING, at=datetime.now(UTC), geometry=False
    )
    parents = {area.code: area.parent for area in known}
    places = {row.code: _place(row, fields, city) for row in read.rows}
    if unknown := sorted({place for place in places.values() if place not in parents}):
        raise ValueError(f"there is no area {', '.join(unknown[:20])}: load the areas first, or mend the file")
    units = await list_units(conn, kind="centre", area=None, after="", limit=EVERYTHING)
    centres = {unit.area: unit.code for unit in units}
    rows = [
        CellRow(
            row.code, places[row.code], _nearest(places[row.code], parents, centres),
            row.attributes.get(fields.name or "") or row.code, row.wkb, _number(row, fields.households),
            _number(row, fields.residents), False, read.source,
        )
        for row in read.rows
    ]  # fmt: skip
    given = city.profile.household_band
    band = (given.least, given.most) if given else None
    findings = await grids.load_cells(conn, rows, since=since, law=PartitionLaw(city.profile.partition_law), band=band)
    await conn.execute("analyze cell, cell_version")  # an import may follow at once
    return findings


def _place(row: Boundary, fields: CellFields, city: CityFacts) -> str:
    if fields.area_field:
        place = row.attributes[fields.area_field]
        if place is None:
            raise ValueError(f"cell {row.code} has no area in {fields.area_field}")
        return place
    if fields.area:
        return fields.area
    if city.profile.tiers != ("city",):
        raise ValueError("say which area each cell lies in: --area-field FIELD, or --area CODE for all of them")
    return city.code


def _nearest(area: str, parents: Mapping[str, str | None], centres: Mapping[str, str]) -> str:
    """The centre of the area, else of the nearest tier above that has one."""
    place: str | None = area
    while place is not None:
        if place in centres:
            return centres[place]
        place = parents[place]
    raise ValueError(f"neither {area} nor an area above it has a centre")


def _number(row: Boundary, field: str | None) -> int | None:
    text = row.attributes[field] if field else None
    if text is None:
        return None
    if not text.isdigit():
        raise ValueError(f"cell {row.code}: {field} holds {text!r} where a whole number belongs")
    return int(text)


@dataclass(frozen=True, slots=True)
class LoadedAreas:
    """How many areas came in by (tier, official, with boundary), and the square kilometres that the map covers."""

    counts: Counter[tuple[str, bool, bool]]
    square_kilometres: float


async def load_areas(
    conn: Connection, city: CityFacts, coded: Sequence[CodedArea], read: Boundaries, *, since: datetime
) -> LoadedAreas:
    """Load the listed areas, with the boundary of those that the map holds; the city gets the union of them.

    Routes are compiled anew. Raises ValueError for a boundary whose code is in no list.
    """
    shapes = {row.code: row.shape for row in read.rows}
    if unlisted := sorted(shapes.keys() - {area.code for area in coded}):
        raise ValueError(f"boundaries of areas that no code list holds: {', '.join(unlisted[:20])}")
    whole = _whole(shapes.values())
    paths = {city.code: city.code}
    rows = [_row(city.code, "city", None, city.code, city.name, True, whole, read.source)]
    for area in coded:
        paths[area.code] = f"{paths[area.parent]}.{area.code}"
        rows.append(
            _row(area.code, area.tier, area.parent, paths[area.code], area.name, area.official,
                 shapes.get(area.code), read.source)
        )  # fmt: skip
    await areas.load(conn, rows, since=since)
    await routing.recompile(conn)
    await conn.execute("analyze area, area_version, route")
    counts = Counter((area.tier, area.official, area.code in shapes) for area in coded)
    return LoadedAreas(counts, _square_kilometres(whole))


def _row(
    code: str, tier: str, parent: str | None, path: str, name: str, official: bool, shape: Any, source: str
) -> AreaRow:
    boundary = None if shape is None else shapely.to_wkb(shape)
    said = f"code list; boundary from {source}" if boundary else "code list; no boundary published"
    return AreaRow(code, tier, parent, path, name, official, boundary, None, None, False, said)


def _whole(shapes: Any) -> Any:
    union = shapely.union_all(list(shapes))
    return shapely.multipolygons(shapely.get_parts([union])) if not union.is_empty else None


def _square_kilometres(shape: Any) -> float:
    return 0.0 if shape is None else abs(Geod(ellps="WGS84").geometry_area_perimeter(shape)[0]) / 1e6

"""Loading cells as a whole, with the coverage laws checked in the same transaction, and naming their workers."""

import itertools
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import shapely
from pyproj import Geod
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from app.core.database import Connection
from app.core.errors import Invalid
from app.grids.rules import Finding, PartitionLaw, out_of_band

GAP_WIDTH = 1e-5  # degrees, about a metre: a narrower slit between neighbours is a gap
SLIVER = 0.01  # square metres: below that two boundaries are the same line, written twice
_EARTH = Geod(ellps="WGS84")
Polygons: TypeAlias = Sequence[BaseGeometry]
Codes: TypeAlias = Sequence[str]
Townships: TypeAlias = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class CellRow:
    """One cell to load. `boundary` is WKB, EPSG:4326, lon/lat; `area` the community (or nearest tier) it lies in."""

    code: str
    area: str
    centre: str
    name: str
    boundary: bytes
    households: int | None = None
    residents: int | None = None
    synthetic: bool = False
    source: str = ""


async def load_cells(
    conn: Connection, rows: Sequence[CellRow], *, since: datetime, law: PartitionLaw, band: tuple[int, int] | None
) -> list[Finding]:
    """Replace the live comprehensive cells by `rows`, valid from `since`; returns what the coverage check found.

    Within a township the cells must be a planar partition (no gap, no overlap) and keep the household band where the
    law is `enforced`: then any finding raises Invalid and the caller's transaction leaves nothing behind.
    """
    await conn.executemany(
        "insert into cell (code, city, county, township, community, path, centre)"
        " select $1, ltree2text(subpath(a.path, 0, 1)),"
        " case when nlevel(a.path) > 1 then ltree2text(subpath(a.path, 1, 1)) end,"
        " case when nlevel(a.path) > 2 then ltree2text(subpath(a.path, 2, 1)) end,"
        " case when nlevel(a.path) > 3 then ltree2text(subpath(a.path, 3, 1)) end,"
        " a.path || text2ltree($1), $3 from area a where a.code = $2"
        " on conflict (code) do update set centre = excluded.centre, path = excluded.path, city = excluded.city,"
        " county = excluded.county, township = excluded.township, community = excluded.community",
        [(r.code, r.area, r.centre) for r in rows],
    )
    await conn.execute("delete from cell_version where lower(valid) >= $1", since)
    await conn.execute(
        "update cell_version set valid = tstzrange(lower(valid), $1) where valid @> $1::timestamptz", since
    )
    await conn.executemany(
        "insert into cell_version (cell, name, boundary, households, residents, synthetic, source, valid)"
        " values ($1, $2, st_multi(st_geomfromwkb($3, 4326)), $4, $5, $6, $7, tstzrange($8, null))",
        [(r.code, r.name, r.boundary, r.households, r.residents, r.synthetic, r.source, since) for r in rows],
    )
    findings = await check_coverage(conn, at=since, band=band)
    if findings and law is PartitionLaw.ENFORCED:
        raise Invalid(
            "网格未满足“边界清晰、全域覆盖、容量适度”，未作任何更改。",
            "The cells are no planar partition within the household band; nothing was stored.",
            findings=[f.as_dict() for f in findings[:50]],
        )
    return findings


async def name_workers(conn: Connection, pairs: Sequence[tuple[str, uuid.UUID]], *, since: datetime) -> None:
    """Make each (cell, staff) the primary worker from `since`; whoever held the cell before ends then."""
    cells = [cell for cell, _ in pairs]
    await conn.execute("delete from cell_worker where cell = any($1) and lower(during) >= $2", cells, since)
    await conn.execute(
        "update cell_worker set during = tstzrange(lower(during), $2)"
        " where cell = any($1) and role = 'primary' and during @> $2::timestamptz",
        cells,
        since,
    )
    await conn.executemany(
        "insert into cell_worker (cell, staff, full_time, role, during)"
        " select $1, s.id, s.full_time, 'primary', tstzrange($3, null) from staff s where s.id = $2",
        [(cell, staff, since) for cell, staff in pairs],
    )


_END_WORK = """
    with ended as (
        update cell_worker set during = tstzrange(lower(during), $3)
        where staff = $1 and cell = any($2) and during @> $3::timestamptz and lower(during) < $3 and (role = 'cover' or $4)
    )
    delete from cell_worker where staff = $1 and cell = any($2) and lower(during) >= $3 and (role = 'cover' or $4)
"""
_GIVE_WORK = """
    insert into cell_worker (cell, staff, full_time, role, during)
    select $1, s.id, s.full_time, $3, tstzrange($4, $5) from staff s where s.id = $2
"""


async def end_work(conn: Connection, staff: uuid.UUID, cells: Sequence[str], *, at: datetime, primary: bool) -> None:
    """Somebody covers in these cells no more from `at` on, nor, if `primary`, works them."""
    await conn.execute(_END_WORK, staff, cells, at, primary)


async def give_work(
    conn: Connection, cell: str, staff: uuid.UUID, role: str, *, since: datetime, until: datetime | None
) -> None:
    """Somebody works a cell, or covers in it, from an instant until another."""
    await conn.execute(_GIVE_WORK, cell, staff, role, since, until)


async def check_coverage(conn: Connection, *, at: datetime, band: tuple[int, int] | None) -> list[Finding]:
    """Everything that breaks the coverage laws among the comprehensive cells valid at `at`, the city as a whole."""
    rows = await conn.fetch(
        "select v.cell, c.township, v.households, st_asbinary(v.boundary) from cell_version v"
        " join cell c on c.code = v.cell where c.kind = 'comprehensive' and v.valid @> $1::timestamptz order by v.cell",
        at,
    )
    if not rows:
        return []
    codes, townships, households, boundaries = zip(*rows, strict=True)
    polygons = shapely.from_wkb(boundaries)
    found = [Finding("invalid", (codes[i],), townships[i]) for i, ok in enumerate(shapely.is_valid(polygons)) if not ok]
    sound = shapely.make_valid(polygons) if found else polygons
    found += [
        Finding("band", (code,), township, households=number)
        for code, township, number in zip(codes, townships, households, strict=True)
        if band and out_of_band(number, band)
    ]
    edges = shapely.coverage_invalid_edges(sound, gap_width=GAP_WIDTH)
    suspects = [i for i, edge in enumerate(edges) if not shapely.is_empty(edge)]
    return found + _overlaps(sound, suspects, codes, townships) + _gaps(sound, codes, townships)


def _overlaps(polygons: Polygons, suspects: Iterable[int], codes: Codes, townships: Townships) -> list[Finding]:
    tree = shapely.STRtree(polygons)
    found = []
    for i in suspects:
        for j in sorted(tree.query(polygons[i], predicate="intersects")):
            common = _metres(shapely.intersection(polygons[i], polygons[j])) if i < j else 0.0
            if common > SLIVER:
                found.append(Finding("overlap", (codes[i], codes[j]), townships[i], square_metres=round(common, 2)))
    return found


def _gaps(polygons: Polygons, codes: Codes, townships: Townships) -> list[Finding]:
    """Holes in the union of all cells; each is named by the cells around it."""
    tree = shapely.STRtree(polygons)
    parts = shapely.get_parts(shapely.union_all(polygons))
    found = []
    for ring in itertools.chain.from_iterable(part.interiors for part in parts):
        hole = Polygon(ring)
        size = _metres(hole)
        around = sorted(tree.query(hole, predicate="intersects"))
        if size > SLIVER and around:
            found.append(
                Finding("gap", tuple(codes[i] for i in around), townships[around[0]], square_metres=round(size, 2))
            )
    return found


def _metres(shape: BaseGeometry) -> float:
    return float(abs(_EARTH.geometry_area_perimeter(shape)[0]))

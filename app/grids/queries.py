"""Cells as they lie on the map, who answers where, and what breaks the laws of coverage."""

import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import shapely
from pyproj import Geod
from shapely.geometry import Polygon

from app.core.database import Connection
from app.grids.rules import Finding, out_of_band

GAP_WIDTH = 1e-5  # degrees, about a metre: a narrower slit between neighbours is a gap
SLIVER = 0.01  # square metres: below that two boundaries are the same line, written twice
_EARTH = Geod(ellps="WGS84")


async def check_coverage(conn: Connection, *, at: datetime, band: tuple[int, int] | None) -> list[Finding]:
    """Everything that breaks the coverage laws among the comprehensive cells valid at `at`, the city as a whole."""
    rows = await conn.fetch(
        "select v.cell, c.township, v.households, st_asbinary(v.boundary) as wkb from cell_version v"
        " join cell c on c.code = v.cell where c.kind = 'comprehensive' and v.valid @> $1::timestamptz order by v.cell",
        at,
    )
    if not rows:
        return []
    polygons = shapely.from_wkb([r["wkb"] for r in rows])
    codes, townships = [r["cell"] for r in rows], [r["township"] for r in rows]
    found = [Finding("invalid", (codes[i],), townships[i]) for i, ok in enumerate(shapely.is_valid(polygons)) if not ok]
    sound = shapely.make_valid(polygons) if found else polygons
    found += [
        Finding("band", (r["cell"],), r["township"], households=r["households"])
        for r in rows
        if band and out_of_band(r["households"], band)
    ]
    edges = shapely.coverage_invalid_edges(sound, gap_width=GAP_WIDTH)
    suspects = [i for i, edge in enumerate(edges) if not shapely.is_empty(edge)]
    return found + _overlaps(sound, suspects, codes, townships) + _gaps(sound, codes, townships)


def _overlaps(polygons: Any, suspects: Sequence[int], codes: list[str], townships: list[str | None]) -> list[Finding]:
    tree = shapely.STRtree(polygons)
    found = []
    for i in suspects:
        for j in sorted(tree.query(polygons[i], predicate="intersects")):
            common = _metres(shapely.intersection(polygons[i], polygons[j])) if i < j else 0.0
            if common > SLIVER:
                found.append(Finding("overlap", (codes[i], codes[j]), townships[i], square_metres=round(common, 2)))
    return found


def _gaps(polygons: Any, codes: list[str], townships: list[str | None]) -> list[Finding]:
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


def _metres(shape: Any) -> float:
    return float(abs(_EARTH.geometry_area_perimeter(shape)[0]))


async def locate(conn: Connection, lon: float, lat: float, at: datetime) -> dict[str, Any]:
    """Who is responsible at a point (lon/lat, WGS84): the edge rule that intake uses, with cell, worker and centre."""
    row = await conn.fetchrow(_LOCATE, lon, lat, at)
    assert row is not None  # noqa: S101 (one row by construction)
    return dict(row)


_LOCATE = """
    with spot as (select st_setsrid(st_makepoint($1, $2), 4326) as point)
    select c.code as cell, v.name as cell_name, c.community, c.township, c.county, c.city, c.centre,
        u.name as centre_name, w.staff as worker, s.name as worker_name, a.code as nearest_area
    from spot
    left join lateral (
        select cell, name from cell_version v
        where st_covers(v.boundary, spot.point) and v.valid @> $3::timestamptz order by v.cell limit 1
    ) v on true
    left join cell c on c.code = v.cell
    left join unit u on u.code = c.centre
    left join lateral (
        select staff from cell_worker cw where cw.cell = c.code and cw.during @> $3::timestamptz order by cw.role limit 1
    ) w on true
    left join staff s on s.id = w.staff
    left join lateral (
        select a.code from area_version av join area a on a.code = av.area
        where c.code is null and st_covers(av.boundary, spot.point) and av.valid @> $3::timestamptz
        order by nlevel(a.path) desc, a.code limit 1
    ) a on true
"""


async def list_cells(
    conn: Connection, *, area: str | None, bbox: Sequence[float] | None, after: str, limit: int, at: datetime
) -> list[Any]:
    """Cells with boundary as GeoJSON text (lon/lat), by code; `bbox` is west, south, east, north in degrees."""
    return await conn.fetch(
        "select c.code, v.name, c.community, c.township, c.county, c.kind, c.centre, v.households, v.residents,"
        " v.synthetic, v.source, st_asgeojson(v.boundary, 7) as boundary,"
        " (select staff from cell_worker w where w.cell = c.code and w.during @> $5::timestamptz order by w.role limit 1)"
        "   as worker"
        " from cell c join cell_version v on v.cell = c.code and v.valid @> $5::timestamptz"
        " where ($1::text is null or c.path <@ (select path from area where code = $1))"
        " and ($2::float8[] is null or v.boundary && st_makeenvelope($2[1], $2[2], $2[3], $2[4], 4326))"
        " and c.code > $3 order by c.code limit $4",
        area, list(bbox) if bbox else None, after, limit, at,
    )  # fmt: skip


async def list_unstaffed(conn: Connection, at: datetime) -> list[str]:
    """Live comprehensive cells without a worker: they go to the township's coordinator, and show here."""
    rows = await conn.fetch(
        "select c.code from cell c join cell_version v on v.cell = c.code and v.valid @> $1::timestamptz"
        " where c.kind = 'comprehensive' and not exists (select from cell_worker w where w.cell = c.code"
        " and w.role = 'primary' and w.during @> $1::timestamptz) order by c.code",
        at,
    )
    return [r["code"] for r in rows]

"""Cells as they lie on the map, who answers where, and what breaks the laws of coverage."""

from collections.abc import Sequence
from datetime import datetime

from app.core.database import Connection
from app.core.rows import fetch_all, read_sql
from app.grids.schemas import CellFeature, ResponsibleOut


async def locate(conn: Connection, lon: float, lat: float, at: datetime) -> ResponsibleOut:
    """Who is responsible at a point (lon/lat, WGS84): the edge rule that intake uses, with cell, worker and centre."""
    (found,) = await fetch_all(conn, ResponsibleOut, _LOCATE, lon, lat, at)
    return found


_LOCATE = read_sql(__package__, "locate")


_CELLS = """
    select 'Feature' as type, c.code as id, st_asgeojson(v.boundary, 7)::json as geometry, json_build_object(
        'name', v.name, 'community', c.community, 'township', c.township, 'county', c.county, 'kind', c.kind,
        'centre', c.centre, 'households', v.households, 'residents', v.residents, 'synthetic', v.synthetic,
        'source', v.source, 'worker', (select staff from cell_worker w
            where w.cell = c.code and w.during @> $5::timestamptz order by w.role limit 1)) as properties
    from cell c join cell_version v on v.cell = c.code and v.valid @> $5::timestamptz
    where ($1::text is null or c.path <@ (select path from area where code = $1))
        and ($2::float8[] is null or v.boundary && st_makeenvelope($2[1], $2[2], $2[3], $2[4], 4326))
        and c.code > $3
    order by c.code limit $4
"""


async def list_cells(
    conn: Connection, *, area: str | None, bbox: Sequence[float] | None, after: str, limit: int, at: datetime
) -> list[CellFeature]:
    """Cells as GeoJSON (lon/lat), by code; `bbox` is west, south, east, north in degrees."""
    return await fetch_all(conn, CellFeature, _CELLS, area, bbox, after, limit, at)


async def list_unstaffed(conn: Connection, at: datetime) -> list[str]:
    """Live comprehensive cells without a worker: they go to the township's coordinator, and show here."""
    rows = await conn.fetch(
        "select c.code from cell c join cell_version v on v.cell = c.code and v.valid @> $1::timestamptz"
        " where c.kind = 'comprehensive' and not exists (select from cell_worker w where w.cell = c.code"
        " and w.role = 'primary' and w.during @> $1::timestamptz) order by c.code",
        at,
    )
    return [code for (code,) in rows]

"""Cells as they lie on the map, who answers where, and what breaks the laws of coverage."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.core.database import Connection


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
        where st_covers(v.boundary, spot.point) and (v.valid @> $3::timestamptz) is true order by v.cell limit 1
    ) v on true
    left join cell c on c.code = v.cell
    left join unit u on u.code = c.centre
    left join lateral (
        select staff from cell_worker cw where cw.cell = c.code and cw.during @> $3::timestamptz order by cw.role limit 1
    ) w on true
    left join staff s on s.id = w.staff
    left join lateral (
        select a.code from area_version av join area a on a.code = av.area
        where c.code is null and st_covers(av.boundary, spot.point) and (av.valid @> $3::timestamptz) is true
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

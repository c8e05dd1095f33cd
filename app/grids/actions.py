"""Loading cells as a whole, with the coverage laws checked in the same transaction, and naming their workers."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.database import Connection
from app.core.errors import Invalid
from app.grids import queries
from app.grids.rules import Finding, PartitionLaw


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
    findings = await queries.check_coverage(conn, at=since, band=band)
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
        cells, since,
    )  # fmt: skip
    await conn.executemany(
        "insert into cell_worker (cell, staff, full_time, role, during)"
        " select $1, s.id, s.full_time, 'primary', tstzrange($3, null) from staff s where s.id = $2",
        [(cell, staff, since) for cell, staff in pairs],
    )

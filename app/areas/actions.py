"""Founding a city and loading its areas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.database import Connection


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area to load. `boundary` is WKB (EPSG:4326, lon/lat) of a polygon or multipolygon, or None."""

    code: str
    tier: str
    parent: str | None
    path: str
    name: str
    official: bool
    boundary: bytes | None
    households: int | None
    residents: int | None
    synthetic: bool
    source: str


_FOUND = """
    insert into city (code, name, time_zone, calendar, profile)
    select $1::jsonb->>'code', $1->>'title', $1->>'time_zone', $1->>'calendar', $1
    on conflict (code) do update set name = excluded.name, time_zone = excluded.time_zone,
        calendar = excluded.calendar, profile = excluded.profile
"""


async def found(conn: Connection, profile: Mapping[str, object]) -> None:
    """Write the city's profile; founding again brings it up to date."""
    await conn.execute(_FOUND, profile)


async def load(conn: Connection, rows: Sequence[AreaRow], *, since: datetime) -> None:
    """Add areas (parents first) with a version valid from `since`; a code that exists gets a new version."""
    await conn.executemany(
        "insert into area (code, tier, parent, path, official) values ($1, $2, $3, $4::text::ltree, $5)"
        " on conflict (code) do update set tier = $2, parent = $3, path = $4::text::ltree, official = $5",
        [(r.code, r.tier, r.parent, r.path, r.official) for r in rows],
    )
    codes = [r.code for r in rows]
    await conn.execute("delete from area_version where area = any($1) and lower(valid) >= $2", codes, since)
    await conn.execute(
        "update area_version set valid = tstzrange(lower(valid), $2) where area = any($1) and valid @> $2::timestamptz",
        codes,
        since,
    )
    await conn.executemany(
        "insert into area_version (area, name, boundary, households, residents, synthetic, source, valid)"
        " values ($1, $2, st_multi(st_geomfromwkb($3, 4326)), $4, $5, $6, $7, tstzrange($8, null))",
        [(r.code, r.name, r.boundary, r.households, r.residents, r.synthetic, r.source, since) for r in rows],
    )

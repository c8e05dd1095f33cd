"""The city's profile and its areas."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.core.database import Connection


@dataclass(frozen=True, slots=True)
class CityFacts:
    """What every decision needs of the city."""

    code: str
    name: str
    tz: ZoneInfo
    calendar: str
    profile: dict[str, Any]


async def get_city(conn: Connection) -> CityFacts:
    """The city of this schema; raises LookupError before one is founded."""
    row = await conn.fetchrow("select code, name, time_zone, calendar, profile from city")
    if row is None:
        raise LookupError("this schema holds no city yet: run `gridcase city create`")
    return CityFacts(row["code"], row["name"], ZoneInfo(row["time_zone"]), row["calendar"], row["profile"])


async def list_areas(
    conn: Connection, *, tier: str | None, parent: str | None, after: str, limit: int, at: datetime, geometry: bool
) -> list[Any]:
    """Areas by code with the version valid at `at`; boundary as GeoJSON text when `geometry`."""
    boundary = "st_asgeojson(v.boundary, 7)" if geometry else "null::text"
    return await conn.fetch(
        f"select a.code, a.tier, a.parent, v.name, a.official, v.households, v.residents, v.synthetic, v.source,"
        f" {boundary} as boundary from area a join area_version v on v.area = a.code and v.valid @> $5::timestamptz"
        f" where ($1::text is null or a.tier = $1) and ($2::text is null or a.parent = $2) and a.code > $3"
        f" order by a.code limit $4",
        tier, parent, after, limit, at,
    )  # fmt: skip


async def list_names(conn: Connection, at: datetime) -> dict[str, str]:
    """code → name at an instant."""
    rows = await conn.fetch("select area, name from area_version where valid @> $1::timestamptz", at)
    return {r["area"]: r["name"] for r in rows}

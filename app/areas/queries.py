"""The city's profile and its areas."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from app.areas.schemas import AreaOut
from app.core.database import Connection
from app.core.rows import fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class Band:
    """The households that a comprehensive cell may have."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Profile:
    """What is asked of a city's profile; seeds/hohhot/profile.yaml explains it."""

    tiers: tuple[str, ...]
    code_pattern: Mapping[str, str]
    partition_law: str
    household_band: Band | None = None
    retention: Mapping[str, str] = field(default_factory=dict)
    visit_days: int = 30  # calendar days after closing in which a resident is visited
    first_time_days: int = 90  # in which a matter closed at once has not come back


@dataclass(frozen=True, slots=True)
class CityFacts:
    """What every decision needs of the city."""

    code: str
    name: str
    tz: ZoneInfo
    calendar: str
    profile: Profile


async def get_city(conn: Connection) -> CityFacts:
    """The city of this schema; raises LookupError before one is founded."""
    city = await fetch_one(conn, CityFacts, "select code, name, time_zone as tz, calendar, profile from city")
    if city is None:
        raise LookupError("this schema holds no city yet: run `gridcase city create`")
    return city


async def list_areas(
    conn: Connection, *, tier: str | None, parent: str | None, after: str, limit: int, at: datetime, geometry: bool
) -> list[AreaOut]:
    """Areas by code with the version valid at `at`; with their boundaries when `geometry`."""
    boundary = "st_asgeojson(v.boundary, 7)::json" if geometry else "null::json"
    return await fetch_all(
        conn, AreaOut,
        f"select a.code, a.tier, a.parent, v.name, a.official, v.households, v.residents, v.synthetic, v.source,"
        f" {boundary} as boundary from area a join area_version v on v.area = a.code and v.valid @> $5::timestamptz"
        f" where ($1::text is null or a.tier = $1) and ($2::text is null or a.parent = $2) and a.code > $3"
        f" order by a.code limit $4",
        tier, parent, after, limit, at,
    )  # fmt: skip


async def list_names(conn: Connection, at: datetime) -> dict[str, str]:
    """code → name at an instant."""
    rows = await conn.fetch("select area, name from area_version where valid @> $1::timestamptz", at)
    return {area: name for area, name in rows}

"""Units by code, kind and area."""

from dataclasses import dataclass

from app.areas.rules import Tier
from app.core.database import Connection
from app.core.rows import fetch_all
from app.units.schemas import UnitOut


async def list_units(conn: Connection, *, kind: str | None, area: str | None, after: str, limit: int) -> list[UnitOut]:
    """Units by code; `area` takes the units of everything below it too."""
    return await fetch_all(
        conn, UnitOut,
        "select u.code, u.kind, u.function, u.tier, u.area, u.parent, u.name, u.name_en from unit u"
        " join area a on a.code = u.area where ($1::text is null or u.kind = $1)"
        " and ($2::text is null or a.path <@ (select path from area where code = $2))"
        " and u.code > $3 order by u.code limit $4",
        kind, area, after, limit,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit's name and tier, the area whose centre it is, if it is one, and the units that it stands under."""

    code: str
    name: str
    tier: Tier
    centre_of: str | None
    under: tuple[str, ...]


async def list_standings(conn: Connection) -> list[Standing]:
    """Every unit."""
    return await fetch_all(
        conn, Standing,
        "select code, name, tier, case when kind = 'centre' then area end as centre_of,"
        " array_remove(string_to_array(ltree2text(path), '.'), code) as under from unit",
    )  # fmt: skip

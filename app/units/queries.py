"""Units by code, kind and area."""

from typing import Any

from app.core.database import Connection


async def list_units(conn: Connection, *, kind: str | None, area: str | None, after: str, limit: int) -> list[Any]:
    """Units by code; `area` takes the units of everything below it too."""
    return await conn.fetch(
        "select u.code, u.kind, u.function, u.tier, u.area, u.parent, u.name, u.name_en from unit u"
        " join area a on a.code = u.area where ($1::text is null or u.kind = $1)"
        " and ($2::text is null or a.path <@ (select path from area where code = $2))"
        " and u.code > $3 order by u.code limit $4",
        kind, area, after, limit,
    )  # fmt: skip


async def list_centres(conn: Connection) -> list[Any]:
    """Every unit with its tier, and the area of those that are a centre."""
    return await conn.fetch("select code, tier, case when kind = 'centre' then area end as centre_of from unit")


async def list_names(conn: Connection) -> dict[str, str]:
    """code → name."""
    return {r["code"]: r["name"] for r in await conn.fetch("select code, name from unit")}

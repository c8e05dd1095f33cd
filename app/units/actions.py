"""Loading units."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.database import Connection


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit to load; `path` is the ltree of its superiors and itself."""

    code: str
    kind: str
    function: str | None
    tier: str
    area: str
    parent: str | None
    path: str
    name: str
    name_en: str


async def load(conn: Connection, rows: Sequence[UnitRow]) -> None:
    """Add or bring up to date, superiors first. Routes are compiled by the caller, in the same transaction."""
    await conn.executemany(
        "insert into unit (code, kind, function, tier, area, parent, path, name, name_en)"
        " values ($1, $2, $3, $4, $5, $6, $7::text::ltree, $8, $9) on conflict (code) do update set kind = $2,"
        " function = $3, tier = $4, area = $5, parent = $6, path = $7::text::ltree, name = $8, name_en = $9",
        [(r.code, r.kind, r.function, r.tier, r.area, r.parent, r.path, r.name, r.name_en) for r in rows],
    )

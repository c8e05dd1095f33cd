"""Loading units."""

from collections.abc import Sequence

from app.core.database import Connection
from app.units.schemas import UnitOut

# The line of superiors of every unit, from the top down; units that stand under each other have none, and are left.
_PATHS = """
    with recursive line as (
        select code, code::ltree as path from unit where parent is null
        union all
        select u.code, l.path || u.code from line l join unit u on u.parent = l.code
    )
    update unit u set path = l.path from line l where l.code = u.code and u.path <> l.path
"""


async def load(conn: Connection, rows: Sequence[UnitOut]) -> None:
    """Add or bring up to date, superiors first; what stands under a unit that moved moves with it. Routes are compiled by the
    caller, in the same transaction."""
    await conn.executemany(
        "insert into unit (code, kind, function, tier, area, parent, path, name, name_en)"
        " values ($1, $2, $3, $4, $5, $6, $1::text::ltree, $7, $8) on conflict (code) do update set kind = $2,"
        " function = $3, tier = $4, area = $5, parent = $6, name = $7, name_en = $8",
        [(r.code, r.kind, r.function, r.tier, r.area, r.parent, r.name, r.name_en) for r in rows],
    )
    await conn.execute(_PATHS)

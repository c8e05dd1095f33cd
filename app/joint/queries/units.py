"""How units stand to a case."""

import uuid
from collections.abc import Iterable

from app.core.database import Connection
from app.core.rows import fetch_all
from app.joint.rules.units import UnitRelation

_RELATIONS = """
    select u.code, u.kind, u.tier, coalesce(u.area in (c.township, c.county, c.city), false) as covers,
        coalesce(c.barred_units @> u.path, false) as barred,
        c.lead_unit = u.code or exists (select from assignment s where s.case_id = c.id and s.unit = u.code
            and s.staff is null and s.state in ('offered', 'signed')) as involved
    from unit u, cases c where u.code = any($1::text[]) and c.id = $2
"""
# The nearest centre above the township and not below the department: of the case's areas, none that the matter concerns;
# else the city's intake desk.
_RULER = """
    select coalesce((
        select u.code from unit u, unit called where called.code = $2 and u.kind = 'centre' and u.area in (c.county, c.city)
            and not coalesce(c.barred_units @> u.path, false)
            and tier_rank(u.tier) >= tier_rank(called.tier)
        order by tier_rank(u.tier) limit 1),
        (select code from unit where kind = 'intake_desk'))
    from cases c where c.id = $1
"""


async def list_relations(conn: Connection, case_id: uuid.UUID, units: Iterable[str]) -> dict[str, UnitRelation]:
    """How units stand to the case; unknown codes are absent."""
    found = await fetch_all(conn, UnitRelation, _RELATIONS, sorted(set(units)), case_id)
    return {unit.code: unit for unit in found}


async def find_ruler(conn: Connection, case_id: uuid.UUID, called: str) -> str:
    """Which centre rules when a department objects to having been called."""
    found: str = await conn.fetchval(_RULER, case_id, called)
    return found

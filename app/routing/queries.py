"""Categories, rules and areas as the pure compiler takes them."""

from collections.abc import Sequence

from pydantic import TypeAdapter

from app.core.database import Connection
from app.core.rows import fetch_all
from app.routing.rules import Area, Category, DisputeKind, Rule, Unit
from app.routing.schemas import HelperOut, LeadOut

_rule = TypeAdapter(Rule)
_dispute_kind = TypeAdapter(DisputeKind)


async def list_categories(conn: Connection) -> dict[str, Category]:
    """Every category by code."""
    rows = await fetch_all(
        conn,
        Category,
        "select code, kinds, function, name_zh, name_en, urgency, complexity, hotline from category order by code",
    )
    return {category.code: category for category in rows}


async def list_rules(conn: Connection) -> list[Rule]:
    """The rules in their order."""
    rows = await conn.fetch("select definition from routing_rule order by rank")
    return [_rule.validate_python(definition) for (definition,) in rows]


async def list_units(conn: Connection) -> list[Unit]:
    """Every unit that a rule could send to."""
    return await fetch_all(conn, Unit, "select code, kind, function, tier, area, parent from unit")


async def list_areas(conn: Connection) -> list[Area]:
    """Every area with its codes from the city down."""
    return await fetch_all(conn, Area, "select code, tier, string_to_array(path::text, '.') as path from area")


async def list_dispute_kinds(conn: Connection) -> dict[str, DisputeKind]:
    """Every kind of dispute by code, in the order of the file."""
    rows = await conn.fetch("select definition from dispute_kind order by rank")
    kinds = [_dispute_kind.validate_python(definition) for (definition,) in rows]
    return {kind.code: kind for kind in kinds}


async def is_township(conn: Connection, code: str) -> bool:
    """Whether there is such a township."""
    return bool(await conn.fetchval("select exists (select from area where code = $1 and tier = 'township')", code))


_NAME = "case when $3 = 'en' then u.name_en else u.name end as name"


async def list_leads(conn: Connection, township: str, categories: Sequence[str], language: str) -> list[LeadOut]:
    """Where the compiled routes send disputes of these categories there, before any conflict is guarded against."""
    return await fetch_all(
        conn, LeadOut,
        f"select r.category, r.unit, u.kind, u.tier, {_NAME} from route r join unit u on u.code = r.unit"
        " where r.area = $1 and r.kind = 'dispute' and r.category = any($2::text[]) order by r.category",
        township, categories, language,
    )  # fmt: skip


async def list_helpers(conn: Connection, township: str, functions: Sequence[str], language: str) -> list[HelperOut]:
    """The department of each function nearest to the township, looked for upwards as routing rules do."""
    return await fetch_all(
        conn, HelperOut,
        f"select distinct on (u.function) u.function, u.code as unit, u.kind, u.tier, {_NAME} from unit u"
        " join area a on a.code = u.area join area here on a.path @> here.path"
        " where here.code = $1 and u.kind = 'department' and u.function = any($2::text[])"
        " order by u.function, nlevel(a.path) desc, u.code",
        township, functions, language,
    )  # fmt: skip

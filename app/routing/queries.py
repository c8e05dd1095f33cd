"""Categories, rules and areas as the pure compiler takes them."""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

from app.core.database import Connection
from app.routing.rules import Area, Category, DisputeKind, Rule, Tier, Unit, UnitKind

_rule = TypeAdapter(Rule)
_dispute_kind = TypeAdapter(DisputeKind)


async def list_categories(conn: Connection) -> dict[str, Category]:
    """Every category by code."""
    rows = await conn.fetch(
        "select code, kinds, function, name_zh, name_en, urgency, complexity, hotline from category order by code"
    )
    return {r["code"]: Category(**{**dict(r), "kinds": tuple(r["kinds"])}) for r in rows}


async def list_rules(conn: Connection) -> list[Rule]:
    """The rules in their order."""
    rows = await conn.fetch("select definition from routing_rule order by rank")
    return [_rule.validate_python(r["definition"]) for r in rows]


async def list_units(conn: Connection) -> list[Unit]:
    """Every unit that a rule could send to."""
    rows = await conn.fetch("select code, kind, function, tier, area, parent from unit")
    return [Unit(r["code"], UnitKind(r["kind"]), r["function"], Tier(r["tier"]), r["area"], r["parent"]) for r in rows]


async def list_areas(conn: Connection) -> list[Area]:
    """Every area with its codes from the city down."""
    rows = await conn.fetch("select code, tier, path::text from area")
    return [Area(r["code"], Tier(r["tier"]), tuple(r["path"].split("."))) for r in rows]


async def list_dispute_kinds(conn: Connection) -> dict[str, DisputeKind]:
    """Every kind of dispute by code, in the order of the file."""
    rows = await conn.fetch("select code, definition from dispute_kind order by rank")
    return {r["code"]: _dispute_kind.validate_python(r["definition"]) for r in rows}


async def is_township(conn: Connection, code: str) -> bool:
    """Whether there is such a township."""
    return bool(await conn.fetchval("select exists (select from area where code = $1 and tier = 'township')", code))


async def list_leads(conn: Connection, township: str, categories: Iterable[str]) -> list[Any]:
    """Where the compiled routes send disputes of these categories there, before any conflict is guarded against."""
    return await conn.fetch(
        "select r.category, r.unit, u.kind, u.tier, u.name, u.name_en from route r join unit u on u.code = r.unit"
        " where r.area = $1 and r.kind = 'dispute' and r.category = any($2::text[]) order by r.category",
        township, list(categories),
    )  # fmt: skip


async def list_helpers(conn: Connection, township: str, functions: Iterable[str]) -> list[Any]:
    """The department of each function nearest to the township, looked for upwards as routing rules do."""
    return await conn.fetch(
        "select distinct on (u.function) u.function, u.code as unit, u.kind, u.tier, u.name, u.name_en from unit u"
        " join area a on a.code = u.area join area here on a.path @> here.path"
        " where here.code = $1 and u.kind = 'department' and u.function = any($2::text[])"
        " order by u.function, nlevel(a.path) desc, u.code",
        township, list(functions),
    )  # fmt: skip

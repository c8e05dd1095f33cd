"""Categories, rules and areas as the pure compiler takes them."""

from pydantic import TypeAdapter

from app.core.database import Connection
from app.routing.rules import Area, Category, Rule, Tier, Unit, UnitKind

_rule = TypeAdapter(Rule)


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

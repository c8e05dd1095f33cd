"""Loading categories and rules; compiling the routes."""

from collections.abc import Iterable

from pydantic import TypeAdapter

from app.core.database import Connection, copy_rows
from app.routing import queries
from app.routing.rules import Category, DisputeKind, Rule, compile_routes

_rule = TypeAdapter(Rule)
_dispute_kind = TypeAdapter(DisputeKind)


async def load_categories(conn: Connection, categories: Iterable[Category]) -> None:
    """Add or bring up to date; a category that cases carry is never dropped."""
    await conn.executemany(
        "insert into category (code, name_zh, name_en, kinds, urgency, complexity, function, hotline)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (code) do update set name_zh = $2, name_en = $3,"
        " kinds = $4, urgency = $5, complexity = $6, function = $7, hotline = $8",
        [
            (c.code, c.name_zh, c.name_en, list(c.kinds), c.urgency, c.complexity, c.function, c.hotline)
            for c in categories
        ],
    )


async def load_rules(conn: Connection, rules: Iterable[Rule]) -> None:
    """Replace the rules; cases name the rule that sent them by its id."""
    await conn.execute("delete from route")
    await conn.execute("delete from routing_rule")
    await conn.executemany(
        "insert into routing_rule (id, rank, reason_zh, reason_en, definition) values ($1, $2, $3, $4, $5)",
        [(r.id, r.rank, r.reason_zh, r.reason_en, _rule.dump_python(r, mode="json")) for r in rules],
    )


async def load_dispute_kinds(conn: Connection, kinds: Iterable[DisputeKind]) -> None:
    """Replace the kinds of disputes: no case holds one, it follows from the category."""
    await conn.execute("delete from dispute_kind")
    await conn.executemany(
        "insert into dispute_kind (code, rank, definition) values ($1, $2, $3)",
        [(kind.code, rank, _dispute_kind.dump_python(kind, mode="json")) for rank, kind in enumerate(kinds)],
    )


async def recompile(conn: Connection) -> int:
    """Make every route anew, once, under a lock, in the transaction of whatever changed. Returns how many there are."""
    await conn.execute("lock table route in share row exclusive mode")
    routes = compile_routes(
        await queries.list_units(conn), (await queries.list_categories(conn)).values(), await queries.list_rules(conn),
        await queries.list_areas(conn),
    )  # fmt: skip
    await conn.execute("delete from route")
    await copy_rows(
        conn, "route", ("area", "category", "kind", "petition_class", "unit", "rule"),
        [(r.area, r.category, r.kind, r.petition_class, r.unit, r.rule) for r in routes],
    )  # fmt: skip
    return len(routes)

"""Indicators counted over the cases that the caller may see, small cells left out for who answers for none of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.analytics.indicators import INDICATORS, Indicator
from app.analytics.small import Cell, hidden, ratio, together
from app.cases.queries.access import visible_to
from app.cases.queries.reference import Reference
from app.core.access import Actor, Role
from app.core.database import Connection, Parameters

# group → key of a cell, and the family whose figure the cells add up to
GROUPS = {
    "none": ("null::text", "null::text"),
    "county": ("c.county", "c.city"),
    "township": ("c.township", "c.county"),
    "community": ("c.community", "c.township"),
    "category": ("c.category", "null::text"),
    "unit": ("{unit}", "null::text"),
}
MOST_CELLS = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """An area of a tier, whole local months as instants [since, until), the facts known at `as_of`, and the group."""

    area: str
    tier: str
    since: datetime
    until: datetime
    as_of: datetime
    by: str
    free: bool  # of suppression
    own_units: frozenset[str]  # whose cells are shown whatever their size


@dataclass(frozen=True, slots=True)
class Headed:
    """What a caller answers for as a head: whole areas (of a centre or petition office), and units in their own line."""

    areas: tuple[str, ...]
    units: frozenset[str]


_LINE = """
    select b.code from unit b join unit a on a.path @> b.path where a.code = any($1::text[])
"""


async def headed_by(conn: Connection, actor: Actor) -> Headed:
    """The areas and units of the caller's posts as a head."""
    heads = [post.unit for post in actor.posts if post.role is Role.ORGAN_HEAD]
    if not heads:
        return Headed((), frozenset())
    offices = await conn.fetch(
        "select area from unit where code = any($1::text[]) and kind in ('centre', 'petition_office')", heads
    )
    units = await conn.fetch(_LINE, heads)
    return Headed(tuple(row["area"] for row in offices), frozenset(row["code"] for row in units))


async def count_cells(conn: Connection, indicator: Indicator, asked: Asked, *, actor: Actor) -> list[Cell]:
    """The cells of one indicator; those without a single row are absent."""
    p = Parameters([asked.since, asked.until, asked.area])
    known = f"{p.add(asked.as_of)}::timestamptz"
    key, family = (text.format(unit=indicator.unit) for text in GROUPS[asked.by])
    rows: list[Any] = await conn.fetch(
        f"select {key} as key, {family} as family, count(*) as whole,"
        f" count(*) filter (where {indicator.part.format(as_of=known)}) as part from {indicator.rows}"
        f" where {indicator.at} >= $1::timestamptz and {indicator.at} < $2::timestamptz and c.{asked.tier} = $3"
        f" and {indicator.at} < {known}"
        f" and {indicator.whole} and {visible_to(actor, p, sweep=True)}"
        f" group by 1, 2 order by 1 limit {MOST_CELLS}",
        *p,
    )
    return [Cell(row["key"], row["part"], row["whole"], row["family"]) for row in rows]


async def read_indicators(
    conn: Connection, wanted: Sequence[str], asked: Asked, reference: Reference, *, actor: Actor, language: str
) -> list[dict[str, Any]]:
    """Each indicator with its total and its cells."""
    own = asked.own_units if asked.by == "unit" else frozenset()
    shown = []
    for indicator in (INDICATORS[code] for code in wanted):
        cells = await count_cells(conn, indicator, asked, actor=actor)
        total = together(cells)
        away = set() if asked.free else hidden(cell for cell in cells if cell.key not in own)
        shown.append({
            "code": indicator.code, "name": indicator.title.say(language), "formula": indicator.formula.say(language),
            "total": _shown(total, None, hide=total.small and not asked.free),
            "cells": [] if asked.by == "none" else [
                _shown(cell, name_of(cell.key, asked.by, reference, language), hide=cell.key in away) for cell in cells
            ],
        })  # fmt: skip
    return shown


def name_of(key: str | None, by: str, reference: Reference, language: str) -> str | None:
    """What a cell is called."""
    if key is None:
        return None
    if by != "category":
        return reference.names.get(key)
    category = reference.categories.get(key)
    return (category.name_en if language == "en" else category.name_zh) if category else None


def _shown(cell: Cell, name: str | None, *, hide: bool) -> dict[str, Any]:
    counts = (None, None, None) if hide else (cell.part, cell.whole, ratio(cell))
    return {"key": cell.key, "name": name, **dict(zip(("numerator", "denominator", "ratio"), counts, strict=True)),
            "suppressed": hide}  # fmt: skip

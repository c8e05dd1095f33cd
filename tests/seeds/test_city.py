"""The demo city: exact counts, exact sums, an exact coverage, and the same bytes every time."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import Any

import pytest
import shapely
from pyproj import Geod

from app.core.access import Role
from seeds.hohhot.city import City, build_city
from seeds.hohhot.layout import plan_city
from seeds.hohhot.plane import GRID_PER_DEGREE
from seeds.hohhot.records import Area, Cell
from seeds.hohhot.units import DEPARTMENTS, STATIONS
from tests.support.each import each

FINGERPRINT = "fe92fb9191c25f684e772bdf283947fe275f020f0c146ccaad81dcf5538a7978"
LABEL = re.compile(r"[A-Za-z0-9_]+")
GAP_DEGREES = 1e-4  # about ten metres; the narrowest cell is some 200 metres wide
WGS84 = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def city() -> City:
    return build_city()  # as it is built for all tests: the city of the first seed


def by_tier(city: City, tier: str) -> list[Area]:
    return [area for area in city.areas if area.tier == tier]


def km2(boundary: shapely.Polygon) -> float:
    """Geodesic area, independent of the plane the city was drawn in."""
    return abs(WGS84.geometry_area_perimeter(boundary)[0]) / 1e6


def test_counts(city: City) -> None:
    assert Counter(area.tier for area in city.areas) == {"city": 1, "county": 9, "township": 89, "community": 1396}
    assert len(city.cells) == 3300
    assert Counter(unit.kind for unit in city.units) == {
        "centre": 1388,
        "department": 10 * len(DEPARTMENTS) + 89 * len(STATIONS),
        "petition_office": 10,
        "discipline_desk": 99,
        "mediation_committee": 89,
        "intake_desk": 1,
    }
    centres = Counter(unit.tier for unit in city.units if unit.kind == "centre")
    assert centres == {"city": 1, "county": 9, "township": 89, "community": 1289}


def test_townships_are_those_of_the_official_list_and_thirteen_made_up(city: City) -> None:
    kinds = Counter(t.kind for county in plan_city(1).counties for t in county.townships)
    assert kinds == {"subdistrict": 31, "town": 29, "township": 16, "service_centre": 13}
    for area in by_tier(city, "township"):
        assert area.official == (1 <= int(area.code[6:]) <= 599)
        assert area.official != area.name.endswith("区域服务中心")
    assert [area.code for area in by_tier(city, "township") if area.name == "城关镇"] == ["150123100", "150124100"]


def test_households_and_residents(city: City) -> None:
    assert all(300 <= cell.households <= 500 for cell in city.cells)
    assert sum(cell.households for cell in city.cells) == 1_314_900
    assert sum(cell.residents for cell in city.cells) == 3_446_100
    for tier in ("city", "county", "township", "community"):
        assert sum(area.households for area in by_tier(city, tier)) == 1_314_900
        assert sum(area.residents for area in by_tier(city, tier)) == 3_446_100


def test_cells_are_a_coverage(city: City) -> None:
    boundaries = [cell.boundary for cell in city.cells]
    assert shapely.is_valid(boundaries).all()
    assert shapely.coverage_is_valid(boundaries, gap_width=GAP_DEGREES)
    whole = shapely.coverage_union_all(boundaries)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors


def test_cells_of_each_township_are_a_coverage(city: City) -> None:
    of_township = defaultdict(list)
    for cell in city.cells:
        of_township[cell.code[:9]].append(cell.boundary)
    assert len(of_township) == 89
    for code, boundaries in of_township.items():
        assert shapely.coverage_is_valid(boundaries, gap_width=GAP_DEGREES), code


@pytest.mark.parametrize("tier", ["community", "township", "county"])
def test_each_tier_is_a_coverage_of_the_city(city: City, tier: str) -> None:
    boundaries = [area.boundary for area in by_tier(city, tier)]
    assert shapely.coverage_is_valid(boundaries, gap_width=GAP_DEGREES)
    assert shapely.coverage_union_all(boundaries).equals(city.areas[0].boundary)


def test_every_area_is_the_exact_union_of_its_cells(city: City) -> None:
    edges = {cell.code: directed_edges(cell.boundary) for cell in city.cells}
    digits = {"city": 0, "county": 6, "township": 9, "community": 12}
    for area in each(city.areas):
        inside = [edges[cell.code] for cell in city.cells if cell.code.startswith(area.code[: digits[area.tier]])]
        every = set().union(*inside)
        assert len(every) == sum(map(len, inside)), "two cells run the same way along one edge"
        rim = {edge for edge in every if edge[::-1] not in every}
        assert rim == directed_edges(area.boundary), area.code


def directed_edges(boundary: shapely.Polygon) -> set[tuple[tuple[float, float], tuple[float, float]]]:
    corners = [(x, y) for x, y in shapely.get_coordinates(shapely.orient_polygons(boundary)).tolist()]
    return set(pairwise(corners))


def test_vertices_lie_on_the_seven_decimal_grid_and_are_few(city: City) -> None:
    boundaries = [cell.boundary for cell in city.cells]
    for x, y in shapely.get_coordinates(boundaries).tolist():
        assert x == round(x * GRID_PER_DEGREE) / GRID_PER_DEGREE
        assert y == round(y * GRID_PER_DEGREE) / GRID_PER_DEGREE
    assert (shapely.get_num_coordinates(boundaries) - 1).mean() < 12


def test_counties_have_their_real_areas_and_hold_their_seats(city: City) -> None:
    plans = {county.code: county for county in plan_city(1).counties}
    for area in by_tier(city, "county"):
        assert km2(area.boundary) == pytest.approx(plans[area.code].area_km2, rel=0.01)
        assert area.boundary.contains(shapely.Point(plans[area.code].seat))
    assert km2(city.areas[0].boundary) == pytest.approx(17_224, rel=0.01)


def test_urban_subdistricts_are_smaller_than_rural_towns(city: City) -> None:
    sizes = defaultdict(list)
    kinds = {t.code: t.kind for county in plan_city(1).counties for t in county.townships}
    for area in by_tier(city, "township"):
        sizes[kinds[area.code]].append(km2(area.boundary))
    assert max(sizes["subdistrict"]) < min(sizes["town"])


def test_cells_are_numbered_from_west_to_east(city: City) -> None:
    of_community = defaultdict(list)
    for cell in city.cells:
        of_community[cell.community].append(cell)
    for cells in each(of_community.values()):
        assert [int(cell.code[12:]) for cell in cells] == list(range(1, len(cells) + 1))
        wests = [cell.boundary.centroid.x for cell in cells]
        assert all(a < b + 1e-4 for a, b in pairwise(wests))


def test_codes_and_parents_of_areas(city: City) -> None:
    areas = unique(area.code for area in city.areas)
    above = {"city": None, "county": "city", "township": "county", "community": "township"}
    tiers = {area.code: area.tier for area in city.areas}
    digits = {"city": 6, "county": 6, "township": 9, "community": 12}
    for area in each(city.areas):
        assert len(area.code) == digits[area.tier]
        assert area.code.isdigit()
        assert (tiers[area.parent] if area.parent else None) == above[area.tier]
        assert area.tier in ("city", "county") or area.parent == area.code[: len(area.code) - 3]
        assert area.synthetic
        assert "synthetic" in area.source
    unique(cell.code for cell in city.cells)
    for cell in each(city.cells):
        assert re.fullmatch(r"\d{15}", cell.code)
        assert cell.community == cell.code[:12]
        assert cell.community in areas
        assert cell.synthetic


def test_communities_are_committees_of_residents_or_villagers(city: City) -> None:
    for area in by_tier(city, "community"):
        serial = int(area.code[9:])
        assert area.name.endswith("居民委员会") if 1 <= serial <= 199 else area.name.endswith("村民委员会")
        assert 1 <= serial <= 399
    names = Counter((area.parent, area.name) for area in by_tier(city, "community"))
    assert max(names.values()) == 1


def test_units_answer_to_the_tier_above(city: City) -> None:
    units = {unit.code: unit for unit in city.units}
    areas = {area.code: area for area in city.areas}
    seen: set[str] = set()
    for unit in city.units:
        assert unit.parent is None or unit.parent in seen, f"{unit.code} comes before its parent"
        seen.add(unit.code)
        assert unit.tier == areas[unit.area].tier
        assert (unit.function is not None) == (unit.kind == "department")
        if unit.parent:
            parent = units[unit.parent]
            assert parent.area == areas[unit.area].parent
            expected = {"mediation_committee": "department"}.get(unit.kind, unit.kind)
            assert parent.kind == expected
        else:
            assert unit.tier == "city"
    assert units["C150102001001"].parent == "C150102001"
    assert units["C150102001"].parent == "C150102"
    assert units["C150102"].parent == "C150100"
    assert units["D150102001_safety"].parent == "D150102_emergency"
    assert units["D150102_housing"].parent == "D150100_housing"
    assert units["M150102001"].parent == "D150102_justice"
    assert units["X150102001"].parent == "X150102"
    assert units["I150100"].parent is None


def test_centres_stand_in_the_first_1289_communities_and_serve_every_cell(city: City) -> None:
    codes = {unit.code for unit in city.units}
    communities = [area.code for area in by_tier(city, "community")]
    assert communities == sorted(communities)
    for number, code in enumerate(communities):
        assert (f"C{code}" in codes) == (number < 1289)
    for cell in city.cells:
        own = f"C{cell.community}"
        assert cell.centre == (own if own in codes else f"C{cell.code[:9]}")


def test_one_worker_a_cell_and_one_cell_a_worker(city: City) -> None:
    assert [worker.cell for worker in city.cell_workers] == [cell.code for cell in city.cells]
    workers = unique(worker.staff for worker in city.cell_workers)
    staff = {person.id: person for person in city.staff}
    posts = {post.staff: post for post in city.posts}
    centres = {cell.code: cell.centre for cell in city.cells}
    for worker in city.cell_workers:
        assert staff[worker.staff].full_time
        assert staff[worker.staff].unit == centres[worker.cell]
        assert posts[worker.staff].role == "grid_worker"
    assert workers == {post.staff for post in city.posts if post.role == "grid_worker"}


def test_posts_and_logins(city: City) -> None:
    unique(person.id for person in city.staff)
    unique(person.login for person in city.staff)
    unique(post.id for post in city.posts)
    units = {unit.code for unit in city.units}
    areas = {area.code for area in city.areas}
    staff = {person.id for person in city.staff}
    roles = {role.value for role in Role}
    for post in city.posts:
        assert post.role in roles
        assert post.unit in units
        assert post.area in areas
        assert post.staff in staff
    assert units == {post.unit for post in city.posts if post.role != "grid_worker"}, "a unit has nobody in it"


def test_the_cast_has_every_role(city: City) -> None:
    people = {person.login: person for person in city.staff}
    posts = {post.id: post for post in city.posts}
    for member in city.cast:
        assert people[member.login].id == member.staff == posts[member.post].staff
        assert people[member.login].name == member.name
        assert (posts[member.post].role, posts[member.post].unit) == (member.role, member.unit)
        assert member.who_zh
        assert member.who_en
    roles = {member.role for member in city.cast} | {machine.role for machine in city.machines}
    assert roles == {role.value for role in Role}
    cells = {worker.staff: worker.cell for worker in city.cell_workers}
    assert cells[people["wang.grid"].id] == "150102001001001"


def test_codes_fit_into_ltree_labels(city: City) -> None:
    codes = [area.code for area in city.areas] + [cell.code for cell in city.cells] + [unit.code for unit in city.units]
    assert all(LABEL.fullmatch(code) for code in codes)


def test_same_bytes_in_another_process(city: City) -> None:
    assert fingerprint(city) == FINGERPRINT
    code = "from tests.seeds.test_city import build_city, fingerprint; print(fingerprint(build_city(1)))"
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == FINGERPRINT


def test_another_seed_gives_another_city_that_keeps_the_laws() -> None:
    other = build_city(2)
    assert fingerprint(other) != FINGERPRINT
    assert shapely.coverage_is_valid([cell.boundary for cell in other.cells], gap_width=GAP_DEGREES)
    assert sum(cell.households for cell in other.cells) == 1_314_900


def fingerprint(city: City) -> str:
    """SHA-256 over every field of every row, boundaries as WKB: two cities are the same when these are."""
    digest = hashlib.sha256()
    for line in _lines(city):
        digest.update(line)
        digest.update(b"\n")
    return digest.hexdigest()


def _lines(city: City) -> Iterator[bytes]:
    rows: chain[Any] = chain(
        city.areas, city.cells, city.units, city.staff, city.posts, city.cell_workers, city.cast, city.machines
    )
    for row in rows:
        yield repr([_plain(getattr(row, name)) for name in type(row).__slots__]).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, shapely.Geometry):
        return value.wkb_hex
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def unique(things: Iterable[object]) -> set[object]:
    every = list(things)
    assert len(every) == len(set(every))
    return set(every)


def test_cells_and_areas_are_frozen(city: City) -> None:
    cell: Cell = city.cells[0]
    with pytest.raises(AttributeError):
        cell.households = 1  # type: ignore[misc]

"""Where a case is: by point in any system, by a code a person chose, or in a visible queue. The edge rule."""

import itertools
import random
from functools import cache
from typing import Any

import numpy as np
import prcoords
import pytest
import shapely

from seeds.hohhot.city import build_city
from tests.cast import HOME_CELL, Cast, point_in, report
from tests.support.each import each
from tests.support.tiers import Amount

POINTS = Amount("points on corners and edges", short=200, long=1000, setting="GRIDCASE_POINTS")


def at(lon: float, lat: float, crs: str = "WGS84") -> dict[str, Any]:
    return {"point": {"type": "Point", "coordinates": [lon, lat]}, "crs": crs}


@cache
def cells() -> tuple[list[str], Any]:
    """Codes in order, and a tree over their boundaries."""
    ordered = sorted(build_city().cells, key=lambda cell: cell.code)
    return [c.code for c in ordered], shapely.STRtree([c.boundary for c in ordered])


def by_shapely(points: list[tuple[float, float]]) -> list[str | None]:
    """The edge rule by another hand: covered by the boundary, then the smallest code."""
    codes, tree = cells()
    found: list[str | None] = [None] * len(points)
    which, cell = tree.query(shapely.points(points), predicate="covered_by")
    for n, code in zip(which, (codes[i] for i in cell), strict=True):
        held = found[n]
        found[n] = code if held is None else min(held, code)
    return found


def hard_points(number: int, seed: int = 7) -> list[tuple[float, float]]:
    """Corners shared by several cells, points on shared edges, points a hair beside them, and points inside."""
    dice, (_, tree) = random.Random(seed), cells()
    points: list[tuple[float, float]] = []
    for n in itertools.count():
        ring = dice.choice(tree.geometries).exterior.coords
        i = dice.randrange(len(ring) - 1)
        (ax, ay), (bx, by) = ring[i], ring[i + 1]
        share = dice.random()
        on_edge = (ax + (bx - ax) * share, ay + (by - ay) * share)
        middle = ((ax + bx) / 2, (ay + by) / 2)
        hair = (on_edge[0] + dice.choice((-1e-12, 1e-12)), on_edge[1])
        points.append([(ax, ay), middle, on_edge, hair, (ax + 1e-4, ay)][n % 5])
        if len(points) == number:
            return points
    raise AssertionError


@POINTS.mark
def test_points_on_corners_and_edges_fall_to_the_smallest_code_as_shapely_says(cast: Cast) -> None:
    points = hard_points(POINTS)
    expected = by_shapely(points)
    tree = cells()[1]
    shared = np.bincount(tree.query(shapely.points(points), predicate="covered_by")[0], minlength=len(points))
    assert (shared > 1).sum() > POINTS / 5, "the points are hard enough"
    got: list[str | None] = []
    for start in range(0, POINTS, 500):
        items = cast("luo.intake").batch([report(location=at(*p)) for p in points[start : start + 500]])
        got += [item["case"]["cell"] and item["case"]["cell"]["code"] for item in items]
    assert got == expected


def test_locate_answers_by_the_same_rule(cast: Cast) -> None:
    points = hard_points(60, seed=8)
    for (lon, lat), expected in each(zip(points, by_shapely(points), strict=True)):
        answer = cast("wang.grid").get(f"/v1/locate?lon={lon!r}&lat={lat!r}&crs=WGS84").json()
        assert answer["cell"] == expected
        assert (answer["worker"] is None) == (expected is None)


def twins(lon: float, lat: float) -> dict[str, tuple[float, float]]:
    """The same place in every system, by another implementation."""
    gcj, bd = prcoords.wgs_gcj((lat, lon)), prcoords.wgs_bd((lat, lon))
    return {"WGS84": (lon, lat), "CGCS2000": (lon, lat), "GCJ02": (gcj.lon, gcj.lat), "BD09": (bd.lon, bd.lat)}


def test_one_place_is_one_cell_whatever_system_names_it(cast: Cast) -> None:
    dice = random.Random(9)
    chosen = dice.sample(build_city().cells, 60)
    for crs in ("WGS84", "CGCS2000", "GCJ02", "BD09"):
        places = [twins(*point_in(cell.code))[crs] for cell in chosen]
        items = cast("luo.intake").batch([report(location=at(*place, crs)) for place in places])
        assert [item["case"]["cell"]["code"] for item in items] == [cell.code for cell in chosen], crs
        page = cast("luo.intake").get(f"/v1/cases/{items[0]['case']['id']}").json()["location"]
        assert page["crs"] == crs
        assert page["point"]["coordinates"] == pytest.approx(point_in(chosen[0].code), abs=1e-5)


def test_a_map_systems_point_read_as_wgs84_lands_elsewhere(cast: Cast) -> None:
    """Why the system is never guessed: it would be the wrong cell for most points in town."""
    inner = [cell for cell in build_city().cells if cell.code.startswith("150102")][:100]
    items = cast("luo.intake").batch([report(location=at(*twins(*point_in(c.code))["GCJ02"])) for c in inner])
    wrong = sum((item["case"]["cell"] or {}).get("code") != cell.code for item, cell in zip(items, inner, strict=True))
    assert wrong > 50


def test_a_cell_or_area_that_a_person_chose(cast: Cast) -> None:
    got = cast("li.window").register(report(location={"cell": HOME_CELL, "address": "示范路1号"}))
    assert got["cell"] == {"code": HOME_CELL}
    assert got["queue"] is None
    page = cast("li.window").get(f"/v1/cases/{got['id']}").json()
    assert page["location"] == {
        "located_by": "person",
        "crs": None,
        "accuracy_m": None,
        "address": "示范路1号",
        "point": None,
    }
    for area, centre in (
        ("150102001001", "C150102001001"),
        ("150102001", "C150102001"),
        ("150102", "C150102"),
        ("150100", "C150100"),
    ):
        chosen = cast("li.window").register(report(location={"area": area}))
        assert (chosen["cell"], chosen["queue"], chosen["lead_unit"]) == (None, None, centre)
        assert area in chosen["areas"].values()


@pytest.mark.parametrize("place", [{"cell": "999"}, {"area": "150199"}, {"cell": "150102001001999"}])
def test_a_code_that_no_map_has_is_refused(cast: Cast, place: dict[str, str]) -> None:
    reply = cast("li.window").post("/v1/cases", report(location=place))
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["pointer"] == "#/body/location"


def test_an_address_alone_waits_in_the_queue_of_the_city_until_somebody_places_it(cast: Cast, lives: Any) -> None:
    luo = cast("luo.intake")
    got = cast("li.window").register(report(location={"address": "海拉尔东路附近"}))
    assert (got["queue"], got["cell"], got["centre"]) == ("address_only", None, "C150100")
    assert got["id"] in {item["id"] for item in luo.walk("/v1/cases?queue=address_only&sort=newest&limit=200")}
    assert "place" in luo.get(f"/v1/cases/{got['id']}").json()["available_actions"]
    lon, lat = point_in()
    placed = luo.does(got["id"], "place", {"lon": lon, "lat": lat, "crs": "WGS84"})
    assert (placed["queue"], placed["cell"]["code"], placed["location"]["located_by"]) == (None, HOME_CELL, "point")
    assert placed["areas"]["community"] == "150102001001"
    offers = [a["unit"] for a in placed["assignments"] if a["state"] == "offered" and a["part"] == "lead"]
    assert offers == ["D150102_housing"]
    assert "place" not in placed["available_actions"]
    assert cast("chen.housing").does(got["id"], "sign_for")["lead_unit"] == "D150102_housing"


def test_placing_gives_the_offer_to_the_competent_unit_and_takes_it_from_the_one_before(cast: Cast) -> None:
    got = cast("li.window").register(report("petition", "heating.temperature", location={"address": "不明"}))
    assert got["offered_to"] == "D150100_housing"
    before = cast.seat("D150100_housing.handler.1")
    assert before.sees(got["id"])
    cast.seat("C150100.coordinator.1").does(got["id"], "place", {"code": "150102001001"})
    assert not before.sees(got["id"])
    assert cast("chen.housing").sees(got["id"])


def test_a_point_outside_every_cell_or_outside_the_city_is_queued_never_lost(cast: Cast) -> None:
    far = cast("luo.intake").register(report(location=at(116.4, 39.9)))
    assert (far["queue"], far["cell"], far["lead_unit"]) == ("outside_city", None, "C150100")
    queued = {item["id"] for item in cast("luo.intake").walk("/v1/cases?queue=any&limit=200")}
    assert far["id"] in queued
    again = cast("luo.intake").act(far["id"], "place", {"lon": 116.4, "lat": 39.9, "crs": "WGS84"})
    assert again.status_code == 422
    placed = cast("luo.intake").does(far["id"], "place", {"code": HOME_CELL})
    assert placed["queue"] is None


def test_a_hole_in_the_map_goes_to_the_nearest_tier_that_holds_it(cast: Cast, sql: Any) -> None:
    """A cell whose version has ended leaves its point in the community alone."""
    cell = "150105001001001"
    lon, lat = point_in(cell)
    sql("update cell_version set valid = tstzrange(lower(valid), now()) where cell = $1", cell)
    try:
        got = cast("luo.intake").register(report(location=at(lon, lat)))
    finally:
        sql("update cell_version set valid = tstzrange(lower(valid), null) where cell = $1", cell)
    assert (got["queue"], got["cell"]) == ("outside_cells", None)
    assert got["areas"]["community"] == "150105001001"


def test_a_cell_without_a_worker_shows_at_its_township(cast: Cast, sql: Any) -> None:
    cell = "150105001001002"
    sql("update cell_worker set during = tstzrange(lower(during), now()) where cell = $1", cell)
    try:
        got = cast("luo.intake").register(report(location={"cell": cell}))
        unstaffed = cast("wang.grid").get("/v1/cells/unstaffed").json()["cells"]
        assert cell in unstaffed
    finally:
        sql("update cell_worker set during = tstzrange(lower(during), null) where cell = $1", cell)
    assert (got["queue"], got["worker"], got["cell"]) == ("no_worker", None, {"code": cell})
    coordinator = cast.seat("C150105001.coordinator.1")
    assert got["id"] in {item["id"] for item in coordinator.walk("/v1/cases?queue=no_worker&limit=200")}


@pytest.mark.parametrize(
    "body",
    [
        {"lon": 111.7, "lat": 40.8},
        {"lon": 111.7, "crs": "WGS84"},
        {},
        {"code": "1", "lon": 1, "lat": 1, "crs": "WGS84"},
    ],
)
def test_a_place_is_a_whole_point_or_a_code(cast: Cast, body: dict[str, Any]) -> None:
    got = cast("li.window").register(report(location={"address": "不明"}))
    assert cast("luo.intake").act(got["id"], "place", body).status_code == 422

"""GCJ-02 and BD-09 against an implementation of others and against known points."""

import math

import prcoords
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from app.core.geometry import Crs, bd09_to_gcj02, gcj02_to_wgs84, in_china, to_wgs84, wgs84_to_gcj02

EARTH = Geod(ellps="WGS84")
HOHHOT = (111.7490, 40.8426)
CHINA = st.tuples(st.floats(73.5, 135.0), st.floats(18.0, 53.5))


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(EARTH.inv(*one, *other)[2])


def theirs(function: str, point: tuple[float, float]) -> tuple[float, float]:
    """prcoords takes and gives latitude first."""
    lat, lon = getattr(prcoords, function)((point[1], point[0]))
    return lon, lat


def test_at_hohhot_the_map_systems_lie_where_the_domain_notes_say() -> None:
    gcj = wgs84_to_gcj02(*HOHHOT)
    assert metres(HOHHOT, gcj) == pytest.approx(604, abs=2)
    bd = (111.76247, 40.84995)
    assert metres(bd09_to_gcj02(*bd), gcj) < 1.0
    assert metres(to_wgs84(*bd, Crs.BD09), HOHHOT) < 1.0


@given(CHINA)
def test_the_forward_formula_agrees_with_another_implementation(point: tuple[float, float]) -> None:
    assert metres(wgs84_to_gcj02(*point), theirs("wgs_gcj", point)) < 0.02


@given(CHINA)
def test_gcj02_comes_back_within_a_millimetre(point: tuple[float, float]) -> None:
    assert metres(gcj02_to_wgs84(*wgs84_to_gcj02(*point)), point) < 0.001
    assert metres(gcj02_to_wgs84(*point), theirs("gcj_wgs_bored", point)) < 0.02


@given(CHINA)
def test_bd09_comes_back_within_a_metre(point: tuple[float, float]) -> None:
    """Baidu's own two formulas are no exact inverses of each other; half a metre is what others have too."""
    bd = theirs("gcj_bd", point)
    assert metres(bd09_to_gcj02(*bd), point) < 1.0
    assert metres(to_wgs84(*theirs("wgs_bd", point), Crs.BD09), point) < 1.0


@given(st.floats(-180, 180), st.floats(-90, 90), st.sampled_from(list(Crs)))
def test_every_point_converts_and_outside_china_nothing_moves(lon: float, lat: float, crs: Crs) -> None:
    moved = to_wgs84(lon, lat, crs)
    assert all(math.isfinite(part) for part in moved)
    if not in_china(lon, lat) or crs in (Crs.WGS84, Crs.CGCS2000):
        assert moved == (lon, lat)
    else:
        assert metres(moved, (lon, lat)) < 3000


@pytest.mark.parametrize("city", [(2.3522, 48.8566), (-71.0589, 42.3601), (139.69, 35.68)])
def test_a_city_abroad_is_left_where_it_is(city: tuple[float, float]) -> None:
    assert wgs84_to_gcj02(*city) == gcj02_to_wgs84(*city) == bd09_to_gcj02(*city) == city

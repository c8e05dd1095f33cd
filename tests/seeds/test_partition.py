"""The arithmetic of the demo map: parts of the areas asked for, shared out numbers that add up."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.hohhot.chance import apportion, stream
from seeds.hohhot.geometry import _scattered
from seeds.hohhot.partition import PartitionFailed, area_of, centroid_of, clip, cut, depth_of, relax
from seeds.hohhot.plane import GRID_PER_DEGREE, to_grid, to_plane

SQUARE = [(0.0, 0.0), (1000.0, 0.0), (1000.0, 1000.0), (0.0, 1000.0)]


def test_area_and_centre_of_a_square() -> None:
    assert area_of(SQUARE) == 1e6
    assert area_of(SQUARE[::-1]) == -1e6
    assert centroid_of(SQUARE) == (500.0, 500.0)
    assert depth_of(SQUARE, (500.0, 10.0)) == 10.0
    assert depth_of(SQUARE, (500.0, -10.0)) == -10.0


def test_clip_keeps_the_side_asked_for_and_names_the_new_edge() -> None:
    ring = [(x, y, -1) for x, y in SQUARE]
    half = clip(ring, 1.0, 0.0, 250.0, 7)
    assert area_of(half) == 250_000.0
    assert [(x, y) for x, y, label in half if label == 7] == [(250.0, 0.0)]
    assert clip(ring, 1.0, 0.0, 2000.0, 7) is ring
    assert clip(ring, 1.0, 0.0, -1.0, 7) == []
    touching = clip(ring, 1.0, 0.0, 1000.0, 7)
    assert area_of(touching) == 1e6


@given(shares=st.lists(st.floats(0.2, 5.0), min_size=1, max_size=12), seed=st.integers(0, 2**32))
def test_parts_have_the_areas_asked_for_and_fill_the_whole(shares: list[float], seed: int) -> None:
    sites = relax(SQUARE, _scattered(SQUARE, len(shares), stream(seed, "test")), 3)
    parts = cut(SQUARE, sites, shares)
    whole = math.fsum(shares)
    for part, share in zip(parts, shares, strict=True):
        assert area_of(part) == pytest.approx(1e6 * share / whole, rel=1.1e-4)
    assert math.fsum(area_of(part) for part in parts) == pytest.approx(1e6, rel=1e-9)


def test_sites_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(PartitionFailed):
        cut(SQUARE, [(100.0, 100.0), (5000.0, 100.0)], [1.0, 1.0])


@given(
    weights=st.lists(st.floats(0.01, 100.0), min_size=1, max_size=40),
    least=st.integers(0, 5),
    extra=st.integers(0, 500),
)
def test_shared_out_numbers_add_up_and_keep_their_floor(weights: list[float], least: int, extra: int) -> None:
    total = least * len(weights) + extra
    numbers = apportion(total, weights, least=least)
    assert sum(numbers) == total
    assert min(numbers) >= least


def test_shared_out_numbers_keep_their_ceilings() -> None:
    assert apportion(10, [100.0, 1.0, 1.0], most=[2, 9, 9]) == [2, 4, 4]
    assert apportion(1000, [1.0] * 3, least=300, most=[500] * 3) == [334, 333, 333]
    with pytest.raises(ValueError, match="cannot be shared out"):
        apportion(100, [1.0, 1.0], most=[49, 50])
    with pytest.raises(ValueError, match="cannot be shared out"):
        apportion(3, [1.0, 1.0], least=2)


def test_the_plane_and_the_grid_are_inverse() -> None:
    for lon, lat in ((111.65879, 40.85695), (110.6, 41.0), (112.3, 39.6)):
        assert to_grid(to_plane(lon, lat)) == (round(lon * GRID_PER_DEGREE), round(lat * GRID_PER_DEGREE))

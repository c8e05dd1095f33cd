"""Small cells are hidden, and no sum of what is shown gives one away."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analytics.rules.small import SMALL, Cell, hidden, ratio, together
from tests.support.each import each


def cells(*pairs: tuple[int, int], family: str | None = None) -> list[Cell]:
    return [Cell(f"{family}{n}", part, whole, family) for n, (part, whole) in enumerate(pairs)]


@pytest.mark.parametrize(
    ("part", "whole", "small"),
    [
        (0, 0, False), (0, 4, True), (4, 4, True), (0, 5, False), (5, 5, False), (1, 50, True), (4, 50, True),
        (5, 50, False), (45, 50, False), (46, 50, True), (49, 50, True), (50, 50, False), (0, 50, False),
    ],
)  # fmt: skip
def test_one_to_four_is_small_wherever_it_stands(part: int, whole: int, small: bool) -> None:
    assert Cell("a", part, whole).small is small


def test_a_small_cell_never_hides_alone() -> None:
    assert hidden(cells((2, 3), (10, 20), (30, 60))) == {"None0", "None1"}
    assert hidden(cells((10, 20), (30, 60))) == set()
    assert hidden(cells((2, 3))) == {"None0"}


def test_two_that_are_small_together_take_a_third() -> None:
    assert hidden(cells((0, 1), (0, 2), (10, 20), (30, 60))) == {"None0", "None1", "None2"}


def test_each_family_hides_its_own() -> None:
    found = hidden([*cells((2, 3), (10, 20), (10, 30), family="a"), *cells((6, 12), (7, 14), family="b")])
    assert found == {"a0", "a1"}


pair = st.integers(0, 40).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@given(st.lists(pair, min_size=1, max_size=12))
def test_what_can_be_worked_out_is_never_small(pairs: list[tuple[int, int]]) -> None:
    """Whoever knows the total of a family subtracts what is shown: the rest is no small number, or all is hidden."""
    family = cells(*pairs)
    away = [cell for cell in family if cell.key in hidden(family)]
    assert {cell.key for cell in family if cell.small} <= {cell.key for cell in away}
    if away and len(away) < len(family):
        assert len(away) > 1
        rest = together(away)
        assert not any(0 < count < SMALL for count in (rest.whole, rest.part, rest.whole - rest.part))


@given(st.lists(pair, min_size=1, max_size=12))
def test_the_order_of_cells_changes_nothing(pairs: list[tuple[int, int]]) -> None:
    family = cells(*pairs)
    for other in each(itertools.islice(itertools.permutations(family), 6)):
        assert hidden(other) == hidden(family)


def test_a_ratio_of_nothing_is_none() -> None:
    assert ratio(Cell("a", 0, 0)) is None
    assert ratio(Cell("a", 1, 3)) == 0.3333

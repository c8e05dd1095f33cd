"""A loop of assertions must have something to assert."""

from collections.abc import Iterable
from typing import TypeVar

Item = TypeVar("Item")


def each(items: Iterable[Item]) -> list[Item]:
    """The items; fails when there are none."""
    found = list(items)
    assert found, "there is nothing to look at"
    return found

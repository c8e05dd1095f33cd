"""Repeatable chance: every stream is named, so that a change in one place leaves all others as they were."""

import random
from collections.abc import Sequence
from math import fsum
from typing import TypeVar

Thing = TypeVar("Thing")


def stream(seed: int, *key: object) -> random.Random:
    """A generator of its own for `key`; the same on every machine and Python version."""
    return random.Random(":".join(("gridcase", str(seed), *map(str, key))))  # noqa: S311


def pick(chance: random.Random, things: Sequence[Thing]) -> Thing:
    """One of `things`, all equally likely."""
    return things[int(chance.random() * len(things))]


def between(chance: random.Random, low: float, high: float) -> float:
    """A number in [low, high)."""
    return low + chance.random() * (high - low)


def apportion(total: int, weights: Sequence[float], *, least: int = 0, most: Sequence[int] | None = None) -> list[int]:
    """Whole numbers that add up to `total`, in proportion to `weights` by largest remainders.

    None is below `least` nor above its entry in `most`. Raises ValueError when no such numbers exist.
    """
    ceilings = list(most) if most is not None else [total] * len(weights)
    if not least * len(weights) <= total <= sum(ceilings) or least > min(ceilings, default=least):
        raise ValueError(f"{total} cannot be shared out among {len(weights)}")
    numbers = [least] * len(weights)
    left = total - sum(numbers)
    while left:
        open_places = [i for i in range(len(weights)) if numbers[i] < ceilings[i]]
        whole = fsum(weights[i] for i in open_places)
        wanted = {i: min(left * weights[i] / whole, ceilings[i] - numbers[i]) for i in open_places}
        for i in open_places:
            numbers[i] += int(wanted[i])
        left = total - sum(numbers)
        by_remainder = sorted(open_places, key=lambda i: (int(wanted[i]) - wanted[i], i))
        for i in by_remainder[: min(left, len(by_remainder))]:
            if numbers[i] < ceilings[i]:
                numbers[i] += 1
        left = total - sum(numbers)
    return numbers

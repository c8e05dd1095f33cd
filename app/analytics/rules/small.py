"""Small cells are not shown, and cannot be worked out from what is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

SMALL = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One ratio as its two counts. `family` is what cells add up within: the area above, or nothing."""

    key: str | None
    part: int
    whole: int
    family: str | None = None

    @property
    def small(self) -> bool:
        """Whether whole, part or the rest is between one and four: few enough to be recognised."""
        return any(0 < count < SMALL for count in (self.whole, self.part, self.whole - self.part))


def hidden(cells: Iterable[Cell]) -> set[str | None]:
    """The keys of cells not to be shown to who answers for none of them.

    A family with a small cell hides at least two cells, and as many (the smallest next) as it takes until those hidden
    are not small together: their sum is what anybody can work out from the total of the family.
    """
    families: dict[str | None, list[Cell]] = {}
    for cell in cells:
        families.setdefault(cell.family, []).append(cell)
    return {cell.key for family in families.values() for cell in _hidden_in(family)}


def _hidden_in(family: list[Cell]) -> list[Cell]:
    found = [cell for cell in family if cell.small]
    rest = sorted((cell for cell in family if not cell.small), key=lambda cell: (cell.whole, str(cell.key)))
    while found and rest and (len(found) == 1 or together(found).small):
        found.append(rest.pop(0))
    return found


def together(cells: Iterable[Cell]) -> Cell:
    """Their sum."""
    listed = list(cells)
    return Cell(None, sum(cell.part for cell in listed), sum(cell.whole for cell in listed))


def ratio(cell: Cell) -> float | None:
    """part / whole with four digits; nothing of nothing is none."""
    return round(cell.part / cell.whole, 4) if cell.whole else None

"""The laws of coverage: 边界清晰、全域覆盖、容量适度 (clear boundaries, full coverage, moderate size). Pure."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class PartitionLaw(StrEnum):
    """Whether a city holds its cells to the law, or only reports what breaks it (a city of others' polygons)."""

    ENFORCED = "enforced"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of a law: `gap` or `overlap` between cells (area in square metres), `band` (households), `invalid`."""

    law: str
    cells: tuple[str, ...]
    township: str | None = None
    square_metres: float | None = None
    households: int | None = None

    def as_dict(self) -> dict[str, object]:
        """For problem documents."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def out_of_band(households: int | None, band: tuple[int, int]) -> bool:
    """Whether a cell is larger or smaller than the city's band allows (unknown counts as within)."""
    return households is not None and not band[0] <= households <= band[1]

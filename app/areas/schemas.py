"""Areas as shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.bodies import Items


@dataclass(frozen=True, slots=True)
class AreaOut:
    """An area with its present version; `boundary` is GeoJSON (lon/lat, WGS84) when asked for."""

    code: str
    tier: str
    parent: str | None
    name: str
    official: bool
    households: int | None
    residents: int | None
    synthetic: bool
    source: str
    boundary: Mapping[str, object] | None


class AreaPage(Items[AreaOut]):
    """Areas by code."""

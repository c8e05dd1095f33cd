"""Areas as shown."""

from typing import Any

from pydantic import BaseModel


class AreaOut(BaseModel):
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
    boundary: dict[str, Any] | None = None


class AreaPage(BaseModel):
    """Areas by code."""

    items: list[AreaOut]

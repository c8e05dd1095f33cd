"""Cells as shown."""

import uuid
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class CellProperties:
    """What is known of a cell beside its boundary."""

    name: str
    community: str | None
    township: str | None
    county: str | None
    kind: str
    centre: str
    households: int | None
    residents: int | None
    synthetic: bool
    source: str
    worker: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class BoundaryOut:
    """A GeoJSON multipolygon."""

    type: Literal["MultiPolygon"]
    coordinates: list[object]


@dataclass(frozen=True, slots=True)
class CellFeature:
    """A cell as a GeoJSON feature (RFC 7946, lon/lat, WGS84)."""

    type: Literal["Feature"]
    id: str
    geometry: BoundaryOut
    properties: CellProperties


class CellCollection(BaseModel):
    """Cells by code."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[CellFeature]


@dataclass(frozen=True, slots=True)
class ResponsibleOut:
    """Who is responsible at a point; without a cell, `nearest_area` is the tier that holds it."""

    cell: str | None
    cell_name: str | None
    community: str | None
    township: str | None
    county: str | None
    city: str | None
    centre: str | None
    centre_name: str | None
    worker: uuid.UUID | None
    worker_name: str | None
    nearest_area: str | None


class UnstaffedOut(BaseModel):
    """Cells without a worker."""

    cells: list[str]

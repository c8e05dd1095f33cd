"""Cells, and who is responsible here."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import FiniteFloat

from app.core import errors
from app.core.access import Actor, Permission
from app.core.geometry import Crs, to_wgs84
from app.core.http import Now, Read, requires
from app.core.paging import ThisPage, box
from app.core.texts import Code
from app.grids import queries
from app.grids.schemas import CellCollection, ResponsibleOut, UnstaffedOut

router = APIRouter(prefix="/v1", tags=["map"])
CanReadMap = Annotated[Actor, Depends(requires(Permission.MAP_READ))]


@router.get("/cells", summary="Grid cells as GeoJSON")
async def list_cells(
    _: CanReadMap, conn: Read, at: Now, page: ThisPage,
    area: Annotated[Code | None, Query(description="Area of any tier")] = None,
    bbox: Annotated[str | None, Query(max_length=100, description="west,south,east,north (WGS84)")] = None,
) -> CellCollection:  # fmt: skip
    """Live cells with boundary, worker and centre, by code."""
    rows = await queries.list_cells(conn, area=area, bbox=box(bbox), after=page.after_code(), limit=page.most, at=at)
    return CellCollection(features=page.of(rows, lambda cell: [cell.id]))


@router.get("/cells/unstaffed", summary="Cells without a worker")
async def list_unstaffed_cells(_: CanReadMap, conn: Read, at: Now) -> UnstaffedOut:
    """Their cases go to the township's coordinator."""
    return UnstaffedOut(cells=await queries.list_unstaffed(conn, at))


@router.get("/locate", summary="Who is responsible here?")
async def locate_point(
    _: CanReadMap, conn: Read, at: Now,
    lon: Annotated[FiniteFloat, Query(ge=-180, le=180, examples=[111.67])],
    lat: Annotated[FiniteFloat, Query(ge=-90, le=90, examples=[40.81])],
    crs: Annotated[Crs | None, Query(description="System of the point; never guessed", examples=["WGS84"])] = None,
) -> ResponsibleOut:  # fmt: skip
    """The cell, its worker and centre at a point, by the rule that intake uses."""
    if crs is None:
        raise errors.Invalid(
            "请注明坐标系 crs：WGS84、CGCS2000、GCJ02 或 BD09。",
            "Name the system of the point: WGS84, CGCS2000, GCJ02, BD09.",
            pointer="#/query/crs",
        )
    return await queries.locate(conn, *to_wgs84(lon, lat, crs), at)

"""GET /v1/areas."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from app.areas import queries
from app.areas.schemas import AreaPage
from app.core.access import Actor, Permission
from app.core.http import Now, Read, requires
from app.core.paging import ThisPage
from app.core.texts import Code

router = APIRouter(prefix="/v1", tags=["map"])


@router.get("/areas", summary="Areas of the tiers")
async def list_areas(
    _: Annotated[Actor, Depends(requires(Permission.MAP_READ))], conn: Read, at: Now, page: ThisPage,
    tier: Literal["city", "county", "township", "community"] | None = None, parent: Code | None = None,
    geometry: Annotated[bool, Query(description="With boundaries (GeoJSON, lon/lat)")] = False,
) -> AreaPage:  # fmt: skip
    """City, counties, townships, communities, by code."""
    rows = await queries.list_areas(
        conn, tier=tier, parent=parent, after=page.after_code(), limit=page.most, at=at, geometry=geometry
    )
    return AreaPage(items=page.of(rows, lambda area: [area.code]))

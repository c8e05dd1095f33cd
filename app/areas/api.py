"""GET /v1/areas."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from app.areas import queries
from app.areas.schemas import AreaOut, AreaPage
from app.core import paging
from app.core.access import Actor, Permission
from app.core.http import Now, Read, requires
from app.core.texts import Code

router = APIRouter(prefix="/v1", tags=["map"])


@router.get("/areas", response_model=AreaPage, summary="Areas of the tiers")
async def list_areas(
    _: Annotated[Actor, Depends(requires(Permission.MAP_READ))], conn: Read, at: Now, request: Request,
    response: Response, tier: Literal["city", "county", "township", "community"] | None = None,
    parent: Code | None = None,
    geometry: Annotated[bool, Query(description="With boundaries (GeoJSON, lon/lat)")] = False,
    limit: paging.Limit = paging.PAGE, cursor: paging.Cursor = None,
) -> AreaPage:  # fmt: skip
    """City, counties, townships, communities, by code."""
    last = paging.decode(cursor, 1)
    rows = await queries.list_areas(
        conn, tier=tier, parent=parent, after=last[0] if last else "", limit=limit + 1, at=at, geometry=geometry
    )
    if len(rows) > limit:
        response.headers.update(paging.link(request, paging.encode([rows[limit - 1]["code"]])))
    items = [
        AreaOut(**{**dict(r), "boundary": json.loads(r["boundary"]) if r["boundary"] else None}) for r in rows[:limit]
    ]
    return AreaPage(items=items)

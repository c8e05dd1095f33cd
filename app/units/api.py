"""GET /v1/units."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from app.core import paging
from app.core.access import Actor, Permission
from app.core.http import Read, requires
from app.core.texts import Code
from app.units import queries
from app.units.schemas import UnitOut, UnitPage

router = APIRouter(prefix="/v1", tags=["map"])
Kind = Literal["centre", "department", "petition_office", "discipline_desk", "mediation_committee", "intake_desk"]


@router.get("/units", response_model=UnitPage, summary="Units")
async def list_units(
    _: Annotated[Actor, Depends(requires(Permission.MAP_READ))], conn: Read, request: Request, response: Response,
    kind: Kind | None = None, area: Annotated[Code | None, Query(description="With everything below it")] = None,
    limit: paging.Limit = paging.PAGE, cursor: paging.Cursor = None,
) -> UnitPage:  # fmt: skip
    """Centres, departments, offices, desks and committees, by code."""
    last = paging.decode(cursor, 1)
    rows = await queries.list_units(conn, kind=kind, area=area, after=last[0] if last else "", limit=limit + 1)
    if len(rows) > limit:
        response.headers.update(paging.link(request, paging.encode([rows[limit - 1]["code"]])))
    return UnitPage(items=[UnitOut(**dict(r)) for r in rows[:limit]])

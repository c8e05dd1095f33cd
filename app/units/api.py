"""GET /v1/units."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from app.core.access import Actor, Permission
from app.core.http import Read, requires
from app.core.paging import ThisPage
from app.core.texts import Code
from app.units import queries
from app.units.schemas import UnitPage

router = APIRouter(prefix="/v1", tags=["map"])
Kind = Literal["centre", "department", "petition_office", "discipline_desk", "mediation_committee", "intake_desk"]


@router.get("/units", summary="Units")
async def list_units(
    _: Annotated[Actor, Depends(requires(Permission.MAP_READ))], conn: Read, page: ThisPage, kind: Kind | None = None,
    area: Annotated[Code | None, Query(description="With everything below it")] = None,
) -> UnitPage:  # fmt: skip
    """Centres, departments, offices, desks and committees, by code."""
    rows = await queries.list_units(conn, kind=kind, area=area, after=page.after_code(), limit=page.most)
    return UnitPage(items=page.of(rows, lambda unit: [unit.code]))

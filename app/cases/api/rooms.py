"""The rooms taken for a case. They are booked and given back by what happens in them: sessions, hearings, meetings."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends

from app.cases.queries.one import get_facts
from app.centres.queries.rooms import list_for_case
from app.centres.schemas.shown import BookingPage
from app.core.access import Actor, Permission
from app.core.http import Read, reference, requires
from app.reference.queries import Reference

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["cases"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]
Rules = Annotated[Reference, Depends(reference)]


@router.get("/bookings", response_model=BookingPage, summary="Rooms taken for a case")
async def list_case_bookings(case_id: uuid.UUID, actor: CanRead, conn: Read, rules: Rules) -> BookingPage:
    """For whoever sees the case, those given back too; everybody else learns at most that a room is taken."""
    await get_facts(conn, case_id, rules, actor=actor)
    return BookingPage(items=await list_for_case(conn, case_id))

"""Routes of emergency mode."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.cases.queries.filters import area_filter
from app.core.access import Actor, Permission
from app.core.http import Now, Read, requires
from app.core.openapi import carries
from app.core.paging import ThisPage
from app.core.texts import Code
from app.emergency import actions, queries
from app.emergency.rules import WORKFLOW
from app.emergency.schemas import EmergencyIn, EmergencyOut, EmergencyPage, RotaIn
from app.reference.actions import ActionContext
from app.reference.runner import Rules, ThisCreator, ThisReader, step_routes

router = APIRouter(prefix="/v1", tags=["emergency"])
CanRead = Annotated[Actor, Depends(requires(Permission.STAFF_READ))]


@router.get("/emergencies", summary="Emergencies")
async def list_emergencies(
    _: CanRead, conn: Read, at: Now, rules: Rules, page: ThisPage,
    stands: Annotated[bool | None, Query(description="On now")] = None,
    area: Annotated[Code | None, Query(description="Touching this area")] = None,
) -> EmergencyPage:  # fmt: skip
    """The newest first. They name areas, categories and staff on duty, never a case."""
    area_filter(area, rules.tiers)
    after = page.after(1, uuids=True)
    before = uuid.UUID(after[0]) if after else None
    rows = await queries.list_emergencies(conn, stands=stands, area=area, before=before, limit=page.most, now=at)
    return EmergencyPage(items=page.of(rows, lambda row: [row.id]))


async def _show(act: ActionContext, emergency: uuid.UUID, _: str) -> EmergencyOut:
    return await queries.get_emergency(act.conn, emergency, now=act.now)


@router.get(
    "/emergencies/{emergency_id}", response_model=EmergencyOut, summary="One emergency",
    responses={200: carries("ETag")},
)  # fmt: skip
async def get_emergency(emergency_id: uuid.UUID, _: CanRead, reader: ThisReader) -> Response:
    """With its rota and its record. The ETag is its version."""
    return await reader.show(emergency_id, _show)


@router.post(
    "/emergencies", response_model=EmergencyOut, summary="Switch on emergency mode", status_code=201,
    responses={201: carries("ETag")}, dependencies=[Depends(requires(Permission.EMERGENCY_SWITCH))],
)  # fmt: skip
async def switch_on_emergency(sent: EmergencyIn, creator: ThisCreator) -> Response:
    """By the head of a unit whose area covers it, until a time and for a reason; it ends by itself.

    Units must begin handling matching cases within the configured hours. No legal limit and none of a resident's
    changes, and nobody sees a case more than before.
    """
    return await creator.run(lambda act: actions.switch_on(act, **dict(sent)), _show)


step_routes(
    router, WORKFLOW, "/emergencies/{emergency_id}", {"end": (actions.end, None), "set_rota": (actions.set_rota, RotaIn)},
    answer=EmergencyOut, show=_show, key="emergency_id", names={"set_rota": "set_emergency_rota"},
)  # fmt: skip

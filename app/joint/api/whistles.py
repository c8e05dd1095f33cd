"""Routes of call-outs (吹哨报到)."""

import uuid
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from app.cases.queries.notes import read_notes
from app.cases.queries.visible import require_visible
from app.core.access import Actor, Permission
from app.core.http import Read, requires
from app.core.openapi import carries
from app.core.paging import ThisPage
from app.joint import actions
from app.joint.queries import whistles as queries
from app.joint.rules.whistles import OCCASION_WORDS, WHISTLES
from app.joint.schemas.whistles import SettleIn, WhistleIn, WhistleItem, WhistleOut, WhistlePage
from app.reference.actions import ActionContext
from app.reference.runner import ThisCreator, ThisReader, step_routes

router = APIRouter(prefix="/v1", tags=["together"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]


async def show(act: ActionContext, whistle_id: Any, language: str) -> dict[str, Any]:
    """A call-out's page."""
    whistle = await queries.get_whistle(act.conn, whistle_id, actor=act.actor)
    notes = await read_notes(act.conn, (whistle.note, whistle.settlement))
    page = {
        **asdict(whistle), "text": notes.get(whistle.note), "settlement_text": notes.get(whistle.settlement),
        "occasion_text": OCCASION_WORDS[whistle.occasion].say(language),
        "available_actions": WHISTLES.available(whistle, act.actor, act.now),
    }  # fmt: skip
    return WhistleOut.model_validate(page).model_dump()


@router.post(
    "/cases/{case_id}/whistles", response_model=WhistleOut, summary="Call departments to the spot", status_code=201,
    responses={201: carries("ETag")}, dependencies=[Depends(requires(Permission.CASE_OFFER))],
)  # fmt: skip
async def call_out(case_id: uuid.UUID, sent: WhistleIn, creator: ThisCreator) -> Response:
    """By a township's unit that leads the case or covers its place. Each department has a task, and until W1 to be there."""
    return await creator.run(lambda act: actions.call_out(act, case_id, **dict(sent)), show)


@router.get("/cases/{case_id}/whistles", response_model=WhistlePage, summary="Call-outs of a case")
async def list_case_whistles(case_id: uuid.UUID, actor: CanRead, conn: Read, page: ThisPage) -> WhistlePage:
    """All of them, with who was called and who came when."""
    await require_visible(conn, case_id, actor=actor)
    rows = await queries.list_whistles(conn, case_id, actor=actor, after=page.after(1, uuids=True), limit=page.most)
    shown = page.of(rows, lambda whistle: (whistle.id,))
    return WhistlePage(items=[WhistleItem.model_validate(asdict(whistle)) for whistle in shown])


@router.get(
    "/whistles/{whistle_id}", response_model=WhistleOut, summary="One call-out", responses={200: carries("ETag")},
    dependencies=[Depends(requires(Permission.CASE_READ))],
)  # fmt: skip
async def get_whistle(whistle_id: uuid.UUID, reader: ThisReader) -> Response:
    """Who was called for what, who came when, what was settled. The ETag is its version."""
    return await reader.show(whistle_id, show)


step_routes(
    router, WHISTLES, "/whistles/{whistle_id}", {"settle": (actions.settle, SettleIn)}, answer=WhistleOut, show=show,
    key="whistle_id",
)  # fmt: skip

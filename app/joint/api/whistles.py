"""Routes of whistles (吹哨报到)."""

import uuid
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from app.cases.queries.one import get_facts
from app.core import paging
from app.core.access import Actor, Permission
from app.core.database import Connection
from app.core.http import Language, Now, Read, ThisCall, Write
from app.core.openapi import carries
from app.joint import actions, queries
from app.joint.actions.whistles import Call
from app.joint.api.shared import CanAsk, CanRead, Rules, ThisMove, made, more, shown
from app.joint.rules import OCCASION_WORDS, OWED, Occasion, WhistleState
from app.joint.schemas import SettleIn, WhistleIn, WhistleItem, WhistleOut, WhistlePage

router = APIRouter(prefix="/v1", tags=["together"])


async def show(conn: Connection, whistle: uuid.UUID, actor: Actor, _: datetime, language: str) -> dict[str, Any]:
    """A whistle's page."""
    row = await queries.get_whistle(conn, whistle, actor=actor)
    row["occasion_text"] = OCCASION_WORDS[Occasion(row["occasion"])].say(language)
    mine = row["unit"] in actor.units_with(Permission.CASE_OFFER)
    owing = any(call["state"] in OWED for call in row["calls"])
    row["available_actions"] = ["settle"] if mine and row["state"] == WhistleState.OPEN and not owing else []
    return WhistleOut.model_validate(row).model_dump()


@router.post(
    "/cases/{case_id}/whistles", response_model=WhistleOut, summary="Whistle departments to the spot", status_code=201,
    responses={201: carries("ETag")},
)  # fmt: skip
async def blow_whistle(
    case_id: uuid.UUID, sent: WhistleIn, conn: Write, call: ThisCall, rules: Rules, actor: CanAsk
) -> Response:
    """By a township's unit that leads the case or covers its place. Each department has a task, and until W1 to be there."""
    spot = sent.point.wgs84() if sent.point else None
    asked = Call(sent.occasion, sent.text, tuple(sent.units), spot, sent.answer_by)
    return await made(conn, call, rules, actor, lambda act: actions.call_out(act, case_id, asked), show)


@router.get("/cases/{case_id}/whistles", response_model=WhistlePage, summary="Whistles of a case")
async def list_case_whistles(
    case_id: uuid.UUID, actor: CanRead, conn: Read, rules: Rules, request: Request, response: Response,
    limit: paging.Limit = paging.PAGE, cursor: paging.Cursor = None,
) -> WhistlePage:  # fmt: skip
    """All of them, with who was called and who came when."""
    await get_facts(conn, case_id, rules, actor=actor)
    after = paging.decode(cursor, 1, uuids=True)
    rows = await queries.list_whistles(conn, case_id, actor=actor, after=after, limit=limit + 1)
    more(rows, limit, lambda row: [str(row["id"])], request, response)
    return WhistlePage(items=[WhistleItem.model_validate(row) for row in rows[:limit]])


@router.get(
    "/whistles/{whistle_id}", response_model=WhistleOut, summary="One whistle", responses={200: carries("ETag")}
)
async def get_whistle(whistle_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, said: Language) -> Response:
    """Who was called for what, who came when, what was settled. The ETag is its version."""
    return shown(await show(conn, whistle_id, actor, at, said))


@router.post("/whistles/{whistle_id}/actions/settle", response_model=WhistleOut, summary="Say what was settled")
async def settle_whistle(whistle_id: uuid.UUID, sent: SettleIn, move: ThisMove, _: CanAsk) -> Response:
    """By the township's unit that whistled, once every department has answered or is excused (事不完，人不走)."""
    return await move.take(whistle_id, lambda act: actions.settle(act, whistle_id, settled=sent.settled), show)

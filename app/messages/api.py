"""The administrator's view of what goes out: what waits, what is stuck, and sending it again."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.core import paging
from app.core.access import Actor, Permission
from app.core.http import Read, ThisCall, Write, requires
from app.core.idempotency import once
from app.messages import actions, queries
from app.messages.schemas import MessageStateOut, OutgoingOut, OutgoingPage

router = APIRouter(prefix="/v1", tags=["messages"])
CanManage = Annotated[Actor, Depends(requires(Permission.MESSAGE_MANAGE))]
MessageId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the message")]


@router.get("/messages", response_model=OutgoingPage, summary="What goes out, by state")
async def list_outgoing(
    _: CanManage, conn: Read, request: Request, response: Response,
    state: Annotated[Literal["waiting", "sending", "sent", "stuck"], Query()] = "stuck",
    limit: paging.Limit = paging.PAGE, cursor: paging.Cursor = None,
) -> OutgoingPage:  # fmt: skip
    """SMS and e-mails that wait, are being sent, were sent or are stuck. Neither whom they go to nor on which matter."""
    last = paging.decode(cursor, 1, numbers=True)
    rows = await queries.list_outgoing(conn, state=state, after=int(last[0]) if last else 0, limit=limit + 1)
    if len(rows) > limit:
        response.headers.update(paging.link(request, paging.encode([str(rows[limit - 1]["id"])])))
    return OutgoingPage(items=[OutgoingOut(**dict(row)) for row in rows[:limit]])


@router.post("/messages/{message_id}/retry", response_model=MessageStateOut, summary="Send a stuck message again")
async def retry_message(message_id: MessageId, _: CanManage, conn: Write, call: ThisCall) -> Response:
    """Back in line. Of an interrupted one nobody knows whether it left: sending it again may tell somebody twice."""

    async def act() -> tuple[int, bytes, str | None]:
        await actions.retry(conn, message_id, now=call.now)
        return 200, json.dumps({"id": message_id, "state": "waiting"}).encode(), None

    return await once(conn, call, act)

"""The administrator's view of what goes out: what waits, what is stuck, and sending it again."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from app.core.access import Actor, Permission
from app.core.http import Read, ThisCall, Write, requires
from app.core.idempotency import once
from app.core.paging import ThisPage
from app.messages import actions, queries
from app.messages.schemas import MessageStateOut, OutgoingPage

router = APIRouter(prefix="/v1", tags=["messages"])
CanManage = Annotated[Actor, Depends(requires(Permission.MESSAGE_MANAGE))]
MessageId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the message")]


@router.get("/messages", response_model=OutgoingPage, summary="What goes out, by state")
async def list_outgoing(
    _: CanManage, conn: Read, page: ThisPage,
    state: Annotated[Literal["waiting", "sending", "sent", "stuck"], Query()] = "stuck",
) -> OutgoingPage:  # fmt: skip
    """SMS and e-mails that wait, are being sent, were sent or are stuck. Neither whom they go to nor on which matter."""
    last = page.after(1, numbers=True)
    rows = await queries.list_outgoing(conn, state=state, after=int(last[0]) if last else 0, limit=page.most)
    return OutgoingPage(items=page.of(rows, lambda message: [message.id]))


@router.post("/messages/{message_id}/retry", response_model=MessageStateOut, summary="Send a stuck message again")
async def retry_message(message_id: MessageId, _: CanManage, conn: Write, call: ThisCall) -> Response:
    """Back in line. Of an interrupted one nobody knows whether it left: sending it again may tell somebody twice."""

    async def act() -> tuple[int, bytes, str | None]:
        await actions.retry(conn, message_id, now=call.now)
        return 200, json.dumps({"id": message_id, "state": "waiting"}).encode(), None

    return await once(conn, call, act)

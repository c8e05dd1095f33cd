"""The caller's own messages in the app."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic_core import to_json

from app.cases.actions.messages import read_message
from app.cases.queries.messages import list_messages
from app.core import paging
from app.core.access import Actor, Permission
from app.core.http import Language, Read, ThisCall, Write, requires
from app.core.idempotency import once
from app.messages.rules import composed
from app.messages.schemas import MessageOut, MessagesOut, MessageStateOut

router = APIRouter(prefix="/v1/me", tags=["messages"])
CanRead = Annotated[Actor, Depends(requires(Permission.MESSAGE_READ))]


@router.get("/messages", response_model=MessagesOut, summary="What I am told")
async def list_my_messages(
    actor: CanRead, conn: Read, said: Language, request: Request, response: Response,
    unread: Annotated[bool, Query(description="Only what nobody has read yet")] = False,
    limit: paging.Limit = paging.PAGE, cursor: paging.Cursor = None,
) -> MessagesOut:  # fmt: skip
    """Messages to me, my posts and my units, the newest first; those on a case only while I may see the case."""
    last = paging.decode(cursor, 1, numbers=True)
    before = int(last[0]) if last else None
    rows = await list_messages(conn, actor=actor, unread=unread, before=before, limit=limit + 1)
    if len(rows) > limit:
        response.headers.update(paging.link(request, paging.encode([str(rows[limit - 1]["id"])])))
    items = []
    for row in rows[:limit]:
        subject, text = composed(row["template"], row["facts"], row["number"])
        shown = {k: row[k] for k in ("id", "template", "case_id", "urgent", "created_at", "read_at")}
        items.append(MessageOut(subject=subject.say(said), text=text.say(said), **shown))
    return MessagesOut(items=items)


@router.post("/messages/{message_id}/read", response_model=MessageStateOut, summary="I have read it")
async def read_my_message(
    message_id: Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the message")],
    actor: CanRead, conn: Write, call: ThisCall,
) -> Response:  # fmt: skip
    """Keeps who read it first and when; a message to a unit is read once one of the unit has."""

    async def act() -> tuple[int, bytes, str | None]:
        await read_message(conn, message_id, actor=actor, now=call.now)
        return 200, to_json({"id": message_id, "state": "read"}), None

    return await once(conn, call, act)

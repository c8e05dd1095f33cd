"""The caller's own messages; and for the administrator what goes out: what waits, what is stuck, sending it again."""

import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic_core import to_json

from app.core.access import Actor, Permission
from app.core.http import Language, Read, ThisCall, Write, requires
from app.core.idempotency import once
from app.core.paging import ThisPage
from app.core.veiled import unveiled
from app.messages import actions, queries
from app.messages.rules import composed
from app.messages.schemas import MessageOut, MessagesOut, MessageStateOut, OutgoingPage

router = APIRouter(prefix="/v1", tags=["messages"])
CanRead = Annotated[Actor, Depends(requires(Permission.MESSAGE_READ))]
CanManage = Annotated[Actor, Depends(requires(Permission.MESSAGE_MANAGE))]


@router.get("/me/messages", summary="What I am told")
async def list_my_messages(
    actor: CanRead, conn: Read, said: Language, page: ThisPage,
    unread: Annotated[bool, Query(description="Only what nobody has read yet")] = False,
) -> MessagesOut:  # fmt: skip
    """Messages to me, my posts and my units, the newest first; those on a case only while I may see the case."""
    found = await queries.list_own(conn, actor=actor, unread=unread, before=page.after_veiled(), limit=page.most)
    return MessagesOut(items=[_shown(message, said) for message in page.of(found, lambda message: (message.id,))])


def _shown(message: queries.OwnMessage, said: str) -> MessageOut:
    subject, text = composed(message.template, message.facts, message.number)
    return MessageOut(
        message.id, message.template, subject.say(said), text.say(said), message.case_id, message.urgent,
        message.created_at, message.read_at,
    )  # fmt: skip


@router.post("/me/messages/{message_id}/read", response_model=MessageStateOut, summary="I have read it")
async def read_my_message(message_id: uuid.UUID, actor: CanRead, conn: Write, call: ThisCall) -> Response:
    """Keeps who read it first and when; a message to a unit is read once one of the unit has."""

    async def act() -> tuple[int, bytes, str | None]:
        await actions.read_message(conn, unveiled(message_id), actor=actor, now=call.now)
        return 200, to_json({"id": str(message_id), "state": "read"}), None

    return await once(conn, call, act)


@router.get("/messages", summary="What goes out, by state")
async def list_outgoing(
    _: CanManage, conn: Read, page: ThisPage,
    state: Annotated[Literal["waiting", "sending", "sent", "stuck"], Query()] = "stuck",
) -> OutgoingPage:  # fmt: skip
    """SMS and e-mails that wait, are being sent, were sent or are stuck. Neither whom they go to nor on which matter."""
    found = await queries.list_outgoing(conn, state=state, after=page.after_veiled() or 0, limit=page.most)
    return OutgoingPage(items=page.of(found, lambda message: (message.id,)))


@router.post("/messages/{message_id}/retry", response_model=MessageStateOut, summary="Send a stuck message again")
async def retry_message(message_id: uuid.UUID, _: CanManage, conn: Write, call: ThisCall) -> Response:
    """Back in line. Of an interrupted one nobody knows whether it left: sending it again may tell somebody twice."""

    async def act() -> tuple[int, bytes, str | None]:
        await actions.retry(conn, unveiled(message_id), now=call.now)
        return 200, to_json({"id": str(message_id), "state": "waiting"}), None

    return await once(conn, call, act)

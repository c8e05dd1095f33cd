"""What the routes of tasks, whistles and meetings have in common."""

import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic_core import to_json

from app.core import paging
from app.core.access import Actor, Permission
from app.core.database import Connection
from app.core.errors import NotFound
from app.core.http import Call, ThisCall, ThisVersion, Write, reference, requires
from app.core.idempotency import once, reply
from app.reference.actions import ActionContext
from app.reference.queries import Reference

CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]
CanAsk = Annotated[Actor, Depends(requires(Permission.CASE_OFFER))]
CanSign = Annotated[Actor, Depends(requires(Permission.CASE_SIGN))]
CanHandle = Annotated[Actor, Depends(requires(Permission.CASE_HANDLE))]
CanRule = Annotated[Actor, Depends(requires(Permission.CASE_RULE))]
Rules = Annotated[Reference, Depends(reference)]

# conn, id, actor, now, language → the page of one task, whistle or meeting
Show = Callable[[Connection, uuid.UUID, Actor, datetime, str], Awaitable[dict[str, Any]]]


def answered(status: int, page: dict[str, Any]) -> tuple[int, bytes, str | None]:
    """An answer with the page's version as ETag."""
    return status, to_json(page), str(page["version"])


def shown(page: dict[str, Any]) -> Response:
    """A read of one page."""
    return reply(*answered(200, page))


async def made(
    conn: Connection,
    call: Call,
    rules: Reference,
    actor: Actor,
    make: Callable[[ActionContext], Awaitable[uuid.UUID]],
    show: Show,
) -> Response:
    """Make something once, and show it."""

    async def act() -> tuple[int, bytes, str | None]:
        found = await make(ActionContext(conn, rules, actor, call.now, 0))
        return answered(201, await show(conn, found, actor, call.now, call.language))

    return await once(conn, call, act)


class Move:
    """One change: replays first, then the version, then the step; the reply is the page as it is then."""

    def __init__(self, conn: Write, call: ThisCall, version: ThisVersion, rules: Rules) -> None:
        self.conn, self.call = conn, call
        self.act = ActionContext(conn, rules, call.actor, call.now, version)

    async def take(self, found: uuid.UUID, step: Callable[[ActionContext], Awaitable[int]], show: Show) -> Response:
        """Take the step once; whoever it takes the sight of the case from is told that alone."""
        call: Call = self.call

        async def act() -> tuple[int, bytes, str | None]:
            version = await step(self.act)
            try:
                page = await show(self.conn, found, call.actor, call.now, call.language)
            except NotFound:
                page = {"id": found, "version": version, "seen": False}
            return answered(200, page)

        return await once(self.conn, call, act)


ThisMove = Annotated[Move, Depends(Move, scope="function")]


def more(rows: list[Any], limit: int, keys: Callable[[Any], list[str]], request: Request, response: Response) -> None:
    """The `Link` header, where there is another page."""
    if len(rows) > limit:
        response.headers.update(paging.link(request, paging.encode(keys(rows[limit - 1]))))

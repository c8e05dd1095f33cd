"""Reading a message in the app."""

from datetime import datetime

from app.cases.queries.messages import addressed_to
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.messages.actions import mark_read


async def read_message(conn: Connection, message: int, *, actor: Actor, now: datetime) -> datetime:
    """Note who read it first; gives when that was. Raises NotFound for what is not the caller's to read."""
    p = Parameters([message])
    where = addressed_to(actor, p)
    if not await conn.fetchval(
        f"select true from message m left join cases c on c.id = m.case_id where m.id = $1 and {where}", *p
    ):
        raise NotFound
    return await mark_read(conn, message, by=actor.who, now=now)

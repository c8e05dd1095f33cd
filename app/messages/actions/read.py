"""Reading a message in the app."""

from datetime import datetime

from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.messages.queries import addressed_to


async def read_message(conn: Connection, message: int, *, actor: Actor, now: datetime) -> None:
    """Note who read it first, and when. Raises NotFound for what is not the caller's to read."""
    p = Parameters([message, now, actor.who])
    read = await conn.fetchval(
        "update message m set read_at = coalesce(m.read_at, $2), read_by = coalesce(m.read_by, $3)"
        f" where m.id = $1 and {addressed_to(actor, p)} returning m.id",
        *p,
    )
    if read is None:
        raise NotFound

"""Reading a message in the app."""

from datetime import datetime

from app.cases.queries.messages import addressed_to
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.errors import NotFound


async def read_message(conn: Connection, message: int, *, actor: Actor, now: datetime) -> datetime:
    """Note who read it first; gives when that was. Raises NotFound for what is not the caller's to read."""
    p = Parameters([message])
    where = addressed_to(actor, p)
    found = await conn.fetchrow(
        f"select m.id, m.read_at from message m left join cases c on c.id = m.case_id where m.id = $1 and {where}"
        " for update of m",
        *p,
    )
    if found is None:
        raise NotFound
    if found["read_at"] is not None:
        return found["read_at"]  # type: ignore[no-any-return]
    who = f"{actor.kind}:{actor.id}"
    await conn.execute("update message set read_at = $2, read_by = $3 where id = $1", message, now, who)
    return now

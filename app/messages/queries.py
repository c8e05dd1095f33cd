"""Messages on their way out, for the administrator: never whom they go to, nor on which matter."""

from app.core.database import Connection
from app.core.rows import fetch_all
from app.messages.schemas import OutgoingOut

STATE = (
    "case when m.channel = 'in_app' then 'delivered' when m.sent_at is not null then 'sent'"
    " when m.stuck_at is not null then 'stuck' when m.taken_at is not null then 'sending' else 'waiting' end"
)
_OF_STATE = {
    "waiting": "m.sent_at is null and m.stuck_at is null and m.taken_at is null",
    "sending": "m.sent_at is null and m.stuck_at is null and m.taken_at is not null",
    "sent": "m.sent_at is not null",
    "stuck": "m.stuck_at is not null",
}


async def list_outgoing(conn: Connection, *, state: str, after: int, limit: int) -> list[OutgoingOut]:
    """SMS and e-mails in one state, the oldest first."""
    return await fetch_all(
        conn,
        OutgoingOut,
        f"select m.id, m.channel, m.template, {STATE} as state, m.attempts, m.failed, m.urgent, m.created_at,"
        " m.not_before, m.sent_at, m.stuck_at from message m"
        f" where m.channel <> 'in_app' and {_OF_STATE[state]} and m.id > $1 order by m.id limit $2",
        after,
        limit,
    )

"""Who looked at personal data in clear: kept in `read_log`, to which the service only adds."""

import uuid
from datetime import datetime

from app.core.access import Actor
from app.core.crypto import keys
from app.core.database import Connection

_LOG = "insert into read_log (at, actor, case_id, what, reason) values ($1, $2, $3, $4, $5)"


async def log_reading(
    conn: Connection, case_id: uuid.UUID, what: str, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Who looked, when, and why; the reason may name people and is sealed under `read_log` and the case's id."""
    sealed = keys().seal({"reason": reason}, f"read_log {case_id}").as_text()
    await conn.execute(_LOG, now, actor.who, case_id, what, sealed)

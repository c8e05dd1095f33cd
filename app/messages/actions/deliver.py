"""Carrying messages out, after the commit that queued them.

A message is marked as taken before it is sent and as sent afterwards, each in a transaction of its own. Whoever is killed
between the two leaves it taken: nobody knows whether it left, so it is never sent again by itself but shown as stuck. So
a message goes out at most once without a person's word, and none gets lost.
"""

import asyncio
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime

from app.areas.queries import get_city
from app.core import errors
from app.core.crypto import Sealed, Unsealable, keys
from app.core.database import Connection, Database
from app.core.rows import fetch_one
from app.deadlines.settings import quiet_hours
from app.messages.actions.channels import NotSent, OutgoingMessage, Unsure, port
from app.messages.queries import SUBJECTS
from app.messages.rules import UNSURE_AFTER, Channel, composed, retry_after

MOST_AT_ONCE = 500
# Chosen once, before the update: as part of its join a plan may choose anew for each row, and take them all.
_TAKE = """
    with next as materialized (
        select id from message
        where channel <> 'in_app' and sent_at is null and stuck_at is null and taken_at is null
            and (not_before is null or not_before <= $1) and (urgent or not $2)
        order by id limit 1 for update skip locked
    )
    update message m set taken_at = $1, attempts = m.attempts + 1 from next where m.id = next.id
    returning m.id, m.key, m.channel, m.sealed, key_of(m.seal_key) as seal_key, m.template, m.facts, m.attempts,
        {number} as number, {party} as party
"""
_SENT = "update message set sent_at = $2, taken_at = null, failed = null, sealed = null, seal_key = null where id = $1"
_FAILED = "update message set taken_at = null, failed = $2, not_before = $3 where id = $1"
_STUCK = "update message set taken_at = null, failed = $2, stuck_at = $3 where id = $1"
_UNSURE = """
    update message set taken_at = null, failed = 'interrupted', stuck_at = $1
    where taken_at < $2 and channel <> 'in_app' and sent_at is null and stuck_at is null
"""
_RETRY = """
    update message set stuck_at = null, failed = null, attempts = 0, not_before = $2
    where id = $1 and stuck_at is not null returning id
"""


@dataclass(frozen=True, slots=True)
class _Taken:
    id: int
    key: str
    channel: Channel
    sealed: bytes | None
    seal_key: bytes | None
    template: str
    facts: dict[str, object]
    attempts: int
    number: str | None
    party: tuple[str, str, str] | None

    def opened(self) -> dict[str, str]:
        """Where it goes (`to`), and what is told there alone; raises Unsealable for what was erased, or is not known."""
        if self.party is None:
            return keys().unseal(Sealed(self.seal_key or b"", self.sealed or b""), f"message {self.key}")
        place, sealed, key = self.party
        found = keys().unseal(Sealed(b64decode(key), b64decode(sealed)), place)
        address: str | None = found.get("phone" if self.channel is Channel.SMS else "email")
        if address is None:
            raise Unsealable
        return {"to": address}


async def deliver_messages(database: Database, now: datetime) -> int:
    """Send what is due, at most five hundred; gives how many were sent. What nobody vouches for becomes stuck."""
    async with database.connection() as conn:
        city = await get_city(conn)
        await conn.execute(_UNSURE, now, now - UNSURE_AFTER)
    subject = SUBJECTS["case_id"]
    quiet = quiet_hours().until(now, city.tz) is not None
    sent = 0
    for _ in range(MOST_AT_ONCE):
        async with database.connection() as conn:  # autocommit: the mark stands before anything leaves
            taken = await fetch_one(conn, _Taken, _TAKE.format(number=subject.number, party=subject.party), now, quiet)
        if taken is None:
            break
        outcome = await _send(taken)
        async with database.connection() as conn:
            sent += await _note(conn, taken, outcome, now)
    return sent


async def _send(taken: _Taken) -> Exception | None:
    """None once it is sent, else why not."""
    try:
        told = taken.opened()
        subject, text = composed(taken.template, {**taken.facts, **told}, taken.number)
        letter = OutgoingMessage(f"message-{taken.id}", told["to"], subject.zh, text.zh)
        await asyncio.to_thread(port(taken.channel), letter)
    except (NotSent, Unsure, Unsealable) as why:
        return why
    except Exception as why:  # noqa: BLE001 (an address a port cannot take must not stop those behind it)
        return Unsure(type(why).__name__)
    return None


async def _note(conn: Connection, taken: _Taken, outcome: Exception | None, now: datetime) -> int:
    if outcome is None:
        await conn.execute(_SENT, taken.id, now)
        return 1
    if isinstance(outcome, Unsealable):
        await conn.execute(_STUCK, taken.id, "erased", now)
        return 0
    wait = retry_after(taken.attempts) if isinstance(outcome, NotSent) else None
    if wait is None:
        await conn.execute(_STUCK, taken.id, str(outcome), now)
    else:
        await conn.execute(_FAILED, taken.id, str(outcome), now + wait)
    return 0


async def retry(conn: Connection, message: int, *, now: datetime) -> None:
    """A person's word that a stuck message is to go out again; raises NotFound or Conflict."""
    if await conn.fetchval(_RETRY, message, now) is not None:
        return
    if await conn.fetchval("select id from message where id = $1 and channel <> 'in_app'", message) is None:
        raise errors.NotFound
    raise errors.Conflict("该消息没有卡住，无需重发。", "The message is not stuck; there is nothing to retry.")

"""Putting a message in line: in the writer's transaction, so that it is told if and only if it happened."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.core.crypto import keys
from app.core.database import Connection
from app.messages.queries import SUBJECTS
from app.messages.rules import Channel

# What went out about these cases ($1), and what still was to: their keys name phones, by their index.
ERASE = "delete from message where channel <> 'in_app' and case_id = any($1::uuid[])"
# For statements that queue many in the app at once: `with … {IN_APP} select key, grantee, template, case_id, facts, at …`
# then ON_TWICE. Every other column has the default that fits.
IN_APP = "insert into message (key, grantee, template, case_id, facts, created_at)"
# The same to parties of cases, by SMS or e-mail: where they are reached is read when the message leaves.
OUTSIDE = "insert into message (key, channel, party, template, case_id, facts, created_at)"
ON_TWICE = "on conflict (key) do nothing"

# An accusation is told to nobody outside: the desk that leads it speaks with its petitioner (信访工作条例 30 ¶3).
_QUEUE = f"""
    insert into message (key, channel, grantee, sealed, seal_key, template, case_id, facts, urgent, created_at, not_before)
    select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 where $2 = 'in_app' or not {{secret}} {ON_TWICE}
"""


async def queue(
    conn: Connection, key: str, template: str, *, now: datetime, grantee: str | None = None,
    address: str | None = None, channel: Channel = Channel.IN_APP, case_id: uuid.UUID | None = None,
    facts: Mapping[str, object] | None = None, secret: Mapping[str, str] | None = None, urgent: bool = False,
    not_before: datetime | None = None,
) -> None:  # fmt: skip
    """Queue one message unless its key was queued before.

    `key` names occasion and recipient (`clock 17 urge unit:D150102_housing`). In the app it goes to a `grantee`
    (`unit:CODE`, `post:ID`, `staff:UUID`); by SMS or e-mail to an `address`, which is sealed. `facts` are codes. What is
    `secret` is told outside alone: it is sealed with the address, and forgotten with it once it was sent.
    Raises ValueError when channel and recipient do not fit.
    """
    if (channel is Channel.IN_APP) != (grantee is not None) or (channel is Channel.IN_APP) == (address is not None):
        raise ValueError("in the app a message goes to a grantee, outside to an address")
    sealed = keys().seal({"to": address, **(secret or {})}, f"message {key}") if address is not None else None
    subject = SUBJECTS["case_id"]
    statement = _QUEUE.format(secret=subject.secret.format(id="$7"))
    await conn.execute(
        statement, key, channel.value, grantee, sealed.body if sealed else None, sealed.key if sealed else None, template,
        case_id, dict(facts or {}), urgent, now, not_before,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class InApp:
    """A message in the app, to one grantee."""

    key: str
    grantee: str
    template: str
    case_id: uuid.UUID | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


async def queue_all(conn: Connection, messages: Iterable[InApp], *, now: datetime) -> None:
    """Queue many messages in the app in one statement, but for those whose keys were queued before."""
    columns = zip(*((m.key, m.grantee, m.template, m.case_id, dict(m.facts)) for m in messages), strict=True)
    if found := [list(column) for column in columns]:
        await conn.execute(_QUEUE_ALL, *found, now)


_QUEUE_ALL = f"""
    {IN_APP}
    select m.*, $6 from unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::jsonb[]) m
    {ON_TWICE}
"""

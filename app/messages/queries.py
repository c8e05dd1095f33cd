"""Messages to the caller, and messages on their way out: of these never whom they go to, nor on which matter."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.registry import Registry
from app.core.rows import fetch_all
from app.core.veiled import Veiled
from app.messages.schemas import OutgoingOut


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message is about, as the capability above knows it. In its SQL the message is `m`.

    `number` is a scalar subselect: what people call it by; `party` one of where the party it goes to is reached, as
    [place, sealed, key] in base64; `secret` a condition on an {id}: nobody outside is told of it;
    `seen` gives the condition that an actor may know of it.
    """

    number: str
    party: str
    secret: str
    seen: Callable[[Actor, Parameters], str]


SUBJECTS: Registry[str, Subject] = Registry("subject of messages")  # by the column that names it
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


@dataclass(frozen=True, slots=True)
class OwnMessage:
    """A message in the app, and the number of the case it is about."""

    id: Veiled
    template: str
    case_id: uuid.UUID | None
    facts: Mapping[str, object]
    urgent: bool
    created_at: datetime
    read_at: datetime | None
    number: str | None


def addressed_to(actor: Actor, parameters: Parameters) -> str:
    """A message of a case is there only as long as its case is: who lost access to it, or never had any, finds nothing."""
    grantees = parameters.add(actor.grantees())
    seen = SUBJECTS["case_id"].seen(actor, parameters)
    return f"m.grantee = any({grantees}::text[]) and (m.case_id is null or {seen})"


async def list_own(
    conn: Connection, *, actor: Actor, unread: bool, before: int | None, limit: int
) -> list[OwnMessage]:  # fmt: skip
    """Those to the caller, their posts and units, the newest first."""
    p, subject = Parameters(), SUBJECTS["case_id"]
    where = [addressed_to(actor, p), *(["m.read_at is null"] if unread else [])]
    if before is not None:
        where.append(f"m.id < {p.add(before)}")
    statement = (
        f"select m.id, m.template, m.case_id, m.facts, m.urgent, m.created_at, m.read_at, {subject.number} as number"
        f" from message m where {' and '.join(where)} order by m.id desc limit {p.add(limit)}"
    )
    return await fetch_all(conn, OwnMessage, statement, *p)


async def list_outgoing(conn: Connection, *, state: str, after: int, limit: int) -> list[OutgoingOut]:
    """SMS and e-mails in one state, the oldest first."""
    return await fetch_all(
        conn, OutgoingOut,
        f"select m.id, m.channel, m.template, {STATE} as state, m.attempts, m.failed, m.urgent, m.created_at,"
        " m.not_before, m.sent_at, m.stuck_at from message m"
        f" where m.channel <> 'in_app' and {_OF_STATE[state]} and m.id > $1 order by m.id limit $2",
        after, limit,
    )  # fmt: skip

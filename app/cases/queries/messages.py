"""Messages in the app: those to the caller whose case the caller may still see."""

from typing import Any

from app.cases.queries.access import visible_to
from app.core.access import Actor
from app.core.database import Connection, Parameters


def addressed_to(actor: Actor, parameters: Parameters) -> str:
    """A message of a case is there only as long as its case is: who lost access to it, or never had any, finds nothing."""
    grantees = parameters.add(actor.grantees())
    return f"m.grantee = any({grantees}::text[]) and (m.case_id is null or {visible_to(actor, parameters)})"


async def list_messages(
    conn: Connection, *, actor: Actor, unread: bool, before: int | None, limit: int
) -> list[Any]:  # fmt: skip
    """The newest first, with the number of the case."""
    p = Parameters()
    where = [addressed_to(actor, p), *(["m.read_at is null"] if unread else [])]
    if before is not None:
        where.append(f"m.id < {p.add(before)}")
    return await conn.fetch(
        "select m.id, m.template, m.case_id, m.facts, m.urgent, m.created_at, m.read_at, c.number from message m"
        f" left join cases c on c.id = m.case_id where {' and '.join(where)} order by m.id desc limit {int(limit)}",
        *p,
    )

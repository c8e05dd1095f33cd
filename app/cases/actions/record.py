"""Writing the record: the case's new head and its event in one call."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.cases.actions.telling import tell_step
from app.core.access import Actor
from app.core.database import Connection

_APPEND = "select append_events(array[$1::uuid], $2, $3, $4, array[$5::jsonb])"
_APPEND_TO_ALL = "select append_events($1, $2, $3, $4, $5)"


async def record(
    conn: Connection, case_id: uuid.UUID, kind: str, *, actor: Actor, at: datetime,
    columns: Mapping[str, object] | None = None, facts: Mapping[str, object] | None = None,
) -> None:  # fmt: skip
    """Change `columns` of the case and append the event that says so: its version is one more. The resident is told at once
    of what changes something for them.

    The caller holds the case's row lock. `facts` hold codes, ids and digests, never personal data or free text. What
    changed stands in the event as `set`, and the row is set from it: the row is the fold of its events.
    """
    said = {"set": {name: _plain(value) for name, value in (columns or {}).items()}, **(facts or {})}
    await conn.execute(_APPEND, case_id, kind, at, f"{actor.kind}:{actor.id}", said)
    await tell_step(conn, [case_id], kind, at, said)


async def record_all(
    conn: Connection, cases: Sequence[tuple[uuid.UUID, Mapping[str, object]]], kind: str, *, actor: str, at: datetime
) -> None:
    """Append an event of one kind to each of these cases, whose locks the caller holds; of each the case and the facts."""
    ids, facts = [case for case, _ in cases], [{"set": {}, **facts} for _, facts in cases]
    await conn.execute(_APPEND_TO_ALL, ids, kind, at, actor, facts)


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    return str(value) if isinstance(value, uuid.UUID) else value

"""Writing the record: the case's new head and its event in one statement."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.core.access import Actor
from app.core.database import Connection, Parameters

_RECORD = """
    with old as (select id, head_seq + 1 as seq, head_hash as prev from cases where id = $1),
    next as (select id, seq, prev, event_body(id, seq, $2, $3::timestamptz, $4, $5::jsonb) as body from old),
    changed as (
        update cases c set head_seq = n.seq, head_hash = event_hash(n.prev, n.body), updated_at = $3,
            due = coalesce((select min(k.due) from clock k
                where k.case_id = c.id and k.met_at is null and k.stopped_at is null and k.paused_at is null
                    and k.owner = 'organ'), 'infinity'){columns}
        from next n where c.id = n.id
        returning c.id, c.head_seq, c.head_hash
    )
    insert into event (case_id, seq, kind, at, actor, body, prev_hash, hash)
    select n.id, n.seq, $2, $3, $4, n.body, n.prev, changed.head_hash from next n join changed using (id)
    returning seq
"""


async def record(
    conn: Connection, case_id: uuid.UUID, kind: str, *, actor: Actor, at: datetime,
    columns: Mapping[str, Any] | None = None, facts: Mapping[str, Any] | None = None,
) -> int:  # fmt: skip
    """Change `columns` of the case and append the event that says so; returns the new version.

    The caller holds the case's row lock. `facts` hold codes, ids and digests, never personal data or free text. What
    changed is repeated in the event as `set`, so that the row is the fold of its events.
    """
    columns = columns or {}
    said = {"set": {name: _plain(value) for name, value in columns.items()}, **(facts or {})}
    who = f"{actor.kind}:{actor.id}"
    parameters = Parameters([case_id, kind, at, who, said])
    cast = {"area_path": "::text::ltree"}
    changes = "".join(f", {name} = {parameters.add(value)}{cast.get(name, '')}" for name, value in columns.items())
    return int(await conn.fetchval(_RECORD.format(columns=changes), *parameters))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    return str(value) if isinstance(value, uuid.UUID) else value.hex() if isinstance(value, bytes) else value

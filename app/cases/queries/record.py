"""The record of one case in order, and what may be the same matter."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.cases.queries.access import in_areas, in_parts, visible_to
from app.cases.queries.notes import NOTE_TEXT
from app.cases.queries.registry import HIDDEN_NOTES
from app.cases.queries.visible import require_visible
from app.cases.schemas.shown import EventOut, SimilarOut
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.rows import fetch_all, read_sql

_EVENTS = f"""
    select e.seq, e.kind, '' as title, e.at, e.actor, s.name as actor_name, e.data, encode(e.hash, 'hex') as hash,
        case when n.id is not null then {NOTE_TEXT} end as text
    from event e left join staff s on e.actor = 'staff:' || s.id::text
    left join case_note n on n.id = (e.data->>'note')::uuid and n.case_id = e.case_id and n.kind <> all($4::text[])
    where e.case_id = $1 and e.seq > $2 order by e.seq limit $3
"""


@dataclass(frozen=True, slots=True)
class _Id:
    id: uuid.UUID


async def list_timeline(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, after: int, limit: int
) -> list[EventOut]:  # fmt: skip
    """Events by sequence; raises NotFound for a case that the actor may not know exists."""
    await require_visible(conn, case_id, actor=actor)
    events = await fetch_all(conn, EventOut, _EVENTS, case_id, after, limit, list(HIDDEN_NOTES))
    return await _without_hidden_cases(conn, events, actor)


async def _without_hidden_cases(conn: Connection, events: list[EventOut], actor: Actor) -> list[EventOut]:
    """Merges, links and reviews name another case: its id is left out for who may not know of it."""
    others = {str(other) for e in events for other in (e.data.get("into"), e.data.get("from")) if other}
    if not others:
        return events
    parameters = Parameters([[uuid.UUID(other) for other in others]])
    where = visible_to(actor, parameters)
    unseen = f"select c.id from cases c where c.id = any($1) and ({where}) is not true"
    hidden = {str(case.id) for case in await fetch_all(conn, _Id, unseen, *parameters)}
    return [replace(event, data=_without(event.data, hidden)) for event in events]


def _without(data: Mapping[str, object], hidden: set[str]) -> dict[str, object]:
    return {
        key: _without(value, hidden) if isinstance(value, dict) else value
        for key, value in data.items()
        if str(value) not in hidden
    }


async def list_similar(conn: Connection, case_id: uuid.UUID, *, actor: Actor, now: datetime) -> list[SimilarOut]:
    """Cases that may be the same matter: same category, within 300 m (or the same cell or community when the place was
    chosen), in the 30 days before, by likeness of title. Only what the actor may see; none for an accusation."""
    await require_visible(conn, case_id, actor=actor)
    parameters = Parameters([case_id, now])
    seen = {"in_areas": in_areas(actor, parameters), "in_parts": in_parts(actor, parameters)}
    statement = read_sql(__package__, "similar").format(**seen)
    return await fetch_all(conn, SimilarOut, statement, *parameters)

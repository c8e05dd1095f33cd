"""The record of one case in order, and what may be the same matter."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.cases.queries.access import visible_to
from app.cases.queries.case_page import CONFIDENTIAL
from app.cases.queries.one import opened_note
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.errors import NotFound


async def list_timeline(conn: Connection, case_id: uuid.UUID, *, actor: Actor, after: int, limit: int) -> list[Any]:
    """Events by sequence; raises NotFound for a case that the actor may not know exists."""
    parameters = Parameters([case_id])
    where = visible_to(actor, parameters)
    if await conn.fetchval(f"select c.id from cases c where c.id = $1 and {where}", *parameters) is None:
        raise NotFound
    rows = await conn.fetch(
        "select e.seq, e.kind, e.at, e.actor, e.data, e.hash, s.name as actor_name, n.id, n.body, n.sealed, n.seal_key"
        " from event e left join staff s on e.actor = 'staff:' || s.id::text"
        " left join case_note n on n.id = (e.data->>'note')::uuid and n.case_id = e.case_id and n.kind <> $4"
        " where e.case_id = $1 and e.seq > $2 order by e.seq limit $3",
        case_id, after, limit, CONFIDENTIAL,
    )  # fmt: skip
    events = [{**dict(row), "text": opened_note(row) if row["id"] else None} for row in rows]
    return await _without_hidden_cases(conn, events, actor)


async def _without_hidden_cases(conn: Connection, events: list[dict[str, Any]], actor: Actor) -> list[dict[str, Any]]:
    """Merges name the other case: its id is left out for who may not know of it."""
    named = {uuid.UUID(other) for e in events for other in (e["data"].get("into"), e["data"].get("from")) if other}
    if not named:
        return events
    parameters = Parameters([list(named)])
    where = visible_to(actor, parameters)
    seen = {
        row["id"] for row in await conn.fetch(f"select c.id from cases c where c.id = any($1) and {where}", *parameters)
    }
    hidden = {str(other) for other in named - seen}
    for event in events:
        event["data"] = _blanked(event["data"], hidden)
    return events


def _blanked(data: Mapping[str, Any], hidden: set[str]) -> dict[str, Any]:
    return {
        key: _blanked(value, hidden) if isinstance(value, dict) else None if str(value) in hidden else value
        for key, value in data.items()
    }


async def list_similar(conn: Connection, case_id: uuid.UUID, *, actor: Actor, now: datetime) -> list[Any]:
    """Cases that may be the same matter: same category, within 300 m (or the same cell or community when the place was
    chosen), in the 30 days before, by likeness of title. Only what the actor may see; none for an accusation."""
    parameters = Parameters([case_id, now])
    this = visible_to(actor, parameters)
    if (
        await conn.fetchval(
            f"select c.id from cases c where c.id = $1 and $2::timestamptz is not null and {this}", *parameters
        )
        is None
    ):
        raise NotFound
    parameters = Parameters([case_id, now])
    where = visible_to(actor, parameters)
    return await conn.fetch(
        "select c.id, c.number, c.status, t.title, round(similarity(t.title, mine.title)::numeric, 2)::float8 as likeness,"
        " round(st_distancesphere(c.point, o.point)::numeric)::int as metres, c.registered_at"
        " from cases o join case_text mine on mine.case_id = o.id"
        " join cases c on c.category = o.category and c.id <> o.id and c.kind = o.kind"
        " and c.petition_class is distinct from 'accusation' and c.status <> 'merged'"
        " and c.registered_at between $2::timestamptz - interval '30 days' and $2::timestamptz"
        " and (st_dwithin(c.point, o.point, 0.005) and st_distancesphere(c.point, o.point) <= 300"
        "      or (o.point is null or c.point is null) and c.community = o.community)"
        " join case_text t on t.case_id = c.id"
        f" where o.id = $1 and o.petition_class is distinct from 'accusation' and {where}"
        " order by likeness desc, c.registered_at desc, c.id limit 10",
        *parameters,
    )

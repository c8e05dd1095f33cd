"""What the rules need to know of an opinion and of the authorities above the one that gave it."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.queries.access import visible_to
from app.cases.queries.one import open_parties, told_due
from app.core.access import Actor
from app.core.crypto import Sealed, Unsealable, keys
from app.core.database import Connection, Parameters
from app.core.rows import read_sql
from app.deadlines.rules import ClockKind, due_at
from app.notices.rules import CLOSING
from app.reference.queries import Reference
from app.review.rules import Opinion, Organ

# The latest decision of a matter, whichever of its cases one begins with: down to the original, then up its live reviews.
_LAST = read_sql(__package__, "latest").format(due=told_due("c"))
_ORGANS = """
    select u.code, u.kind, u.function, u.tier, u.parent, a.path @> mine.path as covers,
        not coalesce(c.barred_units @> u.path, false) as free, u.code = c.lead_unit as decided
    from cases c join unit d on d.code = c.lead_unit join area mine on mine.code = d.area, unit u
    join area a on a.code = u.area
    where c.id = $1 and (a.path @> mine.path or u.kind = 'intake_desk')
    order by u.code
"""
_MATTER = """
    select c.id, c.number, c.category, coalesce(c.community, c.township, c.county, c.city) as area, x.title,
        (select array_agg(distinct split_part(e.actor, ':', 2)) from event e where e.case_id = c.id
         and e.kind in ('conclude', 'decide_review', 'serve', 'close') and e.actor like 'staff:%') as worked_by
    from cases c join case_text x on x.case_id = c.id and x.version = 1 where c.id = $1
"""
_CONCERNS = """
    select relation, unit, staff, sealed, seal_key from case_concern where case_id = $1 order by id
"""
_REQUESTS = """
    select q.id, q.case_id, c.number, c.kind, c.category, c.lead_unit, q.cause, q.state, q.asked_at, q.decided_at,
        q.sealed, q.seal_key, r.satisfaction, r.solved, c.head_seq as version,
        exists (select from event e where e.case_id = c.id and e.kind in ('conclude', 'decide_review', 'serve', 'close')
            and e.actor = {me}) as own
    from reopening_request q join cases c on c.id = q.case_id
    left join rating r on r.case_id = c.id and r.superseded_at is null
    where {where} order by q.asked_at, q.id limit {limit}
"""


@dataclass(frozen=True, slots=True)
class Last:
    """The latest decision of a matter: the row and what the rules judge."""

    row: Any
    opinion: Opinion


async def get_last(conn: Connection, case_id: uuid.UUID, reference: Reference) -> Last:
    """The latest decision of the matter that a case belongs to."""
    (row,) = await conn.fetch(_LAST, case_id, sorted(CLOSING))
    rule = reference.clock_rule(row["procedure"], row["procedure_version"], ClockKind.APPLY_REVIEW)
    ends = None
    if rule is not None and row["outcome"] == "served":
        ends = due_at(rule.length, rule.unit, row["served_at"], calendar=reference.calendar, tz=reference.city.tz).due
    return Last(row, Opinion(row["stage"], row["petition_class"], row["status"], row["served"], ends))


async def list_organs(conn: Connection, case_id: uuid.UUID) -> tuple[Organ, list[Organ]]:
    """The unit that decided a case, and every unit whose area holds that of it."""
    rows = await conn.fetch(_ORGANS, case_id)
    organs = [Organ(r["code"], r["kind"], r["function"], r["tier"], r["parent"], r["free"], r["covers"]) for r in rows]
    decided = next(organ for organ, row in zip(organs, rows, strict=True) if row["decided"])
    return decided, organs


async def get_matter(conn: Connection, case_id: uuid.UUID) -> dict[str, Any]:
    """What an application takes over from the case under review: category, area, parties in clear, whom it concerns."""
    (row,) = await conn.fetch(_MATTER, case_id)
    concerns = []
    for said in await conn.fetch(_CONCERNS, case_id):
        if said["sealed"] is not None:
            text = _opened(said["seal_key"], said["sealed"], f"case_concern {case_id}").get("text")
            concerns += [("concerns", {"text": text})] if text else []
        elif said["staff"] is not None:
            concerns.append((said["relation"], {"staff": said["staff"]}))
        else:
            concerns.append((said["relation"], {"unit": said["unit"]}))
    return {**dict(row), "parties": await open_parties(conn, case_id), "concerns": concerns}


async def list_requests(
    conn: Connection, *, actor: Actor, state: str, after: tuple[datetime, uuid.UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """Requests to reopen what the actor may see, the oldest first. The resident's words for who may decide alone."""
    p = Parameters([state])
    where = f"q.state = $1 and {visible_to(actor, p)}"
    if after is not None:
        where += f" and (q.asked_at, q.id) > ({p.add(after[0])}::timestamptz, {p.add(after[1])}::uuid)"
    me = p.add(f"{actor.kind}:{actor.id}")
    rows = await conn.fetch(_REQUESTS.format(me=me, where=where, limit=p.add(limit)), *p)
    return [_shown(dict(row)) for row in rows]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    key, sealed, own = row.pop("seal_key"), row.pop("sealed"), row.pop("own")
    words = None
    if sealed is not None and not own:
        words = _opened(key, sealed, f"reopening_request {row['id']}").get("words")
    return {**row, "words": words, "may_decide": not own and row["state"] == "open"}


def _opened(key: bytes, sealed: bytes, place: str) -> dict[str, Any]:
    """The content, or nothing once its key was erased."""
    try:
        return keys().unseal(Sealed(key, sealed), place)
    except Unsealable:
        return {}

"""Notices: only those of cases that the caller may see."""

import uuid
from collections.abc import Sequence

from app.cases.queries.access import beside, visible_to
from app.cases.queries.visible import require_visible
from app.cases.schemas.notices import NoticeItem, NoticeOut
from app.core import errors
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.core.rows import Mark, fetch_all, fetch_one

# Titles are filled in by whoever shows them, in the caller's language.
_NOTICE = """
    select n.id, n.case_id, n.kind, n.version, '' as title, n.state, n.meets, n.drafted_at, n.drafted_by,
        encode(n.digest, 'hex') as digest, jsonb_build_array('notice ' || n.id, 'text', encode(n.sealed, 'base64'),
            encode(key_of(n.seal_key), 'base64')) as html,
        (select coalesce(jsonb_agg(jsonb_build_object('outcome', s.outcome, 'method', s.method, 'at', s.at,
            'article', s.article, 'recorded_by', s.recorded_by, 'approved_by', s.approved_by, 'replaced_at', s.replaced_at)
            order by s.id), '[]') from service_record s where s.notice = n.id) as service
    from notice n
"""
_WAITING = """
    select n.id, n.case_id, c.number, n.kind, '' as title, n.state, c.lead_unit, n.drafted_at,
        (select k.due from open_clock k where k.case_id = c.id and k.kind = n.meets) as due
    from ({seen}) seen cross join lateral (select * from notice where id = seen.id offset 0) n
    join cases c on c.id = n.case_id
"""
# Of cases that ended by the resident's wish or in another case, nothing waits any more.
_LIVING = "c.status not in ('withdrawn', 'merged', 'closed')"


async def get_notice(conn: Connection, notice: uuid.UUID, *, actor: Actor) -> NoticeOut:
    """One notice, in clear; raises NotFound for one of a case that the actor may not know exists."""
    p = Parameters([notice])
    where = f"n.id = $1 and {visible_to(actor, p)}"
    found = await fetch_one(conn, NoticeOut, f"{_NOTICE} join cases c on c.id = n.case_id where {where}", *p)
    if found is None:
        raise NotFound
    return found


async def list_of_case(conn: Connection, case_id: uuid.UUID, *, actor: Actor) -> list[NoticeOut]:
    """All of one case in clear, also those replaced; raises NotFound."""
    await require_visible(conn, case_id, actor=actor)
    return await fetch_all(conn, NoticeOut, f"{_NOTICE} where n.case_id = $1 order by n.drafted_at, n.id", case_id)


async def list_due(
    conn: Connection, *, actor: Actor, states: Sequence[str], unit: str | None, after: Mark, limit: int
) -> list[NoticeItem]:
    """What waits to be served, approved or redrafted, the oldest first."""
    p = Parameters([list(states)])
    where = [f"n.state = any($1::text[]) and {_LIVING}"]
    if unit is not None:
        where.append(f"c.lead_unit = {p.add(unit)}")
    if after is not None:
        where.append(f"(n.drafted_at, n.id) > ({p.add(after[0])}::timestamptz, {p.add(after[1])}::uuid)")
    end = f"order by n.drafted_at, n.id limit {int(limit)}"
    seen = beside(actor, p, "notice n", where, columns="n.id", end=end)
    return await fetch_all(conn, NoticeItem, f"{_WAITING.format(seen=seen)} {end}", *p)


def no_text() -> errors.Conflict:
    """409: there is nothing to print."""
    return errors.Conflict(
        "该文书尚未生成或已被清除，请重新生成（redraft）。", "This notice has no text; have it redrafted."
    )

"""Notices: only those of cases that the caller may see."""

import uuid
from collections.abc import Sequence
from typing import Any

from app.cases.queries.access import visible_to
from app.core import errors
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.errors import NotFound

_COLUMNS = (
    "n.id, n.case_id, n.kind, n.version, n.state, n.meets, n.sealed, n.seal_key, n.digest, n.drafted_at, n.drafted_by"
)
# Of cases that ended by the resident's wish or in another case, nothing waits any more.
_LIVING = "c.status not in ('withdrawn', 'merged', 'closed')"


async def get_notice(conn: Connection, notice: uuid.UUID, *, actor: Actor) -> Any:
    """One notice; raises NotFound for one of a case that the actor may not know exists."""
    p = Parameters([notice])
    where = visible_to(actor, p)
    row = await conn.fetchrow(
        f"select {_COLUMNS} from notice n join cases c on c.id = n.case_id where n.id = $1 and {where}", *p
    )
    if row is None:
        raise NotFound
    return row


async def list_of_case(conn: Connection, case_id: uuid.UUID, *, actor: Actor) -> list[Any]:
    """All of one case, also those replaced; raises NotFound."""
    p = Parameters([case_id])
    where = visible_to(actor, p)
    if await conn.fetchval(f"select c.id from cases c where c.id = $1 and {where}", *p) is None:
        raise NotFound
    return await conn.fetch(
        f"select {_COLUMNS} from notice n where n.case_id = $1 order by n.drafted_at, n.id", case_id
    )


async def list_services(conn: Connection, notices: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """Every record of service by notice. The caller has seen their cases."""
    rows = await conn.fetch(
        "select notice, outcome, method, at, article, recorded_by, approved_by, replaced_at from service_record"
        " where notice = any($1::uuid[]) order by id",
        notices,
    )
    found: dict[uuid.UUID, list[dict[str, Any]]] = {notice: [] for notice in notices}
    for row in rows:
        found[row["notice"]].append({k: v for k, v in dict(row).items() if k != "notice"})
    return found


async def list_due(
    conn: Connection, *, actor: Actor, states: Sequence[str], unit: str | None, after: list[Any] | None, limit: int
) -> list[Any]:
    """What waits to be served, approved or redrafted, the oldest first."""
    p = Parameters([list(states)])
    where = [f"n.state = any($1::text[]) and {_LIVING}", visible_to(actor, p)]
    if unit is not None:
        where.append(f"c.lead_unit = {p.add(unit)}")
    if after is not None:
        at, last = p.add(after[0]), p.add(uuid.UUID(after[1]))
        where.append(f"(n.drafted_at, n.id) > ({at}::text::timestamptz, {last}::uuid)")
    return await conn.fetch(
        "select n.id, n.case_id, c.number, n.kind, n.state, c.lead_unit, n.drafted_at,"
        " (select k.due from open_clock k where k.case_id = c.id and k.kind = n.meets) as due"
        f" from notice n join cases c on c.id = n.case_id where {' and '.join(where)}"
        f" order by n.drafted_at, n.id limit {int(limit)}",
        *p,
    )


def no_text() -> errors.Conflict:
    """409: there is nothing to print."""
    return errors.Conflict(
        "该文书尚未生成或已被清除，请重新生成（redraft）。", "This notice has no text; have it redrafted."
    )

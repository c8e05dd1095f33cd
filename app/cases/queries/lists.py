"""Lists and counts: SQL put together from the filters given, run on the driver's own connection."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.queries.access import visible_to
from app.cases.queries.filters import choose_source, conditions, has_status, source
from app.cases.rules import Status
from app.cases.schemas.filters import Filters
from app.cases.schemas.shown import CountOut
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.rows import all_typed, fetch_all

STATUSES = [status.value for status in Status]

_ITEM = """
    jsonb_build_object('id', c.id, 'number', c.number, 'kind', c.kind, 'petition_class', c.petition_class,
        'category', c.category, 'status', c.status, 'title', x.title, 'cell', c.cell, 'community', c.community,
        'township', c.township, 'county', c.county, 'lead_unit', c.lead_unit, 'worker', c.worker, 'queue', c.queue,
        'due', nullif(c.due, 'infinity'), 'overdue', c.due < {now}::timestamptz, 'registered_at', c.registered_at,
        'version', c.head_seq)::text
"""


def list_statement(
    f: Filters, *, actor: Actor, after: Sequence[str] | None, newest: bool, limit: int, now: datetime, start: str | None = None
) -> tuple[str, Parameters]:  # fmt: skip
    """The statement of one page and its parameters: by due time, or the newest first.

    `start` names the source of ids to begin with. Without one, the cases are walked in the order of the list, which an
    index holds for each status: the heads of several statuses are merged. The limit stands in the text, as a parameter
    would be taken for a tenth of the table.
    """
    p = Parameters()
    stamp = p.add(now)
    where = [*conditions(f, p, now), visible_to(actor, p)]
    if after is not None and newest:
        where.append(f"c.id < {p.add(uuid.UUID(after[0]))}::uuid")
    elif after is not None:
        due = p.add(after[0])
        where.append(f"(c.due, c.id) > ({due}::text::timestamptz, {p.add(uuid.UUID(after[1]))}::uuid)")
    order = "c.id desc" if newest else "c.due, c.id"
    end = f"order by {order} limit {int(limit)}"
    if start is not None:
        found = f"(select distinct id from ({source(start, f, actor, p)}) s) f"
        rows = f"{found} cross join lateral (select * from cases c where c.id = f.id offset 0) c"
        page = f"select c.* from {rows} where {' and '.join(where + has_status(f, p))} {end}"
    elif newest or (f.status and len(f.status) == 1):
        page = f"select c.* from cases c where {' and '.join(where + has_status(f, p))} {end}"
    else:
        each = f"unnest({p.add(list(f.status or STATUSES))}::text[]) each(status)"
        head = f"select c.* from cases c where c.status = each.status and {' and '.join(where)} {end}"
        page = f"select c.* from {each} cross join lateral ({head}) c {end}"
    return (
        f"select {_ITEM.format(now=stamp)} as item, c.due::text as due, c.id from ({page}) c"
        f" left join case_text x on x.case_id = c.id order by {order}",
        p,
    )


@dataclass(frozen=True, slots=True)
class _Row:
    item: str
    due: str
    id: uuid.UUID


async def list_cases(
    conn: Connection, f: Filters, *, actor: Actor, after: Sequence[str] | None, newest: bool, limit: int, now: datetime
) -> tuple[str, list[str] | None]:
    """A page as JSON text, and the sort values of its last row when there is more."""
    start = await choose_source(conn, f, actor, newest=newest)
    text, parameters = list_statement(f, actor=actor, after=after, newest=newest, limit=limit + 1, now=now, start=start)
    rows = all_typed(_Row, await conn.fetch(text, *parameters))
    body = '{"items": [' + ", ".join(row.item for row in rows[:limit]) + "]}"
    if len(rows) <= limit:
        return body, None
    last = rows[limit - 1]
    return body, [str(last.id)] if newest else [last.due, str(last.id)]


GROUPS = {
    "status": "c.status", "kind": "c.kind", "category": "c.category", "county": "c.county", "township": "c.township",
    "lead_unit": "c.lead_unit", "queue": "c.queue",
}  # fmt: skip


async def count_cases(conn: Connection, f: Filters, *, actor: Actor, by: str, now: datetime) -> list[CountOut]:
    """Counts of what the caller may see, by one property, with those overdue."""
    start = await choose_source(conn, f, actor, sweep=True)
    p = Parameters([now])
    where = [*conditions(f, p, now), *has_status(f, p), visible_to(actor, p, sweep=start is None)]
    rows = "cases c"
    if start is not None:
        found = f"(select distinct id from ({source(start, f, actor, p)}) s) f"
        rows = f"{found} cross join lateral (select * from cases c where c.id = f.id offset 0) c"
    return await fetch_all(
        conn,
        CountOut,
        f"select {GROUPS[by]} as key, count(*) as cases, count(*) filter (where c.due < $1::timestamptz) as overdue"
        f" from {rows} where {' and '.join(where)} group by 1 order by 2 desc, 1 limit 1000",
        *p,
    )  # fmt: skip

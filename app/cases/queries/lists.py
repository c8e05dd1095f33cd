"""Lists and counts: SQL put together from the filters given, run on the driver's own connection."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.queries.access import in_areas, in_parts, in_parts_by
from app.cases.queries.filters import choose_source, conditions, has_status, says, started
from app.cases.rules import OPEN_KINDS, Status
from app.cases.schemas.filters import Filters
from app.cases.schemas.shown import CountOut
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.rows import all_typed, fetch_all

TIERS = ("community", "township", "county", "city")  # from below
STATUSES = [status.value for status in Status]

# What a line shows, of `cases c`: more would be carried through every step of the plan.
SHOWN = ", ".join(
    f"c.{column}"
    for column in (
        "id", "number", "kind", "petition_class", "category", "status", "cell", "community", "township", "county", "lead_unit",
        "worker", "queue", "due", "registered_at", "head_seq",
    )
)  # fmt: skip
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

    Two sets are walked in this order, each as far as the page is long: the open cases of the caller's areas, and the cases
    in which the caller has a part. `start` names the source of ids with which the first begins instead. The limit stands in
    the text, as a parameter would be taken for a tenth of the table.
    """
    p = Parameters()
    stamp = p.add(now)
    order, key = ("c.id desc", "c.id") if newest else ("c.due, c.id", "c.due, c.id")
    end = f"limit {int(limit)}"
    arms = [_of_parts(f, p, actor, after, newest=newest, end=end, now=now)]
    if actor.areas() and (
        f.kind is None or f.kind in OPEN_KINDS
    ):  # a parameter that no condition uses would be refused
        further = [*has_status(f, p), *_further(p, after, newest, due="c.due", key="c.id")]
        found = f"order by {order} {end}"
        if start is not None:
            where = [in_areas(actor, p), *conditions(f, p, now), *says(f, p, actor), *further]
            arms.append(f"select {SHOWN} from {started(start, f, actor, p)} where {' and '.join(where)} {found}")
        else:
            arms += [
                _of_tier(f, p, actor, tier, further, newest=newest, found=found, now=now) for tier in actor.areas()
            ]
    page = f"select distinct on ({key}) {SHOWN} from ({' union all '.join(f'({arm})' for arm in arms)}) c order by {order} {end}"
    return (
        f"select {_ITEM.format(now=stamp)} as item, c.due::text as due, c.id from ({page}) c"
        f" left join case_text x on x.case_id = c.id order by {order}",
        p,
    )


def _further(p: Parameters, after: Sequence[str] | None, newest: bool, *, due: str, key: str) -> list[str]:
    """What comes after the last row of the page before."""
    if after is None:
        return []
    if newest:
        return [f"{key} < {p.add(uuid.UUID(after[0]))}::uuid"]
    return [f"({due}, {key}) > ({p.add(after[0])}::text::timestamptz, {p.add(uuid.UUID(after[1]))}::uuid)"]


def _of_parts(
    f: Filters, p: Parameters, actor: Actor, after: Sequence[str] | None, *, newest: bool, end: str, now: datetime
) -> str:
    where = [
        *conditions(f, p, now),
        *says(f, p, actor),
        *has_status(f, p),
        *_further(p, after, newest, due="a.due", key="a.case_id"),
    ]
    order = ["case_id"] if newest else ["due", "case_id"]
    return in_parts_by(actor, p, where, columns=SHOWN, order=order, down=newest, end=end)


def _of_tier(
    f: Filters, p: Parameters, actor: Actor, tier: str, further: Sequence[str], *, newest: bool, found: str, now: datetime
) -> str:  # fmt: skip
    """The open cases of the caller's areas of one tier. Walked by the area asked for if that lies in one of these, else by the
    caller's own: an index holds each area's in the order of the list, by due time for each status apart."""
    inside = _inside(f, tier)
    walked = f.tier if inside else tier
    heads: list[str] = []
    where = [in_areas(actor, p, tiers=[tier]), *conditions(f, p, now, walked=walked), *says(f, p, actor), *further]
    if not inside and tier != "city":
        heads.append(f"unnest({p.add(actor.areas()[tier])}::text[]) own(code)")
        where.append(f"c.{tier} = own.code")
    if not newest and len(f.status or STATUSES) > 1:
        heads.append(f"unnest({p.add(list(f.status or STATUSES))}::text[]) each(status)")
        where.append("c.status = each.status")
    walk = f"select {SHOWN} from cases c where {' and '.join(where)} {found}"
    return f"select {SHOWN} from {' cross join '.join(heads)} cross join lateral ({walk}) c" if heads else walk


def _inside(f: Filters, tier: str) -> bool:
    """Whether the area asked for lies in one of this tier that is open to the caller, and is smaller."""
    return f.tier is not None and not f.sparse and TIERS.index(f.tier) < TIERS.index(tier)


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
    told = f"select {GROUPS[by]} as key, c.due"
    own = [in_parts(actor, p), *conditions(f, p, now), *says(f, p, actor), *has_status(f, p)]
    arms = [f"{told} from {' and '.join(own)}"]
    if f.kind is None or f.kind in OPEN_KINDS:
        where = [
            in_areas(actor, p),
            *conditions(
                f, p, now, hashed=True, walked=f.tier if all(_inside(f, tier) for tier in actor.areas()) else None
            ),
            *says(f, p, actor),
            *has_status(f, p),
        ]
        rows = "cases c" if start is None else started(start, f, actor, p)
        arms.append(f"{told} from {rows} where {' and '.join(where)}")
    return await fetch_all(
        conn,
        CountOut,
        "select c.key, count(*) as cases, count(*) filter (where c.due < $1::timestamptz) as overdue"
        f" from ({' union all '.join(arms)}) c group by 1 order by 2 desc, 1 limit 1000",
        *p,
    )  # fmt: skip

"""Lists, counts and tasks: SQL put together from the filters given, run on the driver's own connection."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.queries.access import visible_to
from app.core import errors
from app.core.access import UNIT_SIGHT, Actor, Permission
from app.core.database import Connection, Parameters

TIERS = ("city", "county", "township", "community")
ENDLESS = datetime.max  # noqa: DTZ901 (stands for infinity)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `tier` is that of `area`; times are aware; `bbox` west, south, east, north."""

    area: str | None = None
    tier: str | None = None
    cell: str | None = None
    unit: str | None = None
    assignee: uuid.UUID | None = None
    kind: str | None = None
    category: str | None = None
    status: tuple[str, ...] = ()
    overdue: bool | None = None
    due_before: datetime | None = None
    queue: str | None = None
    text: str | None = None
    bbox: tuple[float, float, float, float] | None = None


def _conditions(f: Filters, p: Parameters, now: datetime) -> list[str]:
    """One condition a filter given; values are always parameters."""
    place = {"cell": f.cell, "kind": f.kind, "category": f.category, "lead_unit": f.unit}
    if f.tier in TIERS:
        place[f.tier] = f.area
    found = [f"c.{column} = {p.add(value)}" for column, value in place.items() if value is not None]
    if f.status:
        statuses = p.add(f.status[0] if len(f.status) == 1 else list(f.status))
        found.append(f"c.status = {statuses}" if len(f.status) == 1 else f"c.status = any({statuses}::text[])")
    if f.queue is not None:
        found.append("c.queue is not null" if f.queue == "any" else f"c.queue = {p.add(f.queue)}")
    return found + _limits(f, p, now) + [_holds(p.add(word)) for word in (f.text or "").split()]


def _limits(f: Filters, p: Parameters, now: datetime) -> list[str]:
    """The filters that are more than an equality."""
    found = []
    if f.assignee is not None:
        found.append(
            f"exists (select from assignment s where s.case_id = c.id and s.staff = {p.add(f.assignee)}"
            " and s.state in ('offered', 'signed'))"
        )
    if f.overdue is not None:
        found.append(f"c.due {'<' if f.overdue else '>='} {p.add(now)}::timestamptz")
    if f.due_before is not None:
        found.append(f"c.due < {p.add(f.due_before)}::timestamptz")
    if f.bbox is not None:
        west, south, east, north = (p.add(edge) for edge in f.bbox)
        found.append(f"c.point && st_makeenvelope({west}, {south}, {east}, {north}, 4326)")
    return found


def _holds(word: str) -> str:
    """Pairs of signs find the rows, the text itself decides: a two-character word has no trigram."""
    return (
        f"c.id in (select t.case_id from case_text t where t.bigrams @> bigrams({word}::text)"
        f" and position(lower({word}::text) in lower(t.title || ' ' || coalesce(t.address, ''))) > 0)"
    )


def _part_first(actor: Actor) -> bool:
    """Grid workers and machines have few parts; who works for a unit sees most of what a list walks through."""
    return not any(post.role in UNIT_SIGHT for post in actor.posts)


_ITEM = """
    jsonb_build_object('id', c.id, 'number', c.number, 'kind', c.kind, 'petition_class', c.petition_class,
        'category', c.category, 'status', c.status, 'title', x.title, 'cell', c.cell, 'community', c.community,
        'township', c.township, 'county', c.county, 'lead_unit', c.lead_unit, 'worker', c.worker, 'queue', c.queue,
        'due', nullif(c.due, 'infinity'), 'overdue', c.due < {now}::timestamptz, 'registered_at', c.registered_at,
        'version', c.head_seq)::text
"""


def list_statement(f: Filters, *, actor: Actor, after: list[Any] | None, newest: bool, limit: int, now: datetime) -> (
    tuple[str, Parameters]
):  # fmt: skip
    """The statement of one page and its parameters: by due time, or the newest first."""
    p = Parameters()
    stamp = p.add(now)
    where = [*_conditions(f, p, now), visible_to(actor, p, part_first=_part_first(actor))]
    if after is not None and newest:
        where.append(f"c.id < {p.add(uuid.UUID(after[0]))}::uuid")
    elif after is not None:
        due = p.add(after[0])
        where.append(f"(c.due, c.id) > ({due}::text::timestamptz, {p.add(uuid.UUID(after[1]))}::uuid)")
    order = "c.id desc" if newest else "c.due, c.id"
    page = f"select c.* from cases c where {' and '.join(where)} order by {order} limit {p.add(limit)}"
    return (
        f"select {_ITEM.format(now=stamp)} as item, c.due::text as due, c.id from ({page}) c"
        f" left join case_text x on x.case_id = c.id and x.version = 1 order by {order}",
        p,
    )


async def list_cases(
    conn: Connection, f: Filters, *, actor: Actor, after: list[Any] | None, newest: bool, limit: int, now: datetime
) -> tuple[str, list[str] | None]:
    """A page as JSON text, and the sort values of its last row when there is more."""
    text, parameters = list_statement(f, actor=actor, after=after, newest=newest, limit=limit + 1, now=now)
    rows = await conn.fetch(text, *parameters)
    body = '{"items": [' + ", ".join(row["item"] for row in rows[:limit]) + "]}"
    if len(rows) <= limit:
        return body, None
    last = rows[limit - 1]
    return body, [str(last["id"])] if newest else [last["due"], str(last["id"])]


GROUPS = {
    "status": "c.status", "kind": "c.kind", "category": "c.category", "county": "c.county", "township": "c.township",
    "lead_unit": "c.lead_unit", "queue": "c.queue",
}  # fmt: skip


async def count_cases(conn: Connection, f: Filters, *, actor: Actor, by: str, now: datetime) -> list[Any]:
    """Counts of what the caller may see, by one property, with those overdue."""
    p = Parameters([now])
    where = [*_conditions(f, p, now), visible_to(actor, p, part_first=_part_first(actor))]
    return await conn.fetch(
        f"select {GROUPS[by]} as key, count(*) as cases, count(*) filter (where c.due < $1::timestamptz) as overdue"
        f" from cases c where {' and '.join(where)} group by 1 order by 2 desc, 1 limit 1000",
        *p,
    )


async def list_tasks(conn: Connection, *, actor: Actor, limit: int, now: datetime) -> list[Any]:
    """What waits for the caller, by due time: offers to sign for, tasks signed for, cases that their units lead."""
    p = Parameters([now])
    units = p.add(sorted(actor.units_with(Permission.CASE_SIGN) - _worker_units(actor)))
    person = p.add(uuid.UUID(actor.id) if actor.kind == "staff" else None)
    where = visible_to(actor, p, part_first=True)
    return await conn.fetch(
        "select c.id, c.number, c.kind, c.category, c.status, x.title, a.part, a.state as assignment, a.offered_at,"
        " c.lead_unit, nullif(c.due, 'infinity') as due, c.due < $1::timestamptz as overdue, c.head_seq as version"
        " from assignment a join cases c on c.id = a.case_id left join case_text x on x.case_id = c.id and x.version = 1"
        " where a.state in ('offered', 'signed')"
        f" and (a.staff = {person}::uuid or a.staff is null and a.unit = any({units}::text[]))"
        " and c.status in ('registered', 'accepted', 'handling', 'concluded')"
        f" and (a.part = 'lead' or a.state = 'offered' or a.staff = {person}::uuid) and {where}"
        f" order by c.due, c.id, a.id limit {p.add(limit)}",
        *p,
    )


def _worker_units(actor: Actor) -> set[str]:
    return {post.unit for post in actor.posts if post.role not in UNIT_SIGHT}


def area_filter(code: str | None, tiers: Any) -> str | None:
    """The tier of an area code; raises Invalid for a code that the city does not have."""
    if code is None:
        return None
    if code not in tiers:
        raise errors.Invalid("没有这个区域代码。", "There is no such area code.", pointer="#/query/area")
    return str(tiers[code])

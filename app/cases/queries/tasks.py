"""What waits for the caller, by due time."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from app.cases.queries.access import visible_to
from app.cases.queries.registry import WAITING_WORK
from app.cases.schemas.shown import TaskOut
from app.core.access import UNIT_SIGHT, Actor, Permission
from app.core.database import Connection, Parameters
from app.core.rows import fetch_all

# Offers to sign for, tasks signed for by name, cases that the units lead: a case once, as the caller's own rather than as
# their unit's.
_CASES = """
    select distinct on (c.id) c.id, c.number, c.kind, c.category, c.status, a.part, a.state as assignment, a.offered_at,
        c.lead_unit, c.due as until, c.head_seq as version, null::uuid as task, c.id as sort_id
    from assignment a join cases c on c.id = a.case_id
    where a.state in ('offered', 'signed') and (a.staff = {person}::uuid or a.staff is null and a.unit = any({units}::text[]))
        and c.status in ('registered', 'accepted', 'handling', 'concluded')
        and (a.part = 'lead' or a.staff = {person}::uuid) and {seen}
    order by c.id, a.staff nulls last, a.id
"""


async def list_tasks(
    conn: Connection, *, actor: Actor, after: Sequence[str] | None, limit: int, now: datetime
) -> list[TaskOut]:  # fmt: skip
    """Offers, own tasks, cases led, and results owed (`task`), in the order of their limits."""
    p = Parameters([now])
    named = {
        "units": p.add(sorted(actor.units_with(Permission.CASE_SIGN) - _worker_units(actor))),
        "person": p.add(uuid.UUID(actor.id) if actor.kind == "staff" else None), "seen": visible_to(actor, p),
    }  # fmt: skip
    further_work = "".join(f" union all ({work})" for work in WAITING_WORK.values())
    waiting = f"(({_CASES}){further_work})".format(**named)
    further = ""
    if after is not None:
        bounds = f"({p.add(after[0])}::text::timestamptz, {p.add(uuid.UUID(after[1]))}::uuid)"
        further = f" where (t.until, t.sort_id) > {bounds}"
    page = f"select * from {waiting} t{further} order by t.until, t.sort_id limit {p.add(limit)}"
    return await fetch_all(
        conn, TaskOut,
        "select t.id, t.number, t.kind, t.category, t.status, x.title, t.part, t.assignment, t.offered_at, t.lead_unit,"
        " nullif(t.until, 'infinity') as due, t.until < $1::timestamptz as overdue, t.version, t.task"
        f" from ({page}) t left join case_text x on x.case_id = t.id order by t.until, t.sort_id",
        *p,
    )  # fmt: skip


def _worker_units(actor: Actor) -> set[str]:
    return {post.unit for post in actor.posts if post.role not in UNIT_SIGHT}

"""What the rules need to know of an opinion and of the authorities above the one that gave it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.cases.queries.access import beside
from app.cases.queries.concerned import list_concerns
from app.cases.queries.one import told_due
from app.core.access import Actor
from app.core.crypto import opened
from app.core.database import Connection, Parameters
from app.core.numbers import starred
from app.core.rows import Mark, fetch_all, read_sql, typed
from app.deadlines.rules import ClockKind, due_at
from app.intake.schemas import ConcernIn, NotToIn
from app.notices.rules import CLOSING
from app.reference.queries import Reference
from app.review.rules import Opinion, Organ
from app.review.schemas import ReopeningOut

# The latest decision of a matter, whichever of its cases one begins with: down to the original, then up its live reviews.
_LAST = read_sql(__package__, "latest").format(due=told_due("c"))
_ORGANS = """
    select u.code, u.kind, u.function, u.tier, u.parent, a.path @> mine.path as covers,
        not withheld_from(c.barred_units, c.waits_above, u.path, u.tier) as free, u.code = c.lead_unit as decided
    from cases c join unit d on d.code = c.lead_unit join area mine on mine.code = d.area, unit u
    join area a on a.code = u.area
    where c.id = $1 and (a.path @> mine.path or u.kind = 'intake_desk')
    order by u.code
"""
_MATTER = """
    select c.number, c.category, coalesce(c.community, c.township, c.county, c.city) as area,
        array(select distinct split_part(e.actor, ':', 2)::uuid from event e where e.case_id = c.id
         and e.kind in ('conclude', 'decide_review', 'serve', 'close') and e.actor like 'staff:%') as worked_by
    from cases c where c.id = $1
"""
_REQUESTS = """
    select q.id, q.case_id, c.number, c.kind, c.category, c.lead_unit, q.cause, q.state, q.asked_at, q.decided_at,
        q.sealed, key_of(q.seal_key) as seal_key, r.satisfaction, r.solved, c.head_seq as version,
        exists (select from event e where e.case_id = c.id and e.kind in ('conclude', 'decide_review', 'serve', 'close')
            and e.actor = {me}) as own
    from ({seen}) seen cross join lateral (select * from reopening_request where id = seen.id offset 0) q
    join cases c on c.id = q.case_id
    left join rating r on r.case_id = c.id and r.superseded_at is null {end}
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """The latest decision of a matter: `original` is the case it began with, `served` whether it was served as it must be."""

    id: uuid.UUID
    stage: str
    original: uuid.UUID
    number: str
    petition_class: str | None
    status: str
    procedure: str
    procedure_version: int
    concluded_at: datetime | None
    due: datetime | None
    lead_unit: str
    outcome: str | None
    served_at: datetime | None
    served: bool

    def opinion(self, reference: Reference) -> Opinion:
        """What the rules judge of it."""
        rule = reference.clock_rule(self.procedure, self.procedure_version, ClockKind.APPLY_REVIEW)
        ends = None
        if rule is not None and self.outcome == "served" and self.served_at is not None:
            ends = due_at(rule.length, rule.unit, self.served_at, calendar=reference.calendar, tz=reference.city.tz).due
        return Opinion(self.stage, self.petition_class, self.status, self.served, ends)


async def get_last(conn: Connection, case_id: uuid.UUID) -> Decision:
    """The latest decision of the matter that a case belongs to."""
    (last,) = await fetch_all(conn, Decision, _LAST, case_id, sorted(CLOSING))
    return last


async def list_organs(conn: Connection, case_id: uuid.UUID) -> tuple[Organ, list[Organ]]:
    """The unit that decided a case, and every unit whose area holds that of it."""
    organs = await fetch_all(conn, Organ, _ORGANS, case_id)
    return next(organ for organ in organs if organ.decided), organs


@dataclass(frozen=True, slots=True)
class Matter:
    """What an application takes over from the case under review; `worked_by` had a hand in its result."""

    number: str
    category: str
    area: str
    worked_by: list[uuid.UUID]


async def get_matter(conn: Connection, case_id: uuid.UUID) -> Matter:
    """The case under review."""
    (matter,) = await fetch_all(conn, Matter, _MATTER, case_id)
    return matter


async def list_concerned(conn: Connection, case_id: uuid.UUID) -> tuple[list[ConcernIn], list[NotToIn]]:
    """Whom the case concerns, words in clear, and who must not be involved."""
    concerns: list[ConcernIn] = []
    not_to: list[NotToIn] = []
    for said in await list_concerns(conn, case_id):
        if said.sealed is not None:
            if said.words:
                concerns.append(ConcernIn(text=said.words))
        elif said.relation == "concerns":
            concerns.append(ConcernIn(unit=None if said.staff else said.unit, staff=said.staff))
        else:
            not_to.append(NotToIn(unit=None if said.staff else said.unit, staff=said.staff))
    return concerns, not_to


async def list_requests(conn: Connection, *, actor: Actor, state: str, after: Mark, limit: int) -> list[ReopeningOut]:
    """Requests to reopen what the actor may see, the oldest first. The resident's words for who may decide alone."""
    p = Parameters([state])
    where = ["q.state = $1"]
    if after is not None:
        where.append(f"(q.asked_at, q.id) > ({p.add(after[0])}::timestamptz, {p.add(after[1])}::uuid)")
    end = f"order by q.asked_at, q.id limit {int(limit)}"
    seen = beside(actor, p, "reopening_request q", where, columns="q.id", end=end)
    rows = await conn.fetch(_REQUESTS.format(me=p.add(actor.who), seen=seen, end=end), *p)
    return [_shown(dict(row)) for row in rows]


def _shown(row: dict[str, object]) -> ReopeningOut:
    key, sealed, own = (row.pop(name) for name in ("seal_key", "sealed", "own"))
    words = None
    if isinstance(sealed, bytes) and isinstance(key, bytes) and not own:
        words = starred(opened(sealed, key, f"reopening_request {row.get('id')}").get("words") or "") or None
    return typed(ReopeningOut, {**row, "words": words, "may_decide": not own and row.get("state") == "open"})

"""One case with what its steps are judged by, and its texts."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.queries.access import visible_to
from app.cases.queries.standing import STANDING
from app.cases.rules import LIVE, NO_TIER_ABOVE, Facts, Kind, Offer, PetitionClass, Result, Standing, Status
from app.cases.rules.registry import FACTS
from app.cases.schemas.sealed import OpenedText
from app.core.access import Actor
from app.core.crypto import keys
from app.core.database import Connection, Parameters
from app.core.errors import NotFound, Words
from app.core.rows import fetch_one, read_sql
from app.deadlines.rules import ClockKind, Procedure, due_at
from app.notices.rules import Notice
from app.reference.queries import Reference


@dataclass(frozen=True, slots=True)
class CompletionClock:
    """The limit to answer the matter, while it runs."""

    id: int
    start: datetime
    due: datetime
    due_unrolled: datetime
    provisional: bool
    extensions: int
    granted_days: int


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as it is read for a decision; `offered_at` is of the open offer to lead."""

    id: uuid.UUID
    number: str
    kind: Kind
    petition_class: PetitionClass | None
    category: str
    status: Status
    lead_unit: str
    version: int
    queue: str | None
    procedure: str
    procedure_version: int
    received_at: datetime
    registered_at: datetime
    accepted_at: datetime | None
    query_issue: int
    query_hash: str | None  # of the code in force, in hex
    escalated_to: str | None
    result: Result | None
    reopened: int
    offers: tuple[Offer, ...]
    offered_at: datetime | None
    notices: tuple[Notice, ...]
    refused_by: frozenset[str]
    returned_by: tuple[str, ...]
    came_up: bool
    ruled_by: str | None
    superior: str | None
    reporting: bool
    archived: bool
    held_by: str | None
    standing: Standing
    above: str | None
    above_tier: str | None
    below: str | None
    asked: bool
    worked_by: frozenset[str]
    hearing: str | None
    linked: str | None
    clock: CompletionClock | None
    clocks_met: frozenset[str]
    waits: bool
    concerns: bool
    namers: frozenset[str]
    brought: dict[str, Any]  # each as the capability that registered it reads it


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case as read for a change: the facts for the rules, and the row."""

    facts: Facts
    row: CaseRow

    @property
    def case_id(self) -> uuid.UUID:
        """The case's id."""
        return self.facts.id

    @property
    def secret(self) -> bool:
        """An accusation: its texts are kept sealed."""
        return self.facts.petition_class is PetitionClass.ACCUSATION

    @property
    def status(self) -> Status:
        """Where it stands."""
        return self.facts.status


# The centre that a case is taken up to next: above the lead's tier and above every tier it was taken up to before, of the
# case's own areas, and none that the matter concerns. `c` is the case.
ABOVE = """
    select u.code, u.tier from unit u, unit l
    where l.code = c.lead_unit and u.kind = 'centre' and u.area in (c.township, c.county, c.city)
        and tier_rank(u.tier) > greatest(tier_rank(l.tier), tier_rank(c.escalated_to))
        and not withheld_from(c.barred_units, c.waits_above, u.path, u.tier)
    order by tier_rank(u.tier) limit 1
"""


def told_due(case: str) -> str:
    """SQL: the authorities' next limit of a case as its resident is told it. An emergency's own limits bind units alone."""
    return (
        f"(select min(k.due) from running_clock k where k.case_id = {case}.id"
        " and k.owner = 'organ' and k.kind <> 'emergency')"
    )


async def lock(conn: Connection, case_id: uuid.UUID, *, actor: Actor) -> None:
    """Lock the case until the transaction ends; raises NotFound for what the actor may not know exists."""
    parameters = Parameters([case_id])
    where = visible_to(actor, parameters)
    if not await conn.fetchval(f"select true from cases c where c.id = $1 and {where} for update of c", *parameters):
        raise NotFound


async def get_for_change(conn: Connection, case_id: uuid.UUID, reference: Reference, *, actor: Actor) -> LoadedCase:
    """The case, locked; raises NotFound as `lock` does."""
    await lock(conn, case_id, actor=actor)  # first: the subqueries of a row that was waited for are not read again
    return await get_facts(conn, case_id, reference, actor=actor)


async def get_facts(conn: Connection, case_id: uuid.UUID, reference: Reference, *, actor: Actor) -> LoadedCase:
    """The same without a lock."""
    parameters = Parameters([case_id])
    return await _load(conn, reference, f"c.id = $1 and {visible_to(actor, parameters)}", parameters)


async def find_by_code(conn: Connection, number: str, code: str) -> uuid.UUID | None:
    """The id of the case that a query code opens, if it opens one."""
    found: uuid.UUID | None = await conn.fetchval(
        "select id from cases where number = $1 and query_hash = $2", number, keys().query_hash(code)
    )
    return found


async def load_by_code(conn: Connection, number: str, code: str, reference: Reference) -> LoadedCase:
    """The case that a query code opens, locked; raises NotFound, the same for a wrong number or a wrong code."""
    found = await conn.fetchval(
        "select id from cases where number = $1 and query_hash = $2 for update", number, keys().query_hash(code)
    )
    if found is None:
        raise wrong_code()
    return await load_linked(conn, found, reference)


def wrong_code() -> NotFound:
    """The same for a wrong number and a wrong code."""
    return NotFound("编号或查询码有误。", "The number or the code is wrong.")


async def load_linked(conn: Connection, case_id: uuid.UUID, reference: Reference) -> LoadedCase:
    """A case that a step on another one acts upon, locked; whoever takes that step need not see it."""
    await conn.fetchval("select id from cases where id = $1 for update", case_id)
    return await _load(conn, reference, "c.id = $1", Parameters([case_id]))


async def _load(conn: Connection, reference: Reference, where: str, parameters: Parameters) -> LoadedCase:
    row = await fetch_one(conn, CaseRow, f"{facts_statement()} where {where}", *parameters)
    if row is None:
        raise NotFound
    return LoadedCase(as_facts(row, reference), row)


def facts_statement() -> str:
    """What reads a CaseRow of the cases `c` that a condition after it names."""
    brought = ", ".join(f"'{name}', {fact.sql}" for name, fact in FACTS.items())
    return read_sql(__package__, "facts").format(above=ABOVE, brought=brought, standing=STANDING)


def as_facts(row: CaseRow, reference: Reference) -> Facts:
    """The row as the pure rules take it."""
    procedure = reference.procedures[row.procedure, row.procedure_version]
    rule = reference.clock_rule(row.procedure, row.procedure_version, ClockKind.COMPLETION)
    extension = rule.extension if rule else None
    alone = extension is not None and extension.consent is None  # else the parties agree to it
    clock = row.clock if extension and alone and row.clock and row.clock.extensions < extension.times else None
    return Facts(
        id=row.id, status=row.status, kind=row.kind, petition_class=row.petition_class, standing=row.standing,
        version=row.version, offers=row.offers, notices=row.notices, archived=row.archived, held_by=row.held_by, above=row.above,
        below=row.below, refused_by=row.refused_by, superior=row.superior, reporting=row.reporting, asked=row.asked,
        worked_by=row.worked_by, hearing=row.hearing, linked=row.linked, returned_by=row.returned_by,
        ruled_by=row.ruled_by, came_up=row.came_up, procedure=row.procedure, returns=procedure.returns,
        waits=row.waits, concerns=row.concerns, namers=row.namers,
        queued=row.queue not in (None, NO_TIER_ABOVE), top=row.queue == NO_TIER_ABOVE, forbids=forbidden(procedure),
        extendable_until=clock.due if clock else None, objectable_until=_objectable_until(row, reference),
        brought={name: fact.read(row.brought[name]) for name, fact in FACTS.items()},
    )  # fmt: skip


def forbidden(procedure: Procedure) -> dict[str, Words]:
    """The steps that a procedure rules out, with why."""
    return {
        f.action: Words(f"该程序不允许此步骤：{f.basis_zh}", f"The procedure rules this out: {f.basis_en}")
        for f in procedure.forbids
    }


def _objectable_until(row: CaseRow, reference: Reference) -> datetime | None:
    """Until when the open offer to lead may be refused, by the rule of the procedure that has one."""
    rule = reference.clock_rule(row.procedure, row.procedure_version, ClockKind.OBJECTION)
    if rule is None or row.offered_at is None:
        return None
    return due_at(rule.length, rule.unit, row.offered_at, calendar=reference.calendar, tz=reference.city.tz).due


@dataclass(frozen=True, slots=True)
class CaseText:
    """Title and description as last written."""

    title: OpenedText
    description: OpenedText


# The text of the case that is named, as it was written.
TEXT = """(select case when t.sealed is null then jsonb_build_object('title', t.title, 'description', t.description)
    else jsonb_build_object('title', jsonb_build_array('case_text ' || t.case_id, 'title', encode(t.sealed, 'base64'),
        encode(key_of(t.seal_key), 'base64')), 'description', jsonb_build_array('case_text ' || t.case_id, 'description',
        encode(t.sealed, 'base64'), encode(key_of(t.seal_key), 'base64'))) end
    from case_text t where t.case_id = {})"""


@dataclass(frozen=True, slots=True)
class _Written:
    text: CaseText | None


async def read_text(conn: Connection, case_id: uuid.UUID) -> CaseText | None:
    """Title and description as last written. The caller has seen the case."""
    found = await fetch_one(conn, _Written, f"select {TEXT.format('$1')} as text", case_id)
    return found.text if found else None


async def count_under(conn: Connection, procedure: str, version: int) -> int:
    """How many live cases run under a version of a procedure: they keep it to their end."""
    return int(
        await conn.fetchval(
            "select count(*) from cases where procedure = $1 and procedure_version = $2 and status = any($3)",
            procedure, version, [status.value for status in LIVE],
        )
    )  # fmt: skip

"""One case: its facts for a decision, its page, its timeline, what may be the same matter."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.cases.queries.access import visible_to
from app.cases.queries.case_page import read_page
from app.cases.rules import NO_TIER_ABOVE, Facts, Kind, Offer, PetitionClass, Status
from app.cases.rules.registry import FACTS
from app.core.access import Actor
from app.core.crypto import keys, opened
from app.core.database import Connection, Parameters
from app.core.errors import NotFound, Words
from app.core.masking import mask_address, mask_email, mask_name, mask_phone
from app.core.rows import read_sql
from app.deadlines.rules import ClockKind, Procedure, due_at
from app.notices.rules import Notice, NoticeKind, NoticeState
from app.reference.queries import Reference


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case as read for a change: the facts for the rules, and the row."""

    facts: Facts
    row: Mapping[str, Any]

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
    select u.code from unit u, unit l
    where l.code = c.lead_unit and u.kind = 'centre' and u.area in (c.township, c.county, c.city)
        and tier_rank(u.tier) > greatest(tier_rank(l.tier), tier_rank(c.escalated_to))
        and not coalesce(c.barred_units @> u.path, false)
    order by tier_rank(u.tier) limit 1
"""
# The unit that had it last below the tier of the present lead, where it was taken up.
_BELOW = """
    select u.code from assignment a join unit u on u.code = a.unit join unit l on l.code = c.lead_unit
    where a.case_id = c.id and a.part = 'co' and a.state = 'signed' and a.staff is null and c.escalated_to is not null
        and not exists (select from case_note n where n.id = a.note and n.kind = 'task')
        and l.kind = 'centre' and tier_rank(u.tier) < tier_rank(l.tier)
        and not coalesce(c.barred_units @> u.path, false)
    order by a.answered_at desc limit 1
"""


def told_due(case: str) -> str:
    """SQL: the authorities' next limit of a case as its resident is told it. An emergency's own limits bind units alone."""
    return (
        f"(select min(k.due) from running_clock k where k.case_id = {case}.id"
        " and k.owner = 'organ' and k.kind <> 'emergency')"
    )


_FACTS = read_sql(__package__, "facts").format(above=f"({ABOVE})", below=f"({_BELOW})")
_FROM = """
    from cases c
    left join open_clock k on k.case_id = c.id and k.kind = 'completion'
"""


def _facts() -> str:
    """The facts of a case, with those that capabilities above registered."""
    brought = "".join(f", {fact.sql} as {name}" for name, fact in FACTS.items())
    return f"{_FACTS}{brought}{_FROM}"


async def get_for_change(conn: Connection, case_id: uuid.UUID, reference: Reference, *, actor: Actor) -> LoadedCase:
    """The case, locked until the transaction ends; raises NotFound for what the actor may not know exists."""
    parameters = Parameters([case_id])
    where = visible_to(actor, parameters)
    # Locked first: under READ COMMITTED the subqueries of a row that was waited for are not read again.
    if (
        await conn.fetchval(f"select c.id from cases c where c.id = $1 and {where} for update of c", *parameters)
        is None
    ):
        raise NotFound
    return await get_facts(conn, case_id, reference, actor=actor)


async def get_facts(conn: Connection, case_id: uuid.UUID, reference: Reference, *, actor: Actor) -> LoadedCase:
    """The same without a lock."""
    parameters = Parameters([case_id])
    where = visible_to(actor, parameters)
    row = await conn.fetchrow(f"{_facts()} where c.id = $1 and {where}", *parameters)
    if row is None:
        raise NotFound
    return LoadedCase(as_facts(dict(row), reference), dict(row))


async def load_by_code(conn: Connection, number: str, code: str, reference: Reference) -> LoadedCase:
    """The case that a query code opens, locked; raises NotFound, the same for a wrong number or a wrong code."""
    found = await conn.fetchval(
        "select id from cases where number = $1 and query_hash = $2 for update", number, keys().query_hash(code)
    )
    if found is None:
        raise NotFound("编号或查询码有误。", "The number or the code is wrong.")
    return await load_linked(conn, found, reference)


async def load_linked(conn: Connection, case_id: uuid.UUID, reference: Reference) -> LoadedCase:
    """A case that a step on another one acts upon, locked; whoever takes that step need not see it."""
    await conn.fetchval("select id from cases where id = $1 for update", case_id)
    (row,) = await conn.fetch(f"{_facts()} where c.id = $1", case_id)
    return LoadedCase(as_facts(dict(row), reference), dict(row))


def as_facts(row: Mapping[str, Any], reference: Reference) -> Facts:
    """The row as the pure rules take it."""
    procedure = reference.procedures[row["procedure"], row["procedure_version"]]
    rule = reference.clock_rule(row["procedure"], row["procedure_version"], ClockKind.COMPLETION)
    extension = rule.extension if rule else None
    alone = extension is not None and extension.consent is None  # else the parties agree to it
    left = extension is not None and alone and row["clock_id"] is not None and row["clock_extensions"] < extension.times
    return Facts(
        id=row["id"], status=Status(row["status"]), kind=Kind(row["kind"]),
        petition_class=PetitionClass(row["petition_class"]) if row["petition_class"] else None,
        lead_unit=row["lead_unit"], version=row["head_seq"],
        offers=tuple(
            Offer(i, unit, _uuid(staff), part, _uuid(note), returned)
            for i, unit, staff, part, note, _, returned in row["offers"]
        ),
        above=row["above"], below=row["below"], refused_by=frozenset(row["refused_by"] or ()), superior=row["superior"],
        reporting=row["reporting"], objectable_until=_objectable_until(row, reference),
        notices=tuple(Notice(i, NoticeKind(k), NoticeState(s), m, by) for i, k, s, m, by in row["notices"]),
        queued=row["queue"] not in (None, NO_TIER_ABOVE), archived=row["archived"], held=row["held"],
        extendable_until=row["clock_due"] if left else None, procedure=row["procedure"],
        forbids=forbidden(procedure), top=row["queue"] == NO_TIER_ABOVE, asked=row["asked"],
        worked_by=frozenset(row["worked_by"] or ()), hearing=row["hearing"], linked=row["linked"],
        returns=procedure.returns, returned_by=tuple(row["returned_by"] or ()), ruled_by=row["ruled_by"],
        came_up=row["came_up"],
        brought={name: fact.read(row[name]) for name, fact in FACTS.items()},
    )  # fmt: skip


def _uuid(text: str | None) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None


def forbidden(procedure: Procedure) -> dict[str, Words]:
    """The steps that a procedure rules out, with why."""
    return {
        f.action: Words(f"该程序不允许此步骤：{f.basis_zh}", f"The procedure rules this out: {f.basis_en}")
        for f in procedure.forbids
    }


def _objectable_until(row: Mapping[str, Any], reference: Reference) -> datetime | None:
    """Until when the open offer to lead may be refused, by the rule of the procedure that has one."""
    rule = reference.clock_rule(row["procedure"], row["procedure_version"], ClockKind.OBJECTION)
    offered = next((o[5] for o in row["offers"] if o[3] == "lead"), None)
    if rule is None or offered is None:
        return None
    start = datetime.fromisoformat(offered)
    return due_at(rule.length, rule.unit, start, calendar=reference.calendar, tz=reference.city.tz).due


async def get_page(conn: Connection, case_id: uuid.UUID, *, actor: Actor) -> dict[str, Any]:
    """The page as a mapping; raises NotFound."""
    return asdict(await read_page(conn, case_id, actor=actor))


async def open_parties(conn: Connection, case_id: uuid.UUID) -> list[dict[str, Any]]:
    """The parties in clear. Callers mask them, or log that they did not. An erased party keeps only its role."""
    rows = await conn.fetch("select id, role, sealed, seal_key from party where case_id = $1 order by id", case_id)
    return [
        {"id": row["id"], "role": row["role"], **opened(row["sealed"], row["seal_key"], f"party {row['id']}")}
        for row in rows
    ]


def masked(party: Mapping[str, Any]) -> dict[str, Any]:
    """As everybody who sees the case sees a party."""
    hide = {"name": mask_name, "phone": mask_phone, "address": mask_address, "email": mask_email}
    return {k: hide[k](v) if k in hide else v for k, v in party.items()}


def opened_note(row: Any) -> str | None:
    """The text of a note's row, sealed or not; None once it was erased."""
    if row["sealed"] is None:
        return row["body"]  # type: ignore[no-any-return]
    return opened(row["sealed"], row["seal_key"], f"case_note {row['id']}").get("body")


async def read_text(conn: Connection, case_id: uuid.UUID) -> dict[str, Any]:
    """Title and description as last written. The caller has seen the case."""
    (row,) = await conn.fetch(
        "select title, description, sealed, seal_key from case_text where case_id = $1",
        case_id,
    )
    if row["sealed"] is not None:
        return opened(row["sealed"], row["seal_key"], f"case_text {case_id}")
    return {"title": row["title"], "description": row["description"]}

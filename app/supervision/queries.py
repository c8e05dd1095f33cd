"""Supervisions by due time, counted, one with its texts. Only those of cases that the caller may see."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.cases.queries.access import beside, visible_to
from app.cases.queries.notes import NOTE, NoteText
from app.core.access import Actor, Permission
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.core.rows import Mark, fetch_all, fetch_one, shown
from app.supervision.rules import WORKFLOW, Supervision
from app.supervision.schemas import SupervisionCount, SupervisionItem, SupervisionOut


@dataclass(frozen=True, slots=True)
class Asked:
    """What the board is narrowed to; without `states`, what is still owed."""

    area: str | None = None
    tier: str | None = None
    unit: str | None = None
    issuer: str | None = None
    kind: str | None = None
    states: tuple[str, ...] = ()
    overdue: bool | None = None
    case: uuid.UUID | None = None


_LATE = "s.ended_at is null and s.state <> 'answered' and s.due < $1::timestamptz"
_COLUMNS = f"""
    s.id, s.case_id, c.number, c.kind as case_kind, c.category, c.status, x.title, c.lead_unit, s.kind, s.level,
    s.problem, s.issuer_unit, s.target_unit, t.tier, s.issued_at, s.answer_by, s.due, s.state, {_LATE} as overdue,
    s.answered_at, s.verified_at, s.ended_at, s.version
"""
_TARGET = "join unit t on t.code = s.target_unit"
_BESIDE = f"join cases c on c.id = s.case_id {_TARGET} left join case_text x on x.case_id = c.id"
_FROM = f"supervision s {_BESIDE}"
_SEEN = f"cross join lateral (select * from supervision where id = seen.id offset 0) s {_BESIDE}"


def _conditions(asked: Asked, p: Parameters) -> list[str]:
    plain = {"s.target_unit": asked.unit, "s.issuer_unit": asked.issuer, "s.kind": asked.kind, "t.tier": asked.tier}
    found = [f"{column} = {p.add(value)}" for column, value in plain.items() if value is not None]
    if asked.case is not None:
        found.append(f"s.case_id = {p.add(asked.case)}")
    elif asked.states:
        found.append(f"s.state = any({p.add(list(asked.states))}::text[])")
    else:
        found.append("s.ended_at is null")
    if asked.area is not None:
        found.append(
            "exists (select from area b join area a on a.path @> b.path where b.code = t.area"
            f" and a.code = {p.add(asked.area)})"
        )
    if asked.overdue is not None:
        found.append(_LATE if asked.overdue else f"not ({_LATE})")
    return found


async def list_supervisions(
    conn: Connection, asked: Asked, *, actor: Actor, after: Mark, limit: int
) -> list[SupervisionItem]:
    """The board, by the time at which an answer is owed."""
    p = Parameters([actor.at])
    return await _page(conn, p, actor, _conditions(asked, p), after, limit)


async def list_mine(conn: Connection, *, actor: Actor, after: Mark, limit: int) -> list[SupervisionItem]:
    """What the caller's units owe an answer to, and the answers that they have to verify."""
    p = Parameters([actor.at])
    answering = p.add(sorted(actor.units_with(Permission.SUPERVISION_ANSWER)))
    issuing = p.add(sorted(actor.units_with(Permission.SUPERVISION_ISSUE)))
    mine = (
        f"s.ended_at is null and (s.state in ('open', 'returned') and s.target_unit = any({answering}::text[])"
        f" or s.state = 'answered' and s.issuer_unit = any({issuing}::text[]))"
    )
    return await _page(conn, p, actor, [mine], after, limit)


async def _page(
    conn: Connection, p: Parameters, actor: Actor, where: list[str], after: Mark, limit: int
) -> list[SupervisionItem]:
    if after is not None:
        where.append(f"(s.due, s.id) > ({p.add(after[0])}::timestamptz, {p.add(after[1])}::uuid)")
    end = f"order by s.due, s.id limit {int(limit)}"
    seen = beside(actor, p, "supervision s", where, columns="s.id", join=_TARGET, end=end)
    return await fetch_all(conn, SupervisionItem, f"select {_COLUMNS} from ({seen}) seen {_SEEN} {end}", *p)


GROUPS = {
    "tier": "t.tier", "state": "s.state", "kind": "s.kind", "level": "s.level", "problem": "s.problem",
    "target_unit": "s.target_unit",
}  # fmt: skip


async def count_supervisions(conn: Connection, asked: Asked, *, actor: Actor, by: str) -> list[SupervisionCount]:
    """The board's figures, with those overdue; at most 1,000 groups."""
    p = Parameters([actor.at])
    told = f"{GROUPS[by]} as key, {_LATE} as late"
    seen = beside(actor, p, "supervision s", _conditions(asked, p), columns=told, join=_TARGET)
    statement = (
        "select key, count(*) as supervisions, count(*) filter (where late) as overdue"
        f" from ({seen}) seen group by 1 order by 2 desc, 1 limit 1000"
    )
    return await fetch_all(conn, SupervisionCount, statement, *p)


async def get_state(conn: Connection, supervision: uuid.UUID) -> Supervision:
    """One as decisions need it; raises NotFound."""
    found = await fetch_one(conn, Supervision, _STATE, supervision)
    if found is None:
        raise NotFound
    return found


_STATE = """
    select id, case_id, kind, state, issuer_unit, target_unit, answer_by, first_answered_at, answered_by, version
    from supervision where id = $1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row(SupervisionItem):
    """One with what decisions need, what was asked and the last answer."""

    first_answered_at: datetime | None
    answered_by: str | None
    text: NoteText
    answer_text: NoteText


_TEXTS = f"{NOTE.format('s.note')} as text, {NOTE.format('s.answer')} as answer_text"


async def get_supervision(conn: Connection, supervision: uuid.UUID, *, actor: Actor, language: str) -> SupervisionOut:
    """One with what was asked, the last answer and what the actor may do; raises NotFound for a case that they may not
    know exists."""
    p = Parameters([actor.at, supervision])
    columns = f"{_COLUMNS}, s.first_answered_at, s.answered_by, {_TEXTS}"
    statement = f"select {columns} from {_FROM} where s.id = $2 and {visible_to(actor, p)}"
    row = await fetch_one(conn, _Row, statement, *p)
    if row is None:
        raise NotFound
    return shown(
        SupervisionOut,
        row,
        kind_text=row.kind.words.say(language),
        problem_text=row.problem.words.say(language) if row.problem else None,
        available_actions=WORKFLOW.available(shown(Supervision, row), actor, actor.at),
    )

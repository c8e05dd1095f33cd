"""Supervisions by due time, counted, one with its texts. Only those of cases that the caller may see."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.queries.access import visible_to
from app.core.access import Actor, Permission
from app.core.crypto import Sealed, Unsealable, keys
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.supervision.rules import MOVES, SupervisionKind, SupervisionState, move_refused


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


_ITEM = """
    select s.id, s.case_id, c.number, c.kind as case_kind, c.category, c.status, x.title, c.lead_unit, s.kind, s.level,
        s.problem, s.issuer_unit, s.target_unit, t.tier, s.issued_at, s.answer_by, s.due, s.state,
        s.ended_at is null and s.state <> 'answered' and s.due < $1::timestamptz as overdue,
        s.answered_at, s.verified_at, s.ended_at, s.version, s.answered_by, s.note, s.answer, s.due::text as sort_due
    from supervision s join cases c on c.id = s.case_id join unit t on t.code = s.target_unit
        left join case_text x on x.case_id = c.id and x.version = 1
"""


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
        late = "s.ended_at is null and s.state <> 'answered' and s.due < $1::timestamptz"
        found.append(late if asked.overdue else f"not ({late})")
    return found


async def list_supervisions(
    conn: Connection, asked: Asked, *, actor: Actor, after: list[Any] | None, limit: int, now: datetime
) -> list[Any]:
    """The board, by the time at which an answer is owed."""
    p = Parameters([now])
    where = [*_conditions(asked, p), visible_to(actor, p)]
    return await _page(conn, p, where, after, limit)


async def list_mine(
    conn: Connection, *, actor: Actor, after: list[Any] | None, limit: int, now: datetime
) -> list[Any]:  # fmt: skip
    """What the caller's units owe an answer to, and the answers that they have to verify."""
    p = Parameters([now])
    answering = p.add(sorted(actor.units_with(Permission.SUPERVISION_ANSWER)))
    issuing = p.add(sorted(actor.units_with(Permission.SUPERVISION_ISSUE)))
    mine = (
        f"s.ended_at is null and (s.state in ('open', 'returned') and s.target_unit = any({answering}::text[])"
        f" or s.state = 'answered' and s.issuer_unit = any({issuing}::text[]))"
    )
    return await _page(conn, p, [mine, visible_to(actor, p)], after, limit)


async def _page(conn: Connection, p: Parameters, where: list[str], after: list[Any] | None, limit: int) -> list[Any]:
    if after is not None:
        due = p.add(after[0])
        where.append(f"(s.due, s.id) > ({due}::text::timestamptz, {p.add(uuid.UUID(after[1]))}::uuid)")
    statement = f"{_ITEM} where {' and '.join(where)} order by s.due, s.id limit {p.add(limit)}"
    return await conn.fetch(statement, *p)


GROUPS = {
    "tier": "t.tier", "state": "s.state", "kind": "s.kind", "level": "s.level", "problem": "s.problem",
    "target_unit": "s.target_unit",
}  # fmt: skip


async def count_supervisions(conn: Connection, asked: Asked, *, actor: Actor, by: str, now: datetime) -> list[Any]:
    """The board's figures, with those overdue; at most 1,000 groups."""
    p = Parameters([now])
    where = [*_conditions(asked, p), visible_to(actor, p)]
    return await conn.fetch(
        f"select {GROUPS[by]} as key, count(*) as supervisions, count(*) filter (where s.ended_at is null"
        " and s.state <> 'answered' and s.due < $1::timestamptz) as overdue from supervision s"
        " join cases c on c.id = s.case_id join unit t on t.code = s.target_unit"
        f" where {' and '.join(where)} group by 1 order by 2 desc, 1 limit 1000",
        *p,
    )


async def get_supervision(conn: Connection, supervision: uuid.UUID, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """One with what was asked and the last answer; raises NotFound for a case that the actor may not know exists."""
    p = Parameters([now, supervision])
    row = await conn.fetchrow(f"{_ITEM} where s.id = $2 and {visible_to(actor, p)}", *p)
    if row is None:
        raise NotFound
    found = dict(row)
    notes = await conn.fetch(
        "select id, body, sealed, seal_key from case_note where id = any($1::uuid[])", [row["note"], row["answer"]]
    )
    texts = {note["id"]: _opened(note) for note in notes}
    found["text"], found["answer_text"] = texts.get(row["note"]), texts.get(row["answer"])
    found["available_actions"] = actions_for(actor, row)
    return found


def _opened(note: Any) -> str | None:
    """The words; none once their key was erased."""
    if note["sealed"] is None:
        return str(note["body"])
    try:
        return str(keys().unseal(Sealed(note["seal_key"], note["sealed"]), f"case_note {note['id']}").get("body"))
    except Unsealable:
        return None


def actions_for(actor: Actor, row: Any) -> list[str]:
    """What this actor may do with a supervision now. Who answered does not verify, whatever posts they hold."""
    state, kind = SupervisionState(row["state"]), SupervisionKind(row["kind"])
    answers = row["target_unit"] in actor.units_with(Permission.SUPERVISION_ANSWER)
    asked_too = actor.id == row["answered_by"] or any(post.unit == row["target_unit"] for post in actor.posts)
    issues = row["issuer_unit"] in actor.units_with(Permission.SUPERVISION_ISSUE) and not asked_too
    allowed = {"answer": answers, "verify": issues, "return": issues, "withdraw": issues}
    return [action for action in MOVES if allowed[action] and move_refused(action, state, kind) is None]

"""A unit's part in a case beside the lead: given, answered and ended for the capabilities above."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from app.cases.actions.access import grant
from app.core.database import Connection
from app.reference.actions import ActionContext

_GIVE = """
    insert into assignment (case_id, unit, part, state, offered_by, offered_at, note)
    select $1, unit, 'co', 'offered', $2, $3, note from unnest($4::text[], $5::uuid[]) given(unit, note)
    returning id, note
"""
_ANSWER = """
    update assignment set state = $2, answered_by = $3, answered_at = $4, note = coalesce($5, note) where id = $1
"""
_END = """
    update assignment set state = case state when 'offered' then 'recalled' else 'done' end,
        answered_by = coalesce(answered_by, $2), answered_at = coalesce(answered_at, $3)
    where id = $1 and state in ('offered', 'signed')
"""


async def give(act: ActionContext, case_id: uuid.UUID, given: Sequence[tuple[str, uuid.UUID]]) -> dict[uuid.UUID, int]:
    """Units are asked to help, each by a note, and see the case from now on; gives the assignment by the note."""
    if not given:
        return {}
    units, notes = zip(*given, strict=True)
    rows = await act.conn.fetch(_GIVE, case_id, act.actor.id, act.now, units, notes)
    await grant(act.conn, case_id, [f"unit:{unit}" for unit in units], "task")
    return {row["note"]: row["id"] for row in rows}


async def answer(act: ActionContext, assignment: int, state: str, note: uuid.UUID | None = None) -> None:
    """It is signed for or refused."""
    await act.conn.execute(_ANSWER, assignment, state, act.actor.id, act.now, note)


async def end(act: ActionContext, assignment: int) -> None:
    """It is over: taken back where nobody signed for it. What it let the unit see is the caller's to end."""
    await act.conn.execute(_END, assignment, act.actor.id, act.now)


_RECALL = """
    update assignment set state = 'recalled', answered_by = coalesce(answered_by, $2), answered_at = coalesce(answered_at, $3)
    where id = $1
"""
_HAND_ON = """
    insert into assignment (case_id, unit, staff, part, state, offered_by, offered_at, answered_by, answered_at)
    select a.case_id, s.unit, s.id, a.part, $3, $4, $5, case $3 when 'signed' then $4 end,
        case $3 when 'signed' then $5::timestamptz end
    from assignment a, staff s where a.id = $1 and s.id = $2
"""


async def recall(conn: Connection, assignment: int, *, by: str, at: datetime) -> None:
    """What was offered to a person, or signed for by them, is theirs no more."""
    await conn.execute(_RECALL, assignment, by, at)


async def pass_on(conn: Connection, assignment: int, to: uuid.UUID, state: str, *, by: str, at: datetime) -> None:
    """The same is somebody else's, as far as it has come (`state`)."""
    await conn.execute(_HAND_ON, assignment, to, state, by, at)

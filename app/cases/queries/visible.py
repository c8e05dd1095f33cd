"""What belongs to a case is seen by whoever sees the case: for capabilities above, which keep their rows beside cases.

Their statements name the row `t` and its case `c`.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.cases.queries.access import visible_to
from app.cases.rules import Kind, PetitionClass, Status
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.core.rows import fetch_all, fetch_one

T = TypeVar("T")
_CASE = """
    select c.id as case_id, c.kind, c.petition_class, c.procedure, c.status, c.lead_unit from cases c where c.id = $1
"""


@dataclass(frozen=True, slots=True)
class LockedCase:
    """What most capabilities above need to know of a case before something is added to it."""

    case_id: uuid.UUID
    kind: Kind
    petition_class: PetitionClass | None
    procedure: str
    status: Status
    lead_unit: str

    @property
    def secret(self) -> bool:
        """An accusation: its texts are kept sealed."""
        return self.petition_class is PetitionClass.ACCUSATION


async def require_visible(conn: Connection, case_id: uuid.UUID, *, actor: Actor) -> None:
    """Raises NotFound for a case that the actor may not know exists."""
    p = Parameters([case_id])
    if not await conn.fetchval(f"select true from cases c where c.id = $1 and {visible_to(actor, p)}", *p):
        raise NotFound


async def lock_case(conn: Connection, case_id: uuid.UUID, *, actor: Actor) -> LockedCase:
    """The case, locked; raises NotFound for one that the actor may not know exists."""
    p = Parameters([case_id])
    case = await fetch_one(conn, LockedCase, f"{_CASE} and {visible_to(actor, p)} for update of c", *p)
    if case is None:
        raise NotFound
    return case


async def lock_case_of(conn: Connection, table: str, found: uuid.UUID, *, actor: Actor) -> None:
    """Lock the case of a row of `table`; raises NotFound, also for a case that the actor may not know exists.

    The row is read afterwards: a statement that waited for the lock sees everything else as it was before.
    """
    p = Parameters([found])
    locked = await conn.fetchval(
        f"select c.id from {table} t join cases c on c.id = t.case_id where t.id = $1 and {visible_to(actor, p)}"
        " for update of c",
        *p,
    )
    if locked is None:
        raise NotFound


async def get_visible(conn: Connection, kind: type[T], statement: str, found: uuid.UUID, *, actor: Actor) -> T:
    """The row with this id; raises NotFound, also for one of a case that the actor may not know exists."""
    p = Parameters([found])
    row = await fetch_one(conn, kind, f"{statement} where t.id = $1 and {visible_to(actor, p)}", *p)
    if row is None:
        raise NotFound
    return row


async def list_visible(
    conn: Connection, kind: type[T], statement: str, case_id: uuid.UUID, *, actor: Actor, after: Sequence[str] | None,
    limit: int,
) -> list[T]:  # fmt: skip
    """The rows of a case in the order of their ids."""
    p = Parameters([case_id])
    where = ["t.case_id = $1", visible_to(actor, p)]
    if after is not None:
        where.append(f"t.id > {p.add(uuid.UUID(after[0]))}::uuid")
    return await fetch_all(
        conn, kind, f"{statement} where {' and '.join(where)} order by t.id limit {p.add(limit)}", *p
    )

"""Notes on cases that the caller may see."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.cases.queries.access import visible_to
from app.core.access import Actor
from app.core.crypto import opened
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.core.rows import fetch_all

KIND = "work_note"
_NOTES = f"""
    select n.id, n.case_id, s.id as author, s.name as author_name, n.at, n.body, n.sealed, n.seal_key,
        (select coalesce(jsonb_agg(jsonb_build_object('staff', m.staff, 'name', p.name) order by p.name, m.staff), '[]')
         from note_mention m join staff p on p.id = m.staff where m.note = n.id) as mentions
    from case_note n join staff s on n.author = 'staff:' || s.id
    where n.case_id = $1 and n.kind = '{KIND}' and ($2::uuid is null or n.id = $2) order by n.at, n.id
"""


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody mentioned."""

    staff: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A note as it is stored."""

    id: uuid.UUID
    case_id: uuid.UUID
    author: uuid.UUID
    author_name: str
    at: datetime
    body: str | None
    sealed: bytes | None
    seal_key: bytes | None
    mentions: tuple[Mention, ...]

    @property
    def text(self) -> str | None:
        """In clear; None once it was erased."""
        if self.sealed is None:
            return self.body
        return opened(self.sealed, self.seal_key, f"case_note {self.id}").get("body")


async def list_notes(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, note: uuid.UUID | None = None
) -> list[Stored]:
    """The notes of a case (or one of them), the oldest first; raises NotFound for a case that the actor does not see."""
    if not await sees(conn, case_id, actor):
        raise NotFound
    return await fetch_all(conn, Stored, _NOTES, case_id, note)


async def sees(conn: Connection, case_id: uuid.UUID, actor: Actor) -> bool:
    """Whether the case exists for this actor."""
    parameters = Parameters([case_id])
    where = visible_to(actor, parameters)
    return bool(await conn.fetchval(f"select exists (select from cases c where c.id = $1 and {where})", *parameters))

"""Whom a case concerns, and who must not be involved, as it stands now."""

import uuid
from dataclasses import dataclass

from app.core.crypto import opened
from app.core.database import Connection
from app.core.rows import fetch_all

_LIVE = """
    select case_id, relation, unit, staff, sealed, key_of(seal_key) as seal_key from case_concern
    where case_id = $1 and ended_at is null order by id
"""


@dataclass(frozen=True, slots=True)
class Concern:
    """A unit, a member of staff (in a unit), or words, sealed."""

    case_id: uuid.UUID
    relation: str
    unit: str | None
    staff: uuid.UUID | None
    sealed: bytes | None
    seal_key: bytes | None

    @property
    def words(self) -> str | None:
        """What was said in words; None for who was named, or once it was erased."""
        return opened(self.sealed, self.seal_key, f"case_concern {self.case_id}").get("text")


async def list_concerns(conn: Connection, case_id: uuid.UUID) -> list[Concern]:
    """In the order in which they were said. The caller has judged who may read it."""
    return await fetch_all(conn, Concern, _LIVE, case_id)

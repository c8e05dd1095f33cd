"""Joint meetings with the units invited and what was decided."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.queries.visible import get_visible, list_visible
from app.core.access import Actor
from app.core.database import Connection
from app.core.rows import read_sql
from app.joint.rules.meetings import Decided, Meeting

_MEETING = read_sql(__package__, "meeting")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRow(Meeting):
    """A meeting as it is kept, with its case."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    category: str
    lead_unit: str
    secret: bool
    called_at: datetime
    until: datetime | None
    booking: uuid.UUID | None
    room: str | None
    place: str | None
    ended_at: datetime | None
    agenda: uuid.UUID
    minutes: uuid.UUID | None
    decisions: list[Decided]


async def get_meeting(conn: Connection, meeting: uuid.UUID, *, actor: Actor) -> MeetingRow:
    """One; raises NotFound, also for one of a case that the actor may not know exists."""
    return await get_visible(conn, MeetingRow, _MEETING, meeting, actor=actor)


async def list_meetings(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, after: Sequence[str] | None, limit: int
) -> list[MeetingRow]:
    """Those of a case in their order."""
    return await list_visible(conn, MeetingRow, _MEETING, case_id, actor=actor, after=after, limit=limit)

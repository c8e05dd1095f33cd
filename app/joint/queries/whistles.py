"""Call-outs with the departments that were called."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.queries.visible import get_visible, list_visible
from app.core.access import Actor
from app.core.database import Connection
from app.core.rows import read_sql
from app.joint.rules.whistles import Occasion, Whistle

_WHISTLE = read_sql(__package__, "whistle")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhistleRow(Whistle):
    """A call-out as it is kept, with its case. The place is the case's own unless another was named."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    category: str
    status: str
    lead_unit: str
    secret: bool
    occasion: Occasion
    blown_at: datetime
    ended_at: datetime | None
    note: uuid.UUID
    settlement: uuid.UUID | None
    lon: float | None
    lat: float | None


async def get_whistle(conn: Connection, whistle: uuid.UUID, *, actor: Actor) -> WhistleRow:
    """One; raises NotFound, also for one of a case that the actor may not know exists."""
    return await get_visible(conn, WhistleRow, _WHISTLE, whistle, actor=actor)


async def list_whistles(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, after: Sequence[str] | None, limit: int
) -> list[WhistleRow]:
    """Those of a case in their order."""
    return await list_visible(conn, WhistleRow, _WHISTLE, case_id, actor=actor, after=after, limit=limit)

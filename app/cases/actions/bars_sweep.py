"""What a reorganisation brings: no unit leads, or is offered, what concerns one that it has come to stand under."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.cases.actions.barring import settle
from app.core.access import CLOCK
from app.core.database import Database
from app.core.rows import fetch_all, read_sql
from app.reference import queries as references
from app.reference.actions import ActionContext


@dataclass(frozen=True, slots=True)
class _Found:
    id: uuid.UUID


async def sweep_bars(database: Database, now: datetime) -> int:
    """Give a lead or an offer that a unit may not have any more to one above, and back what it may have again; gives how many
    cases. Who is kept out sees nothing from the moment the tree changes, whenever this runs."""
    async with database.snapshot() as conn:
        rules = await references.load(conn, now)
        found = await fetch_all(conn, _Found, read_sql(__package__, "out_of_step"))
    for case in found:
        async with database.transaction() as conn:
            await settle(ActionContext(conn, rules, CLOCK, now, 0), case.id)
    return len(found)

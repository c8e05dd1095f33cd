"""What was granted to be erased is ordered to be erased, once who asked has had time to read the answer.

With the data goes the query code: from then on the number opens nothing.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.cases.actions.erasure import order_erasure
from app.cases.rules.retention import Basis
from app.cases.settings import CasesSettings
from app.core.database import Connection, Database
from app.core.rows import fetch_all
from app.core.settings import section

_GRANTED = """
    select t.case_id, t.decided_by from data_request t
    where t.asked = 'erase' and t.state = 'granted' and t.decided_at < $1
        and not exists (select from erasure_order o where o.case_id = t.case_id)
        and not exists (select from tombstone s where s.case_id = t.case_id)
    order by t.decided_at, t.id limit 100 for update of t skip locked
"""


@dataclass(frozen=True, slots=True)
class _Granted:
    case_id: uuid.UUID
    decided_by: uuid.UUID


async def order_granted(database: Database, now: datetime) -> int:
    """Gives how many were ordered; the order is carried out as every other one."""

    async def batch(conn: Connection) -> int:
        since = now - timedelta(hours=section(CasesSettings).undo_hours)
        granted = await fetch_all(conn, _Granted, _GRANTED, since)
        for one in granted:
            await order_erasure(conn, one.case_id, basis=Basis.REQUEST, by=f"staff:{one.decided_by}", at=now)
        return len(granted)

    return await database.drain(batch)

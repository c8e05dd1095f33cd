"""Requests that were not answered in time: who should have, and who stands above them, are told once."""

from datetime import datetime

from app.core.database import Connection, Database
from app.messages.actions import IN_APP
from app.messages.actions.queue import ON_TWICE

# Told once: the message is there.
_LATE = f"""
    with late as (
        select t.id, t.case_id, t.decider from data_request t
        where t.state = 'open' and t.due < $1
            and not exists (select from message m where m.key = 'data late ' || t.id || ' ' || t.decider)
        order by t.due, t.id limit 200 for update of t skip locked
    ), told as (
        {IN_APP}
        select 'data late ' || late.id || ' ' || u.code, 'unit:' || u.code, 'data_late', late.case_id, '{{}}', $1
        from late join unit l on l.code = late.decider join unit u on u.code in (l.code, l.parent)
        {ON_TWICE}
    )
    select count(*)::int from late
"""


async def press_late(database: Database, now: datetime) -> int:
    """Gives how many were late."""

    async def batch(conn: Connection) -> int:
        return int(await conn.fetchval(_LATE, now))

    return await database.drain(batch)

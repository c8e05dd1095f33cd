"""What several units owe a case together ends with it, and stands again where a merge is undone."""

import uuid
from datetime import datetime

from app.core.database import Connection

# Tasks, whistles and meetings are over; who never signed for a task, or only sat in a meeting, sees the case no more.
# An objection to a whistle may still be ruled on: its ruler keeps access until then.
_END = (
    "update task set state = 'ended', ended_at = $2, version = version + 1"
    " where case_id = $1 and state in ('open', 'returned')",
    "update whistle set state = 'ended', ended_at = $2, version = version + 1 where case_id = $1 and state = 'open'",
    "update meeting set state = 'cancelled', ended_at = $2, version = version + 1"
    " where case_id = $1 and state = 'scheduled'",
    """
    update room_booking b set released_at = $2, released_by = 'system', version = b.version + 1 from meeting m
    where m.case_id = $1 and m.booking = b.id and m.state = 'cancelled' and b.released_at is null and upper(b.period) > $2
    """,
    """
    update case_access x set until = $2 where x.case_id = $1 and x.part in ('task', 'meeting') and x.until is null
        and x.grantee like 'unit:%' and not exists (
            select from task t join assignment a on a.id = t.assignment where t.case_id = $1 and x.part = 'task'
                and 'unit:' || t.unit = x.grantee and a.state in ('signed', 'done') and t.state in ('answered', 'ended'))
    """,
)
_TAKE_UP = (
    "update task set state = case when answered_at is null then 'open' else 'returned' end, ended_at = null,"
    " version = version + 1 where case_id = $1 and state = 'ended' and ended_at = $2",
    "update whistle set state = 'open', ended_at = null, version = version + 1"
    " where case_id = $1 and state = 'ended' and ended_at = $2",
    """
    insert into case_access (case_id, grantee, part)
    select t.case_id, 'unit:' || t.unit, 'task' from task t join assignment a on a.id = t.assignment
    where t.case_id = $1 and $2::timestamptz is not null and t.state in ('open', 'returned') and a.state = 'offered'
    on conflict (case_id, grantee, part) do update set until = null
    """,
)


async def end_joint(conn: Connection, case_id: uuid.UUID, at: datetime) -> None:
    """After the assignments of the case have ended."""
    for statement in _END:
        await conn.execute(statement, case_id, at)


async def take_up_joint(conn: Connection, case_id: uuid.UUID, ended_at: datetime) -> None:
    """What ended at that instant, once its assignments stand again; a meeting is called anew, its room may be taken."""
    for statement in _TAKE_UP:
        await conn.execute(statement, case_id, ended_at)

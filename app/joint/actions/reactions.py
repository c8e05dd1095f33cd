"""What several units owe a case together ends with it, and stands again where a merge is undone."""

import uuid
from datetime import datetime

from app.cases.actions import assignments
from app.cases.actions.access import grant, revoke
from app.centres.actions import give_back
from app.reference.actions import ActionContext

_END_TASKS = """
    update task set state = 'ended', ended_at = $2, version = version + 1
    where case_id = $1 and state in ('open', 'returned')
"""
_END_WHISTLES = """
    update whistle set state = 'ended', ended_at = $2, version = version + 1 where case_id = $1 and state = 'open'
"""
_END_MEETINGS = """
    update meeting set state = 'cancelled', ended_at = $2, version = version + 1
    where case_id = $1 and state = 'scheduled' returning booking
"""
# Units that never signed for a task, or whose part ended before.
_WITHOUT_PART = """
    select coalesce(array_agg(distinct 'unit:' || t.unit), '{}') from task t
    where t.case_id = $1 and not exists (select from task o join assignment a on a.id = o.assignment
        where o.case_id = $1 and o.unit = t.unit and a.state in ('signed', 'done') and o.state in ('answered', 'ended'))
"""
_TAKE_UP_TASKS = """
    update task set state = case when answered_at is null then 'open' else 'returned' end, ended_at = null,
        version = version + 1
    where case_id = $1 and state = 'ended' and ended_at = $2
"""
_TAKE_UP_WHISTLES = """
    update whistle set state = 'open', ended_at = null, version = version + 1
    where case_id = $1 and state = 'ended' and ended_at = $2
"""
_EXCUSED = """
    select a.id from task t join assignment a on a.id = t.assignment
    where t.case_id = $1 and t.state = 'waived' and a.state = 'signed'
"""
_OFFERED = """
    select coalesce(array_agg('unit:' || t.unit), '{}') from task t join assignment a on a.id = t.assignment
    where t.case_id = $1 and t.state in ('open', 'returned') and a.state = 'offered'
"""


async def end_with_case(act: ActionContext, case_id: uuid.UUID, at: datetime) -> None:
    """Tasks, call-outs and meetings are over; who never signed for a task, or only sat in a meeting, sees the case no more.
    An objection to a call may still be ruled on: who rules sees the case until then."""
    for statement in (_END_TASKS, _END_WHISTLES):
        await act.conn.execute(statement, case_id, at)
    bookings = [
        row["booking"] for row in await act.conn.fetch(_END_MEETINGS, case_id, at) if row["booking"] is not None
    ]
    if bookings:
        await give_back(act.conn, bookings, by=act.actor.id, at=at)
    await revoke(act.conn, case_id, "meeting", at=at)
    await revoke(act.conn, case_id, "task", at=at, grantees=await act.conn.fetchval(_WITHOUT_PART, case_id))


async def take_up_with_case(act: ActionContext, case_id: uuid.UUID, ended_at: datetime) -> None:
    """What ended at that instant stands again; a meeting is called anew, its room may be taken. A unit that had been
    excused from its task stays so."""
    for statement in (_TAKE_UP_TASKS, _TAKE_UP_WHISTLES):
        await act.conn.execute(statement, case_id, ended_at)
    for row in await act.conn.fetch(_EXCUSED, case_id):
        await assignments.end(act, row["id"])
    await grant(act.conn, case_id, await act.conn.fetchval(_OFFERED, case_id), "task")

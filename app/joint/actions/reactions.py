"""What several units owe a case together ends with it, and stands again where a merge is undone."""

from datetime import datetime

from app.cases.actions import assignments
from app.cases.actions.access import Part, grant
from app.cases.queries.one import LoadedCase
from app.centres.actions import give_back
from app.joint.queries.owing import OWING
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
    where case_id = $1 and state = 'scheduled'
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


async def end_with_case(act: ActionContext, case: LoadedCase, at: datetime) -> list[Part]:
    """Tasks, call-outs and meetings are over; who never signed for a task, or only sat in a meeting, sees the case no more.
    An objection to a call may still be ruled on: who rules sees the case until then."""
    for statement in (_END_TASKS, _END_WHISTLES, _END_MEETINGS):
        await act.conn.execute(statement, case.case_id, at)
    owing = OWING.of(case.facts)
    if owing.booked:
        await give_back(act.conn, owing.booked, by=act.actor.id, at=at)
    return [(None, "meeting"), *((f"unit:{unit}", "task") for unit in owing.without_part)]


async def take_up_with_case(act: ActionContext, case: LoadedCase, ended_at: datetime) -> tuple[Part, ...]:
    """What ended at that instant stands again; a meeting is called anew, its room may be taken. A unit that had been
    excused from its task stays so."""
    case_id = case.case_id
    for statement in (_TAKE_UP_TASKS, _TAKE_UP_WHISTLES):
        await act.conn.execute(statement, case_id, ended_at)
    for row in await act.conn.fetch(_EXCUSED, case_id):
        await assignments.end(act, row["id"])
    await grant(act.conn, case_id, await act.conn.fetchval(_OFFERED, case_id), "task")
    return ()

"""Joining two cases on the same matter, and undoing it."""

import uuid
from datetime import datetime

from app.cases.actions.access import grant
from app.cases.actions.barring import require_apart, settle
from app.cases.actions.notes import write_note
from app.cases.actions.reactions import Moment, react
from app.cases.actions.record import record
from app.cases.actions.step import advance, begin, end_assignments
from app.cases.queries.one import LoadedCase, get_facts
from app.cases.rules import LIVE, PetitionClass, Status
from app.core import errors
from app.deadlines import actions as deadlines
from app.reference.actions import ActionContext


async def merge(act: ActionContext, case_id: uuid.UUID, *, into: uuid.UUID, reason: str) -> None:
    """并案: this case's clocks stop and it follows `into`, which both sides can see (信访工作条例 19 ¶3). Whoever is kept out of
    one of the two is kept out of both, for as long as they are one."""
    await lock_both(act, case_id, into)
    case = await begin(act, case_id, "merge")
    if into == case_id:
        raise errors.Invalid("不能并入自身。", "A case cannot be merged into itself.", pointer="#/body/into")
    target = await get_facts(act.conn, into, act.reference, actor=act.actor)
    if target.facts.status not in LIVE or target.facts.petition_class is PetitionClass.ACCUSATION:
        raise errors.Conflict("目标件已结束或不可并入。", "The other case has ended or takes no merge.")
    if target.facts.kind is not case.facts.kind:
        raise errors.Conflict("不同类型的事项不能并案。", "Cases of different kinds are not merged.")
    await require_apart(act, case_id, into)
    _, said = await write_note(act, case, "merge_reason", reason)
    await end_assignments(act, case)
    await advance(
        act, case, "merge", columns={"merged_into": into},
        facts={"into": str(into), "before": case.facts.status.value, **said},
    )  # fmt: skip
    await record(act.conn, into, "merged_in", actor=act.actor, at=act.now, facts={"from": str(case_id)})
    await settle(act, into)


async def unmerge(act: ActionContext, case_id: uuid.UUID, *, reason: str) -> None:
    """撤销并案: the case stands alone again, in the state it had; its clocks run on with the limits they had."""
    target = await act.conn.fetchval("select merged_into from cases where id = $1", case_id)
    await lock_both(act, case_id, target)
    case = await begin(act, case_id, "unmerge")
    (last,) = await act.conn.fetch(
        "select at, data->>'before' as before from event"
        " where case_id = $1 and kind = 'merge' order by seq desc limit 1",
        case_id,
    )
    _, said = await write_note(act, case, "unmerge_reason", reason)
    await deadlines.resume_stopped(act.conn, case_id, last["at"])
    await take_up_offers(act, case, last["at"])
    columns = {"merged_into": None, "status": Status(last["before"]).value}
    await advance(act, case, "unmerge", columns=columns, facts={"from": str(target), **said})
    await record(act.conn, target, "merge_undone", actor=act.actor, at=act.now, facts={"from": str(case_id)})
    await settle(act, case_id, apart=True)
    await settle(act, target)


async def take_up_offers(act: ActionContext, case: LoadedCase, merged_at: datetime) -> None:
    """What the merge ended at that instant: the open offer stands again, and those who helped go on helping."""
    case_id = case.facts.id
    await act.conn.execute(
        "update assignment set state = 'signed' where case_id = $1 and part = 'co' and state = 'done'",
        case_id,
    )
    offered = await act.conn.fetch(
        "update assignment set state = 'offered', answered_at = null, answered_by = null"
        " where case_id = $1 and state = 'recalled' and answered_at = $2 returning unit, staff, part",
        case_id,
        merged_at,
    )
    for row in offered:
        if row["staff"] is None and row["part"] == "lead":
            await grant(act.conn, case_id, [f"unit:{row['unit']}"], "offer")
    await react(act, Moment.TAKEN_UP, case, merged_at)


async def lock_both(act: ActionContext, one: uuid.UUID, other: uuid.UUID | None) -> None:
    """In the order of their ids: two merges in opposite directions must not deadlock."""
    await act.conn.fetch("select id from cases where id = any($1) order by id for update", [one, other or one])

"""吹哨报到: a township calls departments to the spot; they arrive within their limit, work, and leave with a result."""

import uuid
from collections.abc import Sequence
from datetime import date

from app.cases.actions.access import grant, revoke
from app.cases.actions.notes import keep_note
from app.cases.actions.record import record
from app.cases.queries.visible import LockedCase, lock_case_of
from app.cases.rules import Kind
from app.core import errors
from app.core.access import Permission
from app.core.database import uuid7
from app.core.rows import change_row
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind, StartsOn
from app.joint.actions.step import able_to_help, open_case, tell
from app.joint.actions.tasks import Work, begin, end_part, excused, move, put, take_part
from app.joint.queries.units import find_ruler, list_relations
from app.joint.queries.whistles import get_whistle
from app.joint.rules.tasks import OWED, Ruling, Source
from app.joint.rules.units import acts_for, call_refused, may_call_out
from app.joint.rules.whistles import ARRIVAL_PROCEDURE, WHISTLES, Occasion, WhistleState
from app.joint.schemas.tasks import SpotIn
from app.reference.actions import ActionContext

_POINT = "case when {0}::float8 is not null then st_setsrid(st_makepoint({0}::float8, {1}::float8), 4326) end"
_CALL_OUT = f"""
    insert into whistle (id, case_id, unit, occasion, note, point, blown_by, blown_at, state)
    values ($1, $2, $3, $4, $5, {_POINT.format("$6", "$7")}, $8, $9, 'open')
"""
_CALLED = "insert into whistle_call (task, whistle, unit) values ($1, $2, $3)"
_ARRIVED = f"""
    update whistle_call set arrived_at = $2, arrived_by = $3, arrival_point = {_POINT.format("$4", "$5")} where task = $1
"""
_OBJECTED = "update whistle_call set objection = $2, objected_at = $3, objected_by = $4, ruler = $5 where task = $1"
_RULED = "update whistle_call set ruling = $2, ruling_note = $3, ruled_at = $4, ruled_by = $5 where task = $1"
_STILL_RULES = """
    select exists (select from whistle_call k join task t on t.id = k.task
        where t.case_id = $1 and k.ruler = $2 and k.ruling is null)
"""


def _wgs84(point: SpotIn | None) -> tuple[float | None, float | None]:
    return point.wgs84() if point else (None, None)


async def call_out(
    act: ActionContext, case_id: uuid.UUID, *, occasion: Occasion, text: str, units: Sequence[str],
    point: SpotIn | None, answer_by: date | None,
) -> uuid.UUID:  # fmt: skip
    """Call departments to the spot: each has a task, and a clock until when to be there (W1).

    Raises NotFound, Forbidden (no township's unit that leads or covers the case), Conflict or Invalid.
    """
    case = await open_case(act, case_id)
    township = await _township(act, case)
    pointers = [f"#/body/units/{n}" for n in range(len(units))]
    for found, pointer in zip(await able_to_help(act, case_id, units, pointers), pointers, strict=True):
        why = call_refused(found, petition=case.kind is Kind.PETITION)
        if why is not None:
            raise errors.Invalid(why.zh, why.en, pointer=pointer)
        if found.code == township:
            raise errors.Invalid("不能召集本单位。", "A unit does not call itself.", pointer=pointer)
    note, whistle = await keep_note(act, case, "whistle", text), uuid7()
    await act.conn.execute(
        _CALL_OUT, whistle, case_id, township, occasion.value, note.id, *_wgs84(point), act.actor.id, act.now
    )
    works = [Work(unit, text, answer_by) for unit in units]
    tasks = [task for task, _ in await put(act, case, works, township, Source.WHISTLE, whistle)]
    await act.conn.executemany(_CALLED, [(task, whistle, unit) for task, unit in zip(tasks, units, strict=True)])
    clocks = act.reference.plan(act.reference.procedure(ARRIVAL_PROCEDURE[occasion], act.now), StartsOn.CALLED, act.now)
    await deadlines.start_all(act.conn, [(case_id, clock, str(task)) for task in tasks for clock in clocks])
    called = {unit: str(task) for unit, task in zip(units, tasks, strict=True)}
    facts = {"whistle": str(whistle), "by": township, "occasion": occasion.value, "tasks": called, **note.said}
    await record(act.conn, case_id, "whistle", actor=act.actor, at=act.now, facts=facts)
    for unit in units:
        await tell(act, f"whistle {whistle}", "whistle_blown", unit, case_id, by=township)
    return whistle


async def _township(act: ActionContext, case: LockedCase) -> str:
    """The unit in whose name this actor calls departments out."""
    lead = case.lead_unit
    mine = await list_relations(act.conn, case.case_id, acts_for(act.actor, Permission.CASE_OFFER))
    fit = [code for code, unit in mine.items() if may_call_out(unit, leads=code == lead)]
    if not fit:
        raise errors.Forbidden(
            "只有主办本件或管辖本件所在地的乡镇（街道）、区域服务中心可以吹哨。",
            "Only a township's unit, or its regional service centre, that leads or covers the case may call out.",
        )
    return min(fit, key=lambda code: (code != lead, code))


async def arrive(act: ActionContext, task_id: uuid.UUID, *, point: SpotIn | None) -> None:
    """签到: by somebody of the department called, once, now. Its clock (W1) is met. Whoever comes has taken the task."""
    task = await begin(act, task_id, "arrive")
    if task.taken == "offered":
        await take_part(act, task)
    await act.conn.execute(_ARRIVED, task_id, act.now, act.actor.id, *_wgs84(point))
    await deadlines.meet(act.conn, task.case_id, ClockKind.ARRIVAL, act.now, subject=str(task_id))
    await move(act, task, "arrive", {}, {"whistle": str(task.whistle)})


async def object_to_call(act: ActionContext, task_id: uuid.UUID, *, reason: str) -> None:
    """By the department called; the centre above rules, and until then its clock runs on."""
    task = await begin(act, task_id, "object")
    ruler = await find_ruler(act.conn, task.case_id, task.unit)
    note = await keep_note(act, task, "whistle_objection", reason)
    await act.conn.execute(_OBJECTED, task_id, note.id, act.now, act.actor.id, ruler)
    await grant(act.conn, task.case_id, [f"unit:{ruler}"], "ruling")
    await move(act, task, "object_to_call", {}, {"ruler": ruler, **note.said})
    await tell(act, f"task {task_id} objected", "call_objected", ruler, task.case_id, unit=task.unit)


async def rule_on_call(act: ActionContext, task_id: uuid.UUID, *, ruling: Ruling, reason: str) -> None:
    """By the centre above both: upheld, it was called wrongly and owes nothing; dismissed, it comes and answers."""
    task = await begin(act, task_id, "rule")
    ruler = str(task.ruler)
    note = await keep_note(act, task, "whistle_ruling", reason)
    await act.conn.execute(_RULED, task_id, ruling.value, note.id, act.now, act.actor.id)
    lifted = ruling is Ruling.UPHELD and task.state in OWED
    changes = await excused(act, task, note.id) if lifted else {}
    await move(act, task, "rule_on_call", changes, {"ruling": ruling.value, "by": ruler, **note.said})
    if lifted:
        await end_part(act, task)
    for unit in (task.unit, task.asked_by_unit):
        await tell(act, f"task {task_id} ruled", f"call_{ruling.value}", unit, task.case_id, by=ruler)
    if not await act.conn.fetchval(_STILL_RULES, task.case_id, ruler):
        await revoke(act.conn, task.case_id, "ruling", at=act.now, grantees=[f"unit:{ruler}"])


async def settle(act: ActionContext, whistle_id: uuid.UUID, *, settled: str) -> None:
    """By the township's unit that called, once every department has answered or is excused (事不完，人不走)."""
    await lock_case_of(act.conn, "whistle", whistle_id, actor=act.actor)
    whistle = await get_whistle(act.conn, whistle_id, actor=act.actor)
    WHISTLES.check(whistle, "settle", act.actor, act.now, version=act.version)
    note = await keep_note(act, whistle, "whistle_settlement", settled)
    changes = {
        "state": WhistleState.SETTLED.value, "settlement": note.id, "ended_at": act.now, "ended_by": act.actor.id,
    }  # fmt: skip
    await change_row(act.conn, "whistle", whistle_id, changes)
    facts = {"whistle": str(whistle_id), "by": whistle.unit, **note.said}
    await record(act.conn, whistle.case_id, "settle_whistle", actor=act.actor, at=act.now, facts=facts)

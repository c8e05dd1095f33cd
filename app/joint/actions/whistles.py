"""吹哨报到: a township calls departments to the spot; they arrive within their clock, work, and leave with a result."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.cases.actions import assignments
from app.cases.actions.access import grant, revoke
from app.cases.actions.record import record
from app.cases.actions.step import write_note
from app.cases.queries.one import LoadedCase
from app.cases.rules import Kind
from app.core import errors
from app.core.access import Permission
from app.core.database import uuid7
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind, PlannedClock, StartsOn
from app.joint import queries
from app.joint.actions.step import (
    begin,
    end_taking,
    in_the_name_of,
    lock,
    move,
    open_case,
    same_version,
    standings,
    tell,
)
from app.joint.actions.tasks import Work, able_to_help, excused, put, refused_unit
from app.joint.rules import ARRIVAL_PROCEDURE, OWED, Occasion, Ruling, Source, WhistleState, call_refused, may_whistle
from app.reference.actions import ActionContext

Spot = tuple[float, float]  # longitude, latitude in WGS84

# The nearest centre above the township and not below the department: of the case's areas, none that the matter concerns;
# else the city's intake desk.
_RULER = """
    select coalesce((
        select u.code from unit u, unit called where called.code = $2 and u.kind = 'centre' and u.area in (c.county, c.city)
            and not coalesce(c.barred_units @> u.path, false)
            and array_position(array['community', 'township', 'county', 'city'], u.tier)
                >= array_position(array['community', 'township', 'county', 'city'], called.tier)
        order by array_position(array['community', 'township', 'county', 'city'], u.tier) limit 1),
        (select code from unit where kind = 'intake_desk'))
    from cases c where c.id = $1
"""
_STILL_RULES = """
    select exists (select from whistle_call k join task t on t.id = k.task
        where t.case_id = $1 and k.ruler = $2 and k.ruling is null)
"""
_POINT = "st_setsrid(st_makepoint({}::float8, {}::float8), 4326)"


@dataclass(frozen=True, slots=True)
class Call:
    """Whom a whistle calls, on which occasion, what for, and where (None: the case's own place)."""

    occasion: Occasion
    text: str
    units: tuple[str, ...]
    spot: Spot | None = None
    answer_by: date | None = None


async def call_out(act: ActionContext, case_id: uuid.UUID, call: Call) -> uuid.UUID:
    """Call departments to the spot: each has a task, and a clock until when to be there (W1).

    Raises NotFound, Forbidden (no township's unit that leads or covers the case), Conflict or Invalid.
    """
    case = await open_case(act, case_id)
    township = await _township(act, case)
    for n, unit in enumerate(call.units):
        found = await able_to_help(act, case, unit, f"#/body/units/{n}")
        why = call_refused(found, petition=case.facts.kind is Kind.PETITION)
        if why is not None or unit == township:
            raise refused_unit(why or queries.OWN_UNIT, f"#/body/units/{n}")
    note, said = await write_note(act, case, "whistle", call.text)
    made = uuid7()
    await act.conn.execute(
        "insert into whistle (id, case_id, unit, occasion, note, point, blown_by, blown_at, state)"
        f" values ($1, $2, $3, $4, $5, case when $6::float8 is not null then {_POINT.format('$6', '$7')} end, $8, $9, 'open')",
        made, case_id, township, call.occasion.value, note, *(call.spot or (None, None)), act.actor.id, act.now,
    )  # fmt: skip
    tasks = await _call(act, case, call, made, township)
    facts = {"whistle": str(made), "by": township, "occasion": call.occasion.value, "tasks": tasks, **said}
    await record(act.conn, case_id, "whistle", actor=act.actor, at=act.now, facts=facts)
    for unit in call.units:
        await tell(act, f"whistle {made}", "whistle_blown", unit, case_id, by=township)
    return made


async def _township(act: ActionContext, case: LoadedCase) -> str:
    """The unit in whose name this actor whistles."""
    lead = case.facts.lead_unit
    mine = await standings(act, case, act.actor.units_with(Permission.CASE_OFFER))
    fit = [code for code, unit in mine.items() if may_whistle(unit, leads=code == lead)]
    found = in_the_name_of(act, Permission.CASE_OFFER, sorted(fit, key=lambda code: (code != lead, code)))
    if found is None:
        raise errors.Forbidden(
            "只有主办本件或管辖本件所在地的乡镇（街道）、区域服务中心可以吹哨。",
            "Only a township's unit, or its regional service centre, that leads or covers the case may whistle.",
        )
    return found


async def _call(act: ActionContext, case: LoadedCase, call: Call, whistle: uuid.UUID, township: str) -> dict[str, str]:
    """A task, a call and a clock for each department; gives unit → task."""
    clocks, made = _until(act, call.occasion), {}
    for unit in call.units:
        work = Work(unit, call.text, call.answer_by, Source.WHISTLE, whistle)
        task, _ = await put(act, case, work, township, "#/body/answer_by")
        await act.conn.execute(
            "insert into whistle_call (task, whistle, unit) values ($1, $2, $3)", task, whistle, unit
        )
        await deadlines.start(act.conn, case.facts.id, clocks, subject=str(task))
        made[unit] = str(task)
    return made


def _until(act: ActionContext, occasion: Occasion) -> tuple[PlannedClock, ...]:
    rules = act.reference.procedure(ARRIVAL_PROCEDURE[occasion], act.now)
    return act.reference.plan(rules, StartsOn.CALLED, act.now)


async def arrive(act: ActionContext, task_id: uuid.UUID, *, spot: Spot | None) -> int:
    """签到: somebody of the department is on the spot, now. Whoever comes has taken the task."""
    begun = await begin(act, task_id, "arrive")
    if begun.task.taken == "offered":
        await assignments.answer(act, begun.row["assignment"], "signed")
    await act.conn.execute(
        "update whistle_call set arrived_at = $2, arrived_by = $3,"
        f" arrival_point = case when $4::float8 is not null then {_POINT.format('$4', '$5')} end where task = $1",
        task_id, act.now, act.actor.id, *(spot or (None, None)),
    )  # fmt: skip
    await deadlines.meet(act.conn, begun.row["case_id"], ClockKind.ARRIVAL, act.now, subject=str(task_id))
    return await move(act, begun, "arrive", {}, {"whistle": str(begun.row["whistle"])})


async def object_to_call(act: ActionContext, task_id: uuid.UUID, *, reason: str) -> int:
    """提出异议: the department holds that it was called wrongly; the centre above shall rule. Its clock runs on."""
    begun = await begin(act, task_id, "object")
    case_id = begun.row["case_id"]
    ruler = await act.conn.fetchval(_RULER, case_id, begun.task.unit)
    note, said = await write_note(act, begun.case, "whistle_objection", reason)
    await act.conn.execute(
        "update whistle_call set objection = $2, objected_at = $3, objected_by = $4, ruler = $5 where task = $1",
        task_id, note, act.now, act.actor.id, ruler,
    )  # fmt: skip
    await grant(act.conn, case_id, [f"unit:{ruler}"], "ruling")
    version = await move(act, begun, "object_to_call", {}, {"ruler": ruler, **said})
    await tell(act, f"task {task_id} objected", "call_objected", ruler, case_id, unit=begun.task.unit)
    return version


async def rule_on_call(act: ActionContext, task_id: uuid.UUID, *, ruling: Ruling, reason: str) -> int:
    """裁定: called wrongly (misuse: nothing is owed), or rightly (the department comes and answers)."""
    begun = await begin(act, task_id, "rule")
    case_id, ruler = begun.row["case_id"], begun.task.ruler
    note, said = await write_note(act, begun.case, "whistle_ruling", reason)
    await act.conn.execute(
        "update whistle_call set ruling = $2, ruling_note = $3, ruled_at = $4, ruled_by = $5 where task = $1",
        task_id, ruling.value, note, act.now, act.actor.id,
    )  # fmt: skip
    lifted = ruling is Ruling.UPHELD and begun.task.state in OWED
    changes = await excused(act, begun.row, note) if lifted else {}
    version = await move(act, begun, "rule_on_call", changes, {"ruling": ruling.value, "by": ruler, **said})
    if lifted:
        await end_taking(act, begun)
    for unit in (begun.task.unit, begun.task.asked_by_unit):
        await tell(act, f"task {task_id} ruled", f"call_{ruling.value}", unit, case_id, by=str(ruler))
    if not await act.conn.fetchval(_STILL_RULES, case_id, ruler):
        await revoke(act.conn, case_id, "ruling", at=act.now, grantees=[f"unit:{ruler}"])
    return version


async def settle(act: ActionContext, whistle: uuid.UUID, *, settled: str) -> int:
    """事毕: the township says what was settled, once every department has answered or is excused."""
    case = await lock(act, "whistle", whistle)
    row = await act.conn.fetchrow("select * from whistle where id = $1", whistle)
    assert row is not None  # noqa: S101 (rows of this table are never deleted)
    same_version(act, row)
    if in_the_name_of(act, Permission.CASE_OFFER, [row["unit"]]) is None:
        raise errors.Forbidden(
            f"由吹哨单位 {row['unit']} 说明办结情况。", f"{row['unit']}, which whistled, says what was settled."
        )
    if row["state"] != WhistleState.OPEN:
        raise errors.ActionRefused("该吹哨已结束。", "The whistle has ended.")
    await _all_left(act, whistle)
    note, said = await write_note(act, case, "whistle_settlement", settled)
    version: int = await act.conn.fetchval(
        "update whistle set state = 'settled', settlement = $2, ended_at = $3, ended_by = $4, version = version + 1"
        " where id = $1 returning version",
        whistle, note, act.now, act.actor.id,
    )  # fmt: skip
    facts = {"whistle": str(whistle), "by": row["unit"], **said}
    await record(act.conn, case.facts.id, "settle_whistle", actor=act.actor, at=act.now, facts=facts)
    return version


async def _all_left(act: ActionContext, whistle: uuid.UUID) -> None:
    owing: Sequence[str] = [
        row["unit"]
        for row in await act.conn.fetch(
            "select unit from task where whistle = $1 and state = any($2::text[]) order by unit",
            whistle, [state.value for state in OWED],
        )
    ]  # fmt: skip
    if owing:
        raise errors.ActionRefused(
            f"{'、'.join(owing)} 尚未书面反馈（事不完，人不走）。", f"{', '.join(owing)} still owe their written result.",
            owing=owing,
        )  # fmt: skip

"""What acts on tasks, whistles and meetings have in common: lock the case, judge, change the row, record, tell."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.cases.actions import assignments
from app.cases.actions.access import revoke
from app.cases.actions.record import record
from app.cases.queries.one import LoadedCase, get_for_change
from app.cases.rules import REVIEWS, PetitionClass
from app.core import errors
from app.core.access import Permission, Role
from app.joint import queries
from app.joint.rules import MOVES, WORKED, Standing, Task, may_move, task_actions, task_refused
from app.messages.actions import queue
from app.reference.actions import ActionContext

_STILL_TASKED = """
    select exists (select from task t join assignment a on a.id = t.assignment
        where t.case_id = $1 and t.unit = $2 and a.state in ('offered', 'signed')
            and t.state in ('open', 'returned', 'answered'))
"""


async def open_case(act: ActionContext, case_id: uuid.UUID) -> LoadedCase:
    """The case, locked, where units may work on it together; raises NotFound or Conflict."""
    case = await get_for_change(act.conn, case_id, act.reference, actor=act.actor)
    if case.facts.petition_class is PetitionClass.ACCUSATION:
        raise errors.Conflict(
            "检举控告件只由一个窗口密件办理，不联合办理。",
            "An accusation stays at one desk: nobody works on it together.",
        )
    if case.row["procedure"] in REVIEWS:
        raise errors.Conflict(
            "复查、复核由作出决定的机关独立办理。", "A review is decided by one organ, which works on it alone."
        )
    still_worked(case)
    return case


def still_worked(case: LoadedCase) -> None:
    """Raises Conflict once there is a result, or the case has ended."""
    if case.facts.status not in WORKED:
        raise errors.Conflict(
            f"该件当前为 {case.facts.status}，不再联合办理。",
            f"The case is {case.facts.status}: units no longer work on it together.",
        )


def in_the_name_of(act: ActionContext, permission: Permission, units: Iterable[str | None]) -> str | None:
    """The first of `units` for which a post of this actor (no grid worker's) has the permission."""
    works = {post.unit for post in act.actor.posts if post.role is not Role.GRID_WORKER}
    held = works & act.actor.units_with(permission)
    return next((unit for unit in units if unit in held), None)


async def standings(act: ActionContext, case: LoadedCase, units: Iterable[str]) -> dict[str, Standing]:
    """Where units stand towards the case; unknown codes are absent."""
    rows = await act.conn.fetch(queries.STANDING, list(units), case.facts.id)
    return {row["code"]: Standing(**dict(row)) for row in rows}


@dataclass(frozen=True, slots=True)
class Begun:
    """A task locked for a step, with its case."""

    case: LoadedCase
    row: Any
    task: Task


async def lock(act: ActionContext, table: str, found: uuid.UUID) -> LoadedCase:
    """The case that a row of `table` belongs to, locked; raises NotFound."""
    case_id = await act.conn.fetchval(f"select case_id from {table} where id = $1", found)
    if case_id is None:
        raise errors.NotFound
    return await get_for_change(act.conn, case_id, act.reference, actor=act.actor)


def same_version(act: ActionContext, row: Any) -> None:
    """Raises Stale, with the present state, where the row has moved on."""
    if row["version"] != act.version:
        raise errors.Stale(
            "该项已被更新，请按 current 重新确认后再提交。", "It has changed; look at `current` and send again.",
            current={"version": row["version"], "state": row["state"]},
        )  # fmt: skip


async def begin(act: ActionContext, task_id: uuid.UUID, action: str) -> Begun:
    """Lock case and task, and judge; raises NotFound, Stale, ActionRefused or Forbidden."""
    case = await lock(act, "task", task_id)
    row = await queries.read_task(act.conn, task_id)
    same_version(act, row)
    task = queries.as_task(row)
    if not may_move(action, task, act.actor):
        move = MOVES[action]
        raise errors.Forbidden(
            f"“{move.title.zh}”不由您的单位办理。", f"It is not for your unit to {move.title.en}.",
            allowed=task_actions(task, act.actor),
        )  # fmt: skip
    refused = task_refused(action, task)
    if refused is not None:
        raise errors.ActionRefused(refused.zh, refused.en, allowed=task_actions(task, act.actor))
    return Begun(case, row, task)


async def move(act: ActionContext, begun: Begun, kind: str, changes: Mapping[str, Any], said: Mapping[str, Any]) -> int:
    """Change the task and append the event `kind`; returns the task's new version."""
    sets = "".join(f", {name} = ${n}" for n, name in enumerate(changes, 2))
    version: int = await act.conn.fetchval(
        f"update task set version = version + 1{sets} where id = $1 returning version",
        begun.row["id"],
        *changes.values(),
    )
    facts = {"task": str(begun.row["id"]), "unit": begun.task.unit, **said}
    await record(act.conn, begun.case.facts.id, kind, actor=act.actor, at=act.now, facts=facts)
    return version


async def end_taking(act: ActionContext, begun: Begun) -> None:
    """The unit's part in the case ends with this task, unless it has another."""
    await assignments.end(act, begun.row["assignment"])
    case_id, unit = begun.case.facts.id, begun.task.unit
    if not await act.conn.fetchval(_STILL_TASKED, case_id, unit):
        await revoke(act.conn, case_id, "task", at=act.now, grantees=[f"unit:{unit}"])


async def tell(act: ActionContext, key: str, what: str, to: str, case_id: uuid.UUID, **facts: str) -> None:
    """In the app, to a unit, and there to whoever may see the case."""
    grantee = f"unit:{to}"
    await queue(act.conn, f"{key} {grantee}", what, now=act.now, grantee=grantee, case_id=case_id, facts=facts)

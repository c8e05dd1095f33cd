"""The tasks of a case as its file lists them. What was asked and answered is in the notes of the case."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.database import Connection
from app.core.rows import fetch_all
from app.joint.rules.tasks import Source, TaskState
from app.reference.queries import Reference

_TASKS = """
    select t.unit, t.source, t.asked_by_unit, t.asked_at, t.due, t.state, t.answered_at, w.arrived_at
    from task t left join whistle_call w on w.task = t.id where t.case_id = $1 order by t.asked_at, t.id
"""
_SOURCES = {Source.LEAD: "协办", Source.WHISTLE: "吹哨召集", Source.MEETING: "会商决定"}
_ANSWERS = {
    TaskState.OPEN: "待反馈", TaskState.ANSWERED: "已书面反馈", TaskState.RETURNED: "退回补充",
    TaskState.WAIVED: "未反馈，原因已记录", TaskState.RECALLED: "已撤回", TaskState.ENDED: "本件以其他方式结束",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Listed:
    unit: str
    source: Source
    asked_by_unit: str
    asked_at: datetime
    due: datetime
    state: TaskState
    answered_at: datetime | None
    arrived_at: datetime | None


async def list_for_file(conn: Connection, case_id: uuid.UUID, reference: Reference) -> list[dict[str, Any]]:
    """Which unit was asked by which, until when, and what became of it."""
    return [_shown(task, reference) for task in await fetch_all(conn, _Listed, _TASKS, case_id)]


def _shown(task: _Listed, reference: Reference) -> dict[str, Any]:
    names = reference.names

    def at(instant: datetime) -> str:
        return f"{instant.astimezone(reference.city.tz):%Y-%m-%d %H:%M}"

    answered = f" {at(task.answered_at)}" if task.answered_at else ""
    came = f"；{at(task.arrived_at)} 到场" if task.arrived_at else ""
    return {
        "unit": names.get(task.unit, task.unit), "by": names.get(task.asked_by_unit, task.asked_by_unit),
        "asked": f"{_SOURCES[task.source]} {at(task.asked_at)}", "due": at(task.due),
        "answer": f"{_ANSWERS[task.state]}{answered}{came}",
    }  # fmt: skip

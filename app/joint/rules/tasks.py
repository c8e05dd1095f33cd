"""A task: a piece of work that one unit owes a case, and which units may work on a case together. Pure.

Whether the unit signed for it stands on its assignment; the state of a task says what became of the written result.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.cases.rules import Facts
from app.core.access import Actor, Permission, Role
from app.core.errors import Words
from app.core.workflow import Refusal, Transition, Workflow, not_now, table

WORKED = frozenset({"registered", "accepted", "handling"})  # states of a case in which units work on it together


@dataclass(frozen=True, slots=True)
class UnitRelation:
    """How a unit stands to a case: `covers` says that its area holds the case's place, `barred` that the matter concerns
    it or a unit above it, `involved` that it has a part in the case already."""

    code: str
    kind: str
    covers: bool
    barred: bool
    involved: bool
    tier: str


def acts_for(actor: Actor, permission: Permission) -> frozenset[str]:
    """The units for which a post of this actor (not one of a grid worker) has the permission."""
    works = frozenset(post.unit for post in actor.posts if post.role is not Role.GRID_WORKER)
    return works & actor.units_with(permission)


def over(status: str) -> Refusal | None:
    """Once there is a result, or the case has ended, units no longer work on it together."""
    if status in WORKED:
        return None
    return not_now(
        f"该件当前为 {status}，不再联合办理。", f"The case is {status}: units no longer work on it together."
    )


def may_call_out(unit: UnitRelation, *, leads: bool) -> bool:
    """A township's centre or station (a regional service centre counts as one) that leads the case or covers its place."""
    return unit.tier == "township" and unit.kind in ("centre", "department") and (leads or unit.covers)


def call_refused(unit: UnitRelation, *, petition: bool) -> Words | None:
    """Why a unit cannot be called to the spot; None when it can. Which function is needed is the township's judgement."""
    if unit.kind != "department" or not unit.covers:
        return Words("只能召集管辖本件所在地的部门。", "Only departments whose area covers the place are called.")
    return needs_part(unit, petition=petition)


def needs_part(unit: UnitRelation, *, petition: bool) -> Words | None:
    """Only a task of the lead brings further units into a petition: a call-out or a meeting takes those with a part in it."""
    if petition and not unit.involved:
        return Words(
            "信访事项只在已参与办理的单位之间会商、吹哨；请先交办协办任务。",
            "A petition stays among units with a part in it: give a task first.",
        )
    return None


class Source(StrEnum):
    """What gave a task."""

    LEAD = "lead"
    WHISTLE = "whistle"
    MEETING = "meeting"


class TaskState(StrEnum):
    """What became of the result. `ended`: the case ended on another way."""

    OPEN = "open"
    ANSWERED = "answered"
    RETURNED = "returned"
    WAIVED = "waived"
    RECALLED = "recalled"
    ENDED = "ended"


class Ruling(StrEnum):
    """What the centre above says to a department that holds it was called wrongly."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"


OWED = frozenset({TaskState.OPEN, TaskState.RETURNED})


class By(StrEnum):
    """Who takes a step."""

    UNIT = "unit"
    ASKER = "asker"
    RULER = "ruler"


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a decision needs to know of a task. `taken` is the state of its assignment, `status` that of the case.

    Of a department that was called to the spot: when it arrived, its `objection` to the call, who rules on that
    (`ruler`) and how (`ruling`); `settled` says that the township has ended the call-out.
    """

    unit: str
    asked_by_unit: str
    lead_unit: str
    source: Source
    state: TaskState
    taken: str
    status: str
    version: int
    due: datetime
    arrived_at: datetime | None = None
    objection: uuid.UUID | None = None
    ruling: Ruling | None = None
    ruler: str | None = None
    settled: bool = False

    def refuses(self, action: str, _: Actor, __: datetime) -> Refusal | None:
        """What stands against a step beyond the state. An objection is ruled on after the case has ended, too."""
        if action == "rule":
            return not_now("异议已裁定。", "The objection was ruled on already.") if self.ruling else None
        return over(self.status) or self._of_taking(action) or self._of_call(action) or self._of_result(action)

    def _of_taking(self, action: str) -> Refusal | None:
        if action in ("sign_for", "refuse", "recall") and self.taken != "offered":
            return not_now("任务已签收、退回或撤回。", "The task was signed for, refused or taken back.")
        if action == "refuse" and self.source is Source.WHISTLE:
            return not_now(
                "吹哨不得退回；认为不应召集的，请提出异议（object）。",
                "A call to the spot is not refused; a department called wrongly objects.",
            )
        return None

    def _of_call(self, action: str) -> Refusal | None:
        if action not in ("arrive", "object"):
            return None
        if self.source is not Source.WHISTLE:
            return not_now(
                "只有吹哨召集的部门签到或提出异议。", "Only a department called to the spot arrives or objects."
            )
        if self.taken not in ("offered", "signed"):
            return not_now("该召集已结束。", "The call has ended.")
        if action == "arrive" and self.arrived_at is not None:
            return not_now("已签到。", "The arrival was signed already.")
        if action == "object" and self.objection is not None:
            return not_now("已提出过异议。", "An objection was made already.")
        return None

    def _of_result(self, action: str) -> Refusal | None:
        if action == "answer" and self.taken != "signed":
            return not_now("任务未签收。", "The task is not signed for.")
        if action == "answer" and self.source is Source.WHISTLE and self.arrived_at is None:
            return not_now("请先到场签到，再反馈结果。", "Sign the arrival at the spot first.")
        if action == "return" and self.settled:
            return not_now("该吹哨已办结。", "The call-out is settled.")
        return None

    def stands(self, actor: Actor, step: Transition[TaskState]) -> bool:
        """Whether the actor's unit is the one that takes the step."""
        units: dict[By, set[str | None]] = {
            By.UNIT: {self.unit}, By.ASKER: {self.asked_by_unit, self.lead_unit}, By.RULER: {self.ruler},
        }  # fmt: skip
        return bool(units[By(step.by)] & acts_for(actor, step.permission))


def _step(
    action: str, zh: str, en: str, sources: frozenset[TaskState], target: TaskState | None, permission: Permission,
    by: By, *required: str,
) -> Transition[TaskState]:  # fmt: skip
    return Transition(action, Words(zh, en), sources, target, permission, by, required)


_ANY, _P = frozenset(TaskState), Permission
TASKS = Workflow(
    "task",
    Words("任务", "the task"),
    {
        By.UNIT: Words("承办该任务的单位", "the unit that the task was given to"),
        By.ASKER: Words("交办单位或主办单位", "the unit that asked, or the lead"),
        By.RULER: Words("裁定异议的上级中心", "the centre that rules on the objection"),
    },
    table([
        _step("sign_for", "签收任务", "sign for the task", OWED, None, _P.CASE_SIGN, By.UNIT),
        _step("refuse", "退回任务", "refuse the task", OWED, None, _P.CASE_SIGN, By.UNIT, "reason"),
        _step("arrive", "签到", "sign the arrival", OWED, None, _P.CASE_SIGN, By.UNIT),
        _step("object", "提出异议", "object to the call", OWED, None, _P.CASE_SIGN, By.UNIT, "reason"),
        _step("answer", "书面反馈结果", "answer with the written result", OWED, TaskState.ANSWERED, _P.CASE_HANDLE,
              By.UNIT, "result"),
        _step("return", "退回补充", "return the result for more", frozenset({TaskState.ANSWERED}), TaskState.RETURNED,
              _P.CASE_OFFER, By.ASKER, "reason"),
        _step("waive", "说明未反馈原因", "record why no answer came", OWED, TaskState.WAIVED, _P.CASE_OFFER, By.ASKER,
              "reason"),
        _step("recall", "撤回任务", "take the task back", OWED, TaskState.RECALLED, _P.CASE_OFFER, By.ASKER),
        _step("rule", "裁定异议", "rule on the objection", _ANY, None, _P.CASE_RULE, By.RULER, "ruling", "reason"),
    ]),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owing:
    """`unanswered`: the units that owe the written result of a task; `calling`: those whose call-out is not settled.
    `without_part`: units that never signed for a task; `booked`: rooms taken for meetings ahead."""

    unanswered: tuple[str, ...] = ()
    calling: tuple[str, ...] = ()
    without_part: tuple[str, ...] = ()
    booked: tuple[uuid.UUID, ...] = ()


def as_owing(found: Sequence[Sequence[str] | None] | None) -> Owing:
    """As the database lists them."""
    unanswered, calling, without_part, booked = (tuple(each or ()) for each in found or ((), (), (), ()))
    return Owing(unanswered, calling, without_part, tuple(map(uuid.UUID, booked)))


def refuses_of_case(owing: Owing, _: Facts, action: str, __: Actor, ___: datetime) -> Refusal | None:
    """A case concludes once each co-handler has answered, or the lead has recorded why not; and each call-out is settled."""
    if action != "conclude":
        return None
    if owing.unanswered:
        return not_now(
            f"协办单位 {'、'.join(owing.unanswered)} 尚未书面反馈：请等待反馈，或说明未反馈原因（waive）。",
            f"{', '.join(owing.unanswered)} still owe the written result of a task: wait for it, or record why not (waive).",
        )
    if owing.calling:
        return not_now(
            f"{'、'.join(owing.calling)} 的吹哨尚未办结（事不完，人不走）。",
            f"The call-out of {', '.join(owing.calling)} is not settled yet.",
        )
    return None

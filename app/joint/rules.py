"""Tasks of co-handlers, calls of a whistle, joint meetings: their words, what follows what, and who may. Pure.

A task is a piece of work that one unit owes a case: given by the lead, by a whistle, or by the decision of a meeting.
Whether it was signed for stands on its assignment; a task knows only what became of the result.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.core.access import Actor, Permission, Role
from app.core.errors import Words


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


class Occasion(StrEnum):
    """The three occasions of a whistle."""

    DEMAND = "demand"
    ENFORCEMENT = "enforcement"
    EMERGENCY = "emergency"


class WhistleState(StrEnum):
    """It ends when the township says what was settled (事不完，人不走), or with the case."""

    OPEN = "open"
    SETTLED = "settled"
    ENDED = "ended"


class Ruling(StrEnum):
    """What the centre above says to a department that holds it was called wrongly."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"


class MeetingState(StrEnum):
    """Where a joint meeting stands."""

    SCHEDULED = "scheduled"
    HELD = "held"
    CANCELLED = "cancelled"


class SeatState(StrEnum):
    """What a unit answered to the invitation."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"


OCCASION_WORDS: dict[Occasion, Words] = {
    Occasion.DEMAND: Words("乡镇（街道）难以解决的群众诉求", "a resident's demand that the township cannot solve"),
    Occasion.ENFORCEMENT: Words("综合执法", "comprehensive enforcement"),
    Occasion.EMERGENCY: Words("应急处置", "emergency"),
}
# Whose rule says until when a called department must be there (W1).
ARRIVAL_PROCEDURE: dict[Occasion, str] = {
    Occasion.DEMAND: "whistle_ordinary",
    Occasion.ENFORCEMENT: "whistle_ordinary",
    Occasion.EMERGENCY: "whistle_emergency",
}
OWED = frozenset({TaskState.OPEN, TaskState.RETURNED})
WORKED = frozenset({"registered", "accepted", "handling"})  # states of a case in which units work on it together


@dataclass(frozen=True, slots=True)
class Task:
    """What a decision needs to know of a task. `taken` is the state of its assignment.

    `ruling` is None until the centre above (`ruler`) has ruled on the objection that was made (`objected`).
    """

    unit: str
    asked_by_unit: str
    lead_unit: str
    source: Source
    state: TaskState
    taken: str
    case_status: str
    arrived: bool = False
    objected: bool = False
    ruling: Ruling | None = None
    ruler: str | None = None


class Side(StrEnum):
    """Who takes a step: somebody of the unit it was given to, of the one that gave it (or leads the case), or who rules."""

    UNIT = "unit"
    ASKER = "asker"
    RULER = "ruler"


@dataclass(frozen=True, slots=True)
class Move:
    """One step on a task."""

    title: Words
    side: Side
    permission: Permission


MOVES: dict[str, Move] = {
    "sign_for": Move(Words("签收任务", "sign for the task"), Side.UNIT, Permission.CASE_SIGN),
    "refuse": Move(Words("退回任务", "refuse the task"), Side.UNIT, Permission.CASE_SIGN),
    "arrive": Move(Words("签到", "sign the arrival"), Side.UNIT, Permission.CASE_SIGN),
    "object": Move(Words("提出异议", "object to the call"), Side.UNIT, Permission.CASE_SIGN),
    "answer": Move(Words("书面反馈结果", "answer with the written result"), Side.UNIT, Permission.CASE_HANDLE),
    "return": Move(Words("退回补充", "return it for more"), Side.ASKER, Permission.CASE_OFFER),
    "waive": Move(Words("说明未反馈原因", "record why no answer came"), Side.ASKER, Permission.CASE_OFFER),
    "recall": Move(Words("撤回任务", "take the task back"), Side.ASKER, Permission.CASE_OFFER),
    "rule": Move(Words("裁定异议", "rule on the objection"), Side.RULER, Permission.CASE_RULE),
}


def task_refused(action: str, task: Task) -> Words | None:
    """Why the task, as it stands, does not take `action`; None when it does."""
    if action == "rule":  # whether it was called rightly is still a question after the case
        waits = task.objected and task.ruling is None
        return None if waits else Words("没有待裁定的异议。", "No objection waits for a ruling.")
    if task.case_status not in WORKED:
        return Words(
            f"该件当前为 {task.case_status}，协办任务不再变更。",
            f"The case is {task.case_status}: nothing more is done on its tasks.",
        )
    return _of_taking(action, task) or _of_call(action, task) or _of_result(action, task)


def _of_taking(action: str, task: Task) -> Words | None:
    if action in ("sign_for", "refuse", "recall") and (task.taken != "offered" or task.state not in OWED):
        return Words("任务已签收、退回或撤回。", "The task is not on offer: signed for, refused or taken back.")
    if action == "refuse" and task.source is Source.WHISTLE:
        return Words("吹哨不得退回；认为不应召集的，请提出异议（object）。",
                     "A whistle is not refused; a department called wrongly objects.")  # fmt: skip
    return None


def _of_call(action: str, task: Task) -> Words | None:
    if action not in ("arrive", "object"):
        return None
    if task.source is not Source.WHISTLE:
        return Words("只有吹哨召集的部门签到或提出异议。", "Only a department called by a whistle arrives or objects.")
    if task.state not in OWED or task.taken not in ("offered", "signed"):
        return Words("该召集已结束。", "The call has ended.")
    if action == "arrive" and task.arrived:
        return Words("已签到。", "The arrival was signed already.")
    if action == "object" and task.objected:
        return Words("已提出过异议。", "An objection was made already.")
    return None


def _of_result(action: str, task: Task) -> Words | None:
    if action == "answer":
        if task.state not in OWED or task.taken != "signed":
            return Words(
                "任务未签收，或已反馈、已结束。", "The task is not signed for, is answered already, or has ended."
            )
        if task.source is Source.WHISTLE and not task.arrived:
            return Words("请先到场签到，再反馈结果。", "Sign the arrival at the spot first.")
    if action == "return" and task.state is not TaskState.ANSWERED:
        return Words("没有可退回的反馈。", "There is no answer to return.")
    if action == "waive" and task.state not in OWED:
        return Words("任务已反馈或已结束。", "The task is answered or has ended.")
    return None


def may_move(action: str, task: Task, actor: Actor) -> bool:
    """Whether this actor stands where `action` is taken from."""
    move = MOVES[action]
    sides: dict[Side, set[str | None]] = {
        Side.UNIT: {task.unit}, Side.ASKER: {task.asked_by_unit, task.lead_unit}, Side.RULER: {task.ruler},
    }  # fmt: skip
    works = {post.unit for post in actor.posts if post.role is not Role.GRID_WORKER}
    return bool(sides[move.side] & works & actor.units_with(move.permission))


def task_actions(task: Task, actor: Actor) -> list[str]:
    """The steps that would be accepted from this actor now."""
    return [action for action in MOVES if may_move(action, task, actor) and task_refused(action, task) is None]


# --- Who may whistle, for whom


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a unit stands towards a case: `covers` says that its area holds the case's place, `barred` that the matter
    concerns it or one above it, `involved` that it has a part already."""

    code: str
    kind: str
    tier: str
    covers: bool
    barred: bool
    involved: bool


def may_whistle(unit: Standing, *, leads: bool) -> bool:
    """A township's centre or station (a regional service centre counts as one) that leads the case or covers its place."""
    return unit.tier == "township" and unit.kind in ("centre", "department") and (leads or unit.covers)


def call_refused(unit: Standing, *, petition: bool) -> Words | None:
    """Why a unit cannot be called to the spot; None when it can. Which function is needed is the township's judgement."""
    if unit.kind != "department" or not unit.covers:
        return Words("只能召集管辖本件所在地的部门。", "Only departments whose area covers the place are called.")
    return needs_part(unit, petition=petition)


def needs_part(unit: Standing, *, petition: bool) -> Words | None:
    """The circle of a petition widens by the lead's task alone: a whistle or meeting stays among units with a part."""
    if petition and not unit.involved:
        return Words("信访事项只在已参与办理的单位之间会商、吹哨；请先交办协办任务。",
                     "A petition stays among units with a part in it: give a task first.")  # fmt: skip
    return None


RECUSAL = Words("该事项涉及此单位或其上级，应予回避。", "The matter concerns this unit or one above it: recusal.")

"""Units called: to the spot by a township (吹哨报到), until the matter is settled; to a meeting (会商研判), whose decisions are
tasks. Pure."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.access import Actor, Permission
from app.core.errors import Worded, Words
from app.core.workflow import Refusal, Transition, Workflow, not_now, table
from app.joint.rules.tasks import OWED, Ruling, TaskState, acts_for, over


class Occasion(Worded):
    """The three occasions of a call-out."""

    DEMAND = "demand", "乡镇（街道）难以解决的群众诉求", "a resident's demand that the township cannot solve"
    ENFORCEMENT = "enforcement", "综合执法", "comprehensive enforcement"
    EMERGENCY = "emergency", "应急处置", "emergency"


class WhistleState(StrEnum):
    """It ends when the township says what was settled (事不完，人不走), or with the case."""

    OPEN = "open"
    SETTLED = "settled"
    ENDED = "ended"


# Whose rule says until when a department that was called must be there (W1).
ARRIVAL_PROCEDURE: dict[Occasion, str] = {
    Occasion.DEMAND: "whistle_ordinary",
    Occasion.ENFORCEMENT: "whistle_ordinary",
    Occasion.EMERGENCY: "whistle_emergency",
}


@dataclass(frozen=True, slots=True)
class Called:
    """A department that was called, as its task and its arrival stand."""

    task: uuid.UUID
    unit: str
    taken: str
    state: TaskState
    arrive_by: datetime | None
    arrived_at: datetime | None
    arrival_breached_at: datetime | None
    answered_at: datetime | None
    objected_at: datetime | None
    ruling: Ruling | None


@dataclass(frozen=True, kw_only=True)
class Whistle:
    """What a decision needs to know of a call-out."""

    unit: str
    state: WhistleState
    version: int
    calls: list[Called]

    def refuses(self, _: str, __: Actor, ___: datetime) -> Refusal | None:
        """It is settled once every department has answered or is excused."""
        owing = [call.unit for call in self.calls if call.state in OWED]
        if not owing:
            return None
        why = Words(
            f"{'、'.join(owing)} 尚未书面反馈（事不完，人不走）。",
            f"{', '.join(owing)} still owe their written result.",
        )
        return Refusal(False, why, {"owing": owing})

    def stands(self, actor: Actor, step: Transition[WhistleState]) -> bool:
        """The township's unit that called."""
        return self.unit in acts_for(actor, step.permission)


WHISTLES = Workflow(
    "whistle",
    Words("吹哨", "the call-out"),
    {"caller": Words("吹哨单位", "the unit that called")},
    table([
        Transition(
            "settle", Words("说明办结情况", "say what was settled"), frozenset({WhistleState.OPEN}), WhistleState.SETTLED,
            Permission.CASE_OFFER, "caller", ("settled",),
        ),
    ]),
)  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class Seat:
    """A unit that is invited, and what it answered."""

    unit: str
    state: SeatState
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as the task that it became."""

    id: uuid.UUID
    unit: str
    due: datetime
    state: TaskState


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """What a decision needs to know of a meeting."""

    unit: str
    state: MeetingState
    version: int
    at: datetime
    status: str
    seats: list[Seat]

    def seat_of(self, actor: Actor) -> Seat | None:
        """The seat for which this actor answers; one that has not been answered first."""
        mine = [seat for seat in self.seats if seat.unit in acts_for(actor, Permission.CASE_SIGN)]
        return min(mine, key=lambda seat: (seat.state is not SeatState.INVITED, seat.unit), default=None)

    def refuses(self, action: str, actor: Actor, now: datetime) -> Refusal | None:
        """What stands against a step beyond the state."""
        seat = self.seat_of(actor) if action in ("accept", "decline") else None
        if seat is not None and seat.state is not SeatState.INVITED:
            return not_now("您的单位已答复。", "Your unit has answered.")
        if action == "hold" and self.at > now:
            return not_now("会商时间未到。", "The meeting lies ahead: cancel it and call it anew to meet sooner.")
        return over(self.status)

    def stands(self, actor: Actor, step: Transition[MeetingState]) -> bool:
        """Whoever is invited answers; who called the meeting does the rest."""
        if step.by == "invited":
            return self.seat_of(actor) is not None
        return self.unit in acts_for(actor, step.permission)


def _step(
    action: str, zh: str, en: str, target: MeetingState | None, permission: Permission, by: str, *required: str
) -> Transition[MeetingState]:  # fmt: skip
    return Transition(action, Words(zh, en), frozenset({MeetingState.SCHEDULED}), target, permission, by, required)


MEETINGS = Workflow(
    "meeting",
    Words("会商", "the meeting"),
    {
        "invited": Words("受邀单位", "a unit that is invited"),
        "caller": Words("召集单位", "the unit that called the meeting"),
    },
    table([
        _step("accept", "同意参加会商", "accept the invitation", None, Permission.CASE_SIGN, "invited"),
        _step("decline", "不参加会商", "decline the invitation", None, Permission.CASE_SIGN, "invited", "reason"),
        _step("hold", "记录会商结果", "record minutes and decisions", MeetingState.HELD, Permission.CASE_OFFER, "caller",
              "minutes"),
        _step("cancel", "取消会商", "cancel the meeting", MeetingState.CANCELLED, Permission.CASE_OFFER, "caller", "reason"),
    ]),
)  # fmt: skip

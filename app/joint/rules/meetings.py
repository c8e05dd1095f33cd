"""A joint meeting (会商研判) of several units on one case; its decisions are tasks. Pure."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.core.access import Actor, Permission
from app.core.errors import Words
from app.core.workflow import Refusal, Transition, Workflow, not_now, table
from app.joint.rules.tasks import TaskState
from app.joint.rules.units import acts_for, over


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
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as the task that it became."""

    id: uuid.UUID
    unit: str
    due: datetime
    state: TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What a decision needs to know of a meeting."""

    unit: str
    state: MeetingState
    version: int
    at: datetime
    status: str
    seats: list[Seat] = field(default_factory=list)

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

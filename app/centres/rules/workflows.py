"""What is done to a centre and to a booking, as tables. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.access import Actor, Permission
from app.core.errors import Words
from app.core.workflow import Refusal, Transition, Workflow, not_now, table


class CentreState(StrEnum):
    """A centre is open to changes for as long as it stands."""

    KEPT = "kept"


def _keeping(action: str, zh: str, en: str, *required: str) -> Transition[CentreState]:
    kept = frozenset({CentreState.KEPT})
    return Transition(action, Words(zh, en), kept, None, Permission.CENTRE_MANAGE, "keeper", required)


CENTRES = Workflow(
    "centre",
    Words("该中心的设置", "the centre's set-up"),
    {"keeper": Words("本中心或上级中心的负责人、协调员", "the head or coordinator of it, or of a centre above it")},
    table(
        [
            _keeping("set_hours", "设置每周开放时间", "Set the hours of the week", "week"),
            _keeping("set_day", "设置特别日", "Set a day that differs", "day", "spans", "reason"),
            _keeping("clear_day", "取消特别日", "Let a day follow the week again", "day"),
            _keeping("set_window", "设置窗口", "Open or rename a window", "code", "name"),
            _keeping("close_window", "关闭窗口", "Close a window", "code"),
            _keeping("set_room", "设置房间", "Open or change a room", "code", "name", "kind", "seats"),
            _keeping("close_room", "关闭房间", "Close a room", "code"),
            _keeping("station", "安排单位进驻", "Station a unit", "unit", "how"),
            _keeping("unstation", "结束单位进驻", "End the stationing of a unit", "unit"),
            _keeping("plan_shift", "排班", "Put somebody on duty", "unit", "staff", "since", "until"),
            _keeping("cancel_shift", "取消班次", "Withdraw a shift", "shift"),
            _keeping("swap_shifts", "换班", "Swap two shifts", "shift", "other"),
            _keeping("import_rota", "导入值班表", "Bring a month's rota", "items"),
        ]
    ),
)


@dataclass(frozen=True, slots=True)
class KeptCentre:
    """A centre as its keepers change it: `path` is its line of units, dotted, itself last."""

    path: str
    version: int

    @property
    def state(self) -> CentreState:
        """It stands."""
        return CentreState.KEPT

    def refuses(self, _: str, __: Actor, ___: datetime) -> Refusal | None:
        """Nothing."""
        return None

    def stands(self, actor: Actor, step: Transition[CentreState]) -> bool:
        """It, or a centre above it, is theirs."""
        return not actor.units_with(step.permission).isdisjoint(self.path.split("."))


class BookingState(StrEnum):
    """Whether a room is taken by it."""

    TAKEN = "taken"
    RELEASED = "released"


BOOKINGS = Workflow(
    "booking",
    Words("该预订", "the booking"),
    {"unit": Words("预订单位的人员", "the staff of the unit that took the room")},
    table(
        [
            Transition(
                "release", Words("取消预订", "Give a room back"), frozenset({BookingState.TAKEN}), BookingState.RELEASED,
                Permission.ROOM_BOOK, "unit",
            )
        ]
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking, as decisions need it."""

    unit: str
    until: datetime
    released_at: datetime | None
    version: int

    @property
    def state(self) -> BookingState:
        """Taken until somebody gives it back."""
        return BookingState.RELEASED if self.released_at else BookingState.TAKEN

    def refuses(self, _: str, __: Actor, now: datetime) -> Refusal | None:
        """What is over is not given back."""
        return not_now("该预订已结束。", "The booking is over.") if self.until <= now else None

    def stands(self, actor: Actor, step: Transition[BookingState]) -> bool:
        """Of the unit that took it."""
        return self.unit in actor.units_with(step.permission)

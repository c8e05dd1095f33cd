"""Who switches an emergency on, for how long, and which cases it is about. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from app.core.access import Actor, Permission, Post
from app.core.errors import Words
from app.core.workflow import Refusal, Transition, Workflow, table
from app.deadlines.rules import Calendar, ClockKind, EscalationPolicy, Owner, PlannedClock, first

RULE = "EM1"  # configuration, no national number; see the settings
BASIS = Words(
    "应急状态：自登记（或应急开始）起限时开始办理（本市配置）",
    "Emergency mode: handling begins within hours of registration, or of its beginning (configured)",
)


class Shift(StrEnum):
    """Half of a day on duty."""

    DAY = "day"
    NIGHT = "night"


class EmergencyState(StrEnum):
    """By itself it is over at its end, whether or not anybody has looked."""

    ON = "on"
    OVER = "over"


_ON = frozenset({EmergencyState.ON})
WORKFLOW = Workflow(
    "emergency",
    Words("该应急状态", "the emergency"),
    {"head": Words("覆盖该区域的单位负责人", "the head of a unit whose area covers this one")},
    table([
        Transition("end", Words("提前解除应急状态", "End it early"), _ON, EmergencyState.OVER,
                   Permission.EMERGENCY_SWITCH, "head"),
        Transition("set_rota", Words("编排应急值班表", "Write the duty rota"), _ON, None, Permission.EMERGENCY_SWITCH,
                   "head", ("rota",)),
    ]),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Emergency:
    """One, as decisions need it; `line` holds its area and those above it."""

    area: str
    line: Sequence[str]
    ends_at: datetime
    is_on: bool
    version: int

    @property
    def state(self) -> EmergencyState:
        """Whether it is on."""
        return EmergencyState.ON if self.is_on else EmergencyState.OVER

    def refuses(self, _: str, __: Actor, ___: datetime) -> Refusal | None:
        """Nothing beyond the state."""
        return None

    def stands(self, actor: Actor, _: Transition[EmergencyState]) -> bool:
        """As head of a unit whose area covers it."""
        return head_post(actor, self.line) is not None


def head_post(actor: Actor, line: Sequence[str]) -> Post | None:
    """The post as head of a unit whose area is one of `line`."""
    units = actor.units_with(Permission.EMERGENCY_SWITCH)
    return next((post for post in actor.posts if post.unit in units and post.area in line), None)


def matches_any(category: str | None, known: Iterable[str]) -> bool:
    """Whether a category (None is all, `heating` also everything under `heating.`) means any of the `known` ones."""
    return category is None or any(code == category or code.startswith(f"{category}.") for code in known)


def why_not(now: datetime, ends_at: datetime, most_days: int) -> Words | None:
    """Why an emergency may not end then; None when it may."""
    if now < ends_at <= now + timedelta(days=most_days):
        return None
    return Words(
        f"结束时间须在现在之后、{most_days} 天之内；到期如仍需要，请重新启动。",
        f"It ends after now and within {most_days} days; switch it on anew if it is still needed then.",
    )


def faster_limit(start: datetime, hours: int, *, calendar: Calendar, tz: tzinfo) -> PlannedClock:
    """The limit of a unit to begin handling, in whole seconds."""
    due = start + timedelta(hours=hours)
    if due.microsecond:
        due = due.replace(microsecond=0) + timedelta(seconds=1)
    level, next_at = first(EscalationPolicy(), Owner.ORGAN, start, due, calendar=calendar, tz=tz)
    return PlannedClock(
        ClockKind.EMERGENCY, RULE, 1, Owner.ORGAN, BASIS.zh, BASIS.en, start, due, due, False, level, next_at
    )

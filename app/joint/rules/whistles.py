"""A call-out (吹哨报到): a township calls departments to the spot; they stay until the matter is settled. Pure."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.core.access import Actor, Permission
from app.core.errors import Words
from app.core.workflow import Refusal, Transition, Workflow, table
from app.joint.rules.tasks import OWED, Ruling, TaskState
from app.joint.rules.units import acts_for


class Occasion(StrEnum):
    """The three occasions of a call-out."""

    DEMAND = "demand"
    ENFORCEMENT = "enforcement"
    EMERGENCY = "emergency"


class WhistleState(StrEnum):
    """It ends when the township says what was settled (事不完，人不走), or with the case."""

    OPEN = "open"
    SETTLED = "settled"
    ENDED = "ended"


OCCASION_WORDS: dict[Occasion, Words] = {
    Occasion.DEMAND: Words("乡镇（街道）难以解决的群众诉求", "a resident's demand that the township cannot solve"),
    Occasion.ENFORCEMENT: Words("综合执法", "comprehensive enforcement"),
    Occasion.EMERGENCY: Words("应急处置", "emergency"),
}
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
    arrive_by: datetime | None = None
    arrived_at: datetime | None = None
    arrival_breached_at: datetime | None = None
    answered_at: datetime | None = None
    objected_at: datetime | None = None
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whistle:
    """What a decision needs to know of a call-out."""

    unit: str
    state: WhistleState
    version: int
    calls: list[Called] = field(default_factory=list)

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

"""What units owe a case together, as the steps of the case are judged by it. Pure."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.rules import Facts
from app.core.access import Actor
from app.core.workflow import Refusal, not_now


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

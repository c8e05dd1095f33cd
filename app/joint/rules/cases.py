"""What units owe a case together, as the steps of the case are judged by it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from app.cases.rules import Facts
from app.core.access import Actor
from app.core.workflow import Refusal, not_now


@dataclass(frozen=True, slots=True)
class Owing:
    """`unanswered`: the units that owe the written result of a task; `calling`: those whose call-out is not settled."""

    unanswered: tuple[str, ...] = ()
    calling: tuple[str, ...] = ()


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

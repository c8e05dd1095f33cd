"""What may be attached to a case, how much of it and by whom, and when it may go again. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.cases.rules import CASE_STEPS, By, Status
from app.core.access import Permission
from app.core.errors import Words
from app.core.workflow import Transition, Workflow, table

# Attachments of a case: those who lead or registered it always have room, whatever others add.
MOST_OF_A_CASE = 200
MOST_OF_A_PERSON = 150
MOST_OF_OTHERS, MOST_OF_ANOTHER_UNIT, MOST_OF_ANOTHER = 100, 50, 20


@dataclass(frozen=True, slots=True)
class Room:
    """How many attachments a case has, and whose. `near`: the one who adds leads the case or registered it; `others` are
    all who do neither, `of_unit` those among them of the same units, `own` this one's. Of others what was withdrawn counts
    too: nobody fills a case by adding and withdrawing."""

    kept: int
    own: int
    own_kept: int
    of_unit: int
    others: int
    near: bool


def add_refused(status: Status, *, archived: bool, room: Room) -> Words | None:
    """Why nothing may be attached to a case now; None when it may."""
    if status is Status.MERGED:
        return Words("该件已并案，请添加到并入的件。", "The case was merged; attach it to the one it was merged into.")
    if archived:
        return Words("该件已归档，案卷不再增减；如需补充请先重新办理。", "The file is archived; reopen the case first.")
    if room.kept >= MOST_OF_A_CASE:
        return Words(f"一件最多 {MOST_OF_A_CASE} 个附件。", f"A case takes {MOST_OF_A_CASE} attachments.")
    if room.near:
        if room.own_kept >= MOST_OF_A_PERSON:
            return Words(
                f"每人最多添加 {MOST_OF_A_PERSON} 个附件。", f"One person adds {MOST_OF_A_PERSON} attachments."
            )
        return None
    shares = (room.own, MOST_OF_ANOTHER), (room.of_unit, MOST_OF_ANOTHER_UNIT), (room.others, MOST_OF_OTHERS)
    if any(used >= most for used, most in shares):
        return Words(
            f"既非主办也非登记的人员，每人最多添加 {MOST_OF_ANOTHER} 个、每单位 {MOST_OF_ANOTHER_UNIT} 个、"
            f"合计 {MOST_OF_OTHERS} 个附件；请交由主办单位添加。",
            f"Who neither leads nor registered the case adds {MOST_OF_ANOTHER} attachments, a unit {MOST_OF_ANOTHER_UNIT},"
            f" all together {MOST_OF_OTHERS}; let the lead unit add it.",
        )
    return None


def withdraw_refused(*, archived: bool, held: bool, relied_on: Sequence[Words], head: bool) -> Words | None:
    """Why an attachment that is kept may not be withdrawn now; None when it may.

    `relied_on`: what rests on it, such as a signature; then whoever added it cannot take it away alone, only the `head` of
    the lead unit, who answers for the file.
    """
    if held:
        return Words("该件依法保全，解除前不得删除任何材料。", "The file is under legal hold; nothing of it is erased.")
    if archived:
        return Words("该件已归档，案卷不再增减。", "The file is archived; nothing of it is taken out.")
    if relied_on and not head:
        zh, en = "、".join(what.zh for what in relied_on), ", ".join(what.en for what in relied_on)
        return Words(
            f"{zh}以该附件为凭，只有主办单位负责人可以撤回。",
            f"This rests on it: {en}. The head of the lead unit alone withdraws it.",
        )
    return None


# --- The workflow


class AttachmentState(StrEnum):
    """Whether its content is still there."""

    KEPT = "kept"
    WITHDRAWN = "withdrawn"


_KEPT = frozenset({AttachmentState.KEPT})
WORKFLOW: Workflow[AttachmentState] = Workflow(
    "attachment",
    Words("该附件", "the attachment"),
    who={
        "involved": CASE_STEPS.who[By.INVOLVED],
        "author_or_head": Words("添加人或主办单位负责人", "who attached it, or the head of the lead unit"),
    },
    steps=table((
        Transition("withdraw", Words("撤回附件", "withdraw an attachment"), _KEPT, AttachmentState.WITHDRAWN,
                   Permission.CASE_ATTACH, "author_or_head", required=("reason",)),
        Transition("redact", Words("制作遮盖件", "add a redacted copy"), _KEPT, None, Permission.CASE_ATTACH, "involved",
                   required=("rectangles",)),
    )),
)  # fmt: skip

"""What hand-overs bring: what they tell in the app."""

from app.cases.rules.registry import STEP_WORDS, StepWords
from app.core.capability import Capability
from app.core.errors import Words
from app.core.roles import LoginRole
from app.messages.rules import TEMPLATES, Template

MESSAGES = {
    "task_handed_over": Template(Words("有一项工作交接给您", "A task was handed over to you"), Words(
        "编号{number}的一项工作已交接给您。", "A task in case {number} was handed over to you.")),
    "task_came_back": Template(Words("一项工作已退回主办单位", "A task came back to the lead"), Words(
        "编号{number}的一项工作因人员变动退回，请另行安排。",
        "A task in case {number} came back; give it to somebody else.")),
}  # fmt: skip


def register() -> None:
    """Put them where they are used."""
    TEMPLATES.add(MESSAGES)
    STEP_WORDS.add({"handed_over": StepWords(Words("工作交接", "the work was handed over"))})


HANDOVER = Capability(
    "handover", register=register, append_only=("seat_given", "staff_handover", "staff_handover_item"),
    writes={"first_word": "insert, update, delete"}, written_by=LoginRole.ACCOUNTS,
)  # fmt: skip

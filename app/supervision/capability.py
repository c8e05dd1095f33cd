"""What supervision brings: its settings, its steps in words, what it tells in the app, a filter of lists."""

from app.cases.queries.registry import LIST_FILTERS, Mark
from app.cases.rules.registry import STEP_WORDS, StepWords
from app.core.capability import Capability, changes
from app.core.errors import Words
from app.core.workflow import WORKFLOWS
from app.messages.rules import TEMPLATES, Template
from app.supervision.rules import WORKFLOW
from app.supervision.settings import SupervisionSettings

STEPS = {
    "supervise": StepWords(Words("督办", "supervised")),
    "answer_supervision": StepWords(Words("答复督办", "supervision answered")),
    "verify_supervision": StepWords(Words("核验督办答复", "answer to supervision verified")),
    "return_supervision": StepWords(Words("退回督办答复", "answer to supervision returned")),
    "withdraw_supervision": StepWords(Words("撤销督办", "supervision withdrawn")),
}
MESSAGES = {
    "supervision_issued": Template(Words("有一件督办待书面答复", "A supervision to answer in writing"), Words(
        "编号{number}由{by}督办，请在规定日期前书面答复。", "{by} supervises case {number}; answer it by its date.")),
    "supervision_answered": Template(Words("督办已答复，待核验", "A supervision was answered"), Words(
        "编号{number}的督办已由{unit}书面答复，请核验。",
        "{unit} answered the supervision of case {number}; verify it.")),
    "supervision_returned": Template(Words("督办答复被退回", "The answer to a supervision was returned"), Words(
        "编号{number}的督办答复被{by}退回，请重新答复。",
        "{by} returned the answer on case {number}; answer again.")),
}  # fmt: skip


def register() -> None:
    """Put them where they are used."""
    WORKFLOWS.add({WORKFLOW.thing: WORKFLOW})
    TEMPLATES.add(MESSAGES)
    STEP_WORDS.add(STEPS)
    LIST_FILTERS.add({"supervised": Mark("supervision v where v.ended_at is null")})


TAGS = {"supervision": "Urging, supervision, orders to correct and instructions, each answered in writing; the board."}
SUPERVISION = Capability(
    "supervision", tags=TAGS, settings=SupervisionSettings, register=register, writes=changes("supervision")
)

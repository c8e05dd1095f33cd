"""What notes bring: the words of their step, and the message to who is mentioned."""

from app.cases.rules.registry import STEP_WORDS, StepWords
from app.core.capability import Capability
from app.core.errors import Words
from app.messages.rules import TEMPLATES, Template

STEPS = {
    "write_note": StepWords(Words("记事", "a note was written"))
}  # the resident is not told: it is between colleagues
MESSAGES = {
    "mentioned": Template(Words("有人在记事中提到您", "A note mentions you"), Words(
        "编号{number}的一条记事提到了您，请查看。", "A note on case {number} mentions you; please read it.")),
}  # fmt: skip


def register() -> None:
    """Put them where they are used."""
    STEP_WORDS.add(STEPS)
    TEMPLATES.add(MESSAGES)


NOTES = Capability(
    "notes", tags={"notes": "Notes on a case, with mentions"}, register=register, append_only=("note_mention",)
)

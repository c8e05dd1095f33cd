"""What attachments brings."""

from app.attachments.queries import list_for_file
from app.attachments.rules import WORKFLOW
from app.attachments.settings import AttachmentSettings
from app.cases.queries.registry import FILE_LISTS
from app.cases.rules.registry import STEP_WORDS, StepWords
from app.core.capability import Capability
from app.core.errors import Words
from app.core.workflow import WORKFLOWS

STEPS = {
    "attach": StepWords(Words("添加附件", "attachment added")),
    "withdraw_attachment": StepWords(Words("撤回附件", "attachment withdrawn")),
}


def register() -> None:
    """Put them where they are used."""
    WORKFLOWS.add({WORKFLOW.thing: WORKFLOW})
    FILE_LISTS.add({"attachments": list_for_file})
    STEP_WORDS.add(STEPS)


TAGS = {
    "attachments": "Photos and papers of a case: made harmless on the way in, sealed at rest, each view logged.",
}
ATTACHMENTS = Capability("attachments", tags=TAGS, settings=AttachmentSettings, register=register)

"""What attachments brings."""

from app.attachments.rules import WORKFLOW
from app.attachments.settings import AttachmentSettings
from app.core.capability import Capability
from app.core.workflow import WORKFLOWS


def register() -> None:
    """The steps of an attachment."""
    WORKFLOWS.add({WORKFLOW.thing: WORKFLOW})


TAGS = {
    "attachments": "Photos and papers of a case: made harmless on the way in, sealed at rest, each view logged.",
}
ATTACHMENTS = Capability("attachments", tags=TAGS, settings=AttachmentSettings, register=register)

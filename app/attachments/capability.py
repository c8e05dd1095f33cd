"""What attachments brings."""

from app.attachments.rules import WORKFLOW
from app.attachments.settings import AttachmentSettings
from app.core.capability import Capability
from app.core.workflow import WORKFLOWS


def register() -> None:
    """The steps of an attachment."""
    WORKFLOWS.add({WORKFLOW.thing: WORKFLOW})


ATTACHMENTS = Capability("attachments", settings=AttachmentSettings, register=register)

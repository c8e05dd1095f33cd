"""What attachments brings."""

from app.attachments.settings import AttachmentSettings
from app.core.capability import Capability

ATTACHMENTS = Capability("attachments", settings=AttachmentSettings)

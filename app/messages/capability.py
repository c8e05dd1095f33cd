"""What messages bring."""

from app.core.capability import Capability
from app.messages.settings import SmtpSettings

MESSAGES = Capability("messages", settings=SmtpSettings)

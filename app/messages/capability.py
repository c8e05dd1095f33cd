"""What messages bring."""

from app.core.capability import Capability
from app.messages.settings import SmtpSettings

TAGS = {
    "messages": "What the caller is told in the app, and what goes out by SMS and e-mail.",
}
MESSAGES = Capability("messages", tags=TAGS, settings=SmtpSettings)

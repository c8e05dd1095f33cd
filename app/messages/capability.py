"""What messages bring."""

from app.core.capability import Capability, changes
from app.core.rekeying import SEALED, SealedTable
from app.messages.settings import SmtpSettings


def register() -> None:
    """Addresses that are still to be used."""
    SEALED.add({"message": SealedTable("'message ' || t.key")})


TAGS = {
    "messages": "What the caller is told in the app, and what goes out by SMS and e-mail.",
}
MESSAGES = Capability(
    "messages", tags=TAGS, register=register, settings=SmtpSettings, writes=changes("message"),
    erases={"message": "insert, update, delete"},
)  # fmt: skip

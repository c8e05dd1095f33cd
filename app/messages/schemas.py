"""Messages as they are shown."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.core.bodies import Items
from app.core.veiled import Veiled


@dataclass(frozen=True, slots=True)
class MessageOut:
    """A message to the caller, in the caller's language."""

    id: Veiled
    template: str
    subject: str
    text: str
    case_id: uuid.UUID | None
    urgent: bool
    created_at: datetime
    read_at: datetime | None


class MessagesOut(Items[MessageOut]):
    """The newest first."""


@dataclass(frozen=True, slots=True)
class OutgoingOut:
    """A message on its way out; `failed` says why the last attempt did not work."""

    id: Veiled
    channel: str
    template: str
    state: str
    attempts: int
    failed: str | None
    urgent: bool
    created_at: datetime
    not_before: datetime | None
    sent_at: datetime | None
    stuck_at: datetime | None


class OutgoingPage(Items[OutgoingOut]):
    """The oldest first."""


@dataclass(frozen=True, slots=True)
class MessageStateOut:
    """What was done to one message."""

    id: Veiled
    state: str

"""Attachments as shown, and what is asked of them."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from app.core.bodies import Closed, Items
from app.core.texts import Reason, Title

_EDGE = Field(ge=0, le=100_000)
Hex = Annotated[str, BeforeValidator(lambda value: value.hex() if isinstance(value, bytes) else value)]


class RectangleIn(Closed):
    """Pixels, from the upper left corner of the picture as kept."""

    x: int = _EDGE
    y: int = _EDGE
    width: int = Field(ge=1, le=100_000)
    height: int = Field(ge=1, le=100_000)


class RedactIn(Closed):
    """What is to be black in the copy, and its title (that of the original, marked, if left out)."""

    rectangles: list[RectangleIn] = Field(min_length=1, max_length=200)
    title: Title | None = None


class WithdrawAttachmentIn(Closed):
    """Why it should not have been attached."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class AttachmentOut:
    """One attachment. Its digests are SHA-256 over the bytes of `salt` and then of the file, as kept and as it came."""

    id: uuid.UUID
    case_id: uuid.UUID
    purpose: str
    purpose_text: str
    title: str | None
    media_type: str
    size: int
    width: int | None
    height: int | None
    pages: int | None
    removed: Annotated[list[str], Field(description="Taken out of a PDF: scripts, files, signatures")]
    redacts: Annotated[uuid.UUID | None, Field(description="The attachment that this is a redacted copy of")]
    digest: Hex
    received_digest: Hex
    salt: Annotated[Hex | None, Field(description="Gone with the file once it is withdrawn")]
    added_by: str
    added_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    version: int
    available_actions: list[str]


class AttachmentsOut(Items[AttachmentOut]):
    """All of a case, also those withdrawn, the oldest first."""

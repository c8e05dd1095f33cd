"""What is sent and shown of notes on a case."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from app.cases.queries.notes import NoteText
from app.core.bodies import Closed, Items
from app.core.texts import LongText

MOST_MENTIONED = 20


class NoteIn(Closed):
    """A note, and whose attention it asks for."""

    text: LongText
    mentions: list[uuid.UUID] = Field(
        default=[], max_length=MOST_MENTIONED, description="Members of staff who may see the case; each gets a message"
    )


class MentionOut(BaseModel):
    """Somebody mentioned."""

    staff: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True)
class CaseNoteOut:
    """A note on a case."""

    id: uuid.UUID
    case_id: uuid.UUID
    author: uuid.UUID
    author_name: str
    at: datetime
    text: Annotated[NoteText, Field(description="Null once it was erased")]
    mentions: list[MentionOut]
    version: Annotated[int, Field(description="Always 1: a note is never changed")]


class CaseNotesOut(Items[CaseNoteOut]):
    """The notes of a case, the oldest first."""

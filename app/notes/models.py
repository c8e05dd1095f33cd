"""Who is mentioned in a note. The note's text is a note of the case."""

import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base


class NoteMention(Base):
    """A member of staff whose attention a note asks for."""

    __tablename__ = "note_mention"

    note: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_note.id"), primary_key=True)
    staff: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True, index=True)

"""What was attached to a case. The bytes lie sealed in the store; what they are for and what became of them is here."""

import uuid
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip
from sqlalchemy.orm import Mapped, mapped_column

from app.attachments.rules import MEDIA_TYPES
from app.cases.rules import Purpose
from app.core.tables import Base

Instant = DateTime(timezone=True)


def _one_of(column: str, values: list[str]) -> str:
    return f"{column} in ({', '.join(repr(value) for value in values)})"


class Attachment(Base):
    """One file. Its title is a note of the case; `redacts` is the attachment that this is a redacted copy of.

    `file` names the ciphertext in the store and `seal_key` opens it: without either nothing can be read, and withdrawing
    drops both. `digest` is of the file as kept, `received_digest` of the file as it came, each SHA-256 with `salt` before
    it; both stand in the event too. While a hold is open the database keeps all of it (`keep_held`).
    """

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint(_one_of("purpose", [p.value for p in Purpose]), name="purpose"),
        CheckConstraint(_one_of("media_type", list(MEDIA_TYPES.values())), name="media_type"),
        CheckConstraint("num_nonnulls(file, seal_key, salt) in (0, 3)", name="all_or_nothing"),
        CheckConstraint("num_nonnulls(withdrawn_at, withdrawn_by, withdrawal) in (0, 3)", name="withdrawn_by_somebody"),
        CheckConstraint("withdrawn_at is null or file is null", name="withdrawn_is_erased"),
        CheckConstraint("redacts <> id", name="not_of_itself"),
        ForeignKeyConstraint(["redacts", "case_id"], ["attachment.id", "attachment.case_id"]),
        UniqueConstraint("id", "case_id"),
        Index("ix_attachment_case_id", "case_id", "added_at"),
        Index("uq_attachment_file", "file", unique=True, postgresql_where=text("file is not null")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    purpose: Mapped[str]
    note: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_note.id"))
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(Integer)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    pages: Mapped[int | None] = mapped_column(Integer)
    removed: Mapped[list[str]] = mapped_column(ARRAY(Text))
    redacts: Mapped[uuid.UUID | None]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    received_digest: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    file: Mapped[str | None]
    seal_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    added_by: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None]
    withdrawal: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))

"""Written notices as they were made, and how each reached its resident."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base

Instant = DateTime(timezone=True)


class Notice(Base):
    """One notice, kept as it was made. It names its recipient, so its text lies sealed under a key of its own.

    `digest` (salted, of the text) stands in the event too; dropping the key erases the text and the chain still holds.
    `facts` are codes; words come from `note`. A failed one has no text yet: what is needed to make it is there.
    """

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint(
            "state in ('drafted', 'failed', 'served', 'waived', 'attempted', 'approved', 'replaced')", name="state"
        ),
        CheckConstraint("num_nonnulls(sealed, seal_key, digest) in (0, 3)", name="sealed_with_key_and_digest"),
        CheckConstraint("state in ('failed', 'replaced') or sealed is not null", name="text_unless_failed"),
        CheckConstraint("meets in ('acceptance', 'completion')", name="meets"),
        Index("ix_notice_case_id", "case_id"),
        Index(
            "uq_notice_one_of_a_clock", "case_id", "meets", unique=True,
            postgresql_where=text("meets is not null and state <> 'replaced'"),
        ),
        Index(
            "ix_notice_due", "state", "drafted_at", "id",
            postgresql_where=text("state in ('drafted', 'failed', 'attempted')"),
        ),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str]
    version: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str]
    meets: Mapped[str | None]
    note: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    seal_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    drafted_at: Mapped[datetime] = mapped_column(Instant)
    drafted_by: Mapped[str]


class ServiceRecord(Base):
    """How and when a notice reached its resident: served with proof, waived with the article that allows it, or an
    attempt that somebody else approves. One counts at a time; a later one replaces it."""

    __tablename__ = "service_record"
    __table_args__ = (
        CheckConstraint("outcome in ('served', 'waived', 'attempted')", name="outcome"),
        CheckConstraint("approved_by is null or outcome = 'attempted'", name="approval_of_attempt"),
        CheckConstraint("approved_by is null or approved_by <> recorded_by", name="approved_by_another"),
        Index("uq_service_record_of_a_notice", "notice", unique=True, postgresql_where=text("replaced_at is null")),
        Index("ix_service_record_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    notice: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("notice.id"))
    outcome: Mapped[str]
    method: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
    article: Mapped[str | None]
    note: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_note.id"))
    recorded_by: Mapped[str]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    replaced_at: Mapped[datetime | None] = mapped_column(Instant)

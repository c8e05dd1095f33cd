"""What is to be told to somebody, and what became of it."""

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


class Message(Base):
    """One message to one recipient, queued in the transaction of what it tells.

    `key` names the occasion and the recipient, so that nothing is queued twice. In the app it goes to a `grantee` and the
    row is its own delivery; outside it goes to a sealed address, which is forgotten once it was sent. `facts` hold codes
    only, never personal data.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("channel in ('in_app', 'sms', 'email')", name="channel"),
        CheckConstraint("(channel = 'in_app') = (grantee is not null)", name="grantee_in_the_app"),
        CheckConstraint("grantee ~ '^(unit|post|staff):'", name="grantee"),
        CheckConstraint("channel = 'in_app' or sent_at is not null or sealed is not null", name="address_until_sent"),
        CheckConstraint("(sealed is null) = (seal_key is null)", name="sealed_with_key"),
        CheckConstraint("num_nonnulls(sent_at, stuck_at) <= 1", name="one_end"),
        Index("uq_message_key", "key", unique=True),
        Index("ix_message_grantee", "grantee", "id", postgresql_where=text("grantee is not null")),
        Index(
            "ix_message_to_send", "id",
            postgresql_where=text("channel <> 'in_app' and sent_at is null and stuck_at is null"),
        ),
        Index("ix_message_stuck", "id", postgresql_where=text("stuck_at is not null")),
        Index("ix_message_case_id", "case_id", postgresql_where=text("case_id is not null")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str]
    channel: Mapped[str] = mapped_column(server_default="in_app")
    grantee: Mapped[str | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    seal_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    template: Mapped[str]
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cases.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    urgent: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    not_before: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    stuck_at: Mapped[datetime | None] = mapped_column(Instant)
    failed: Mapped[str | None]
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    read_by: Mapped[str | None]

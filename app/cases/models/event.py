"""The append-only record: timeline, audit and outbox at once."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Computed, DateTime, ForeignKey, Identity, Index, Integer, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Xid8


class Event(Base):
    """One thing that happened to a case. `body` is the exact text that was hashed; `data` is read from it.

    hash = SHA-256(prev_hash || UTF-8 of body); the head stands on the case row. No personal data, no free text.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("uq_event_case_id_seq", "case_id", "seq", unique=True),
        Index("ix_event_feed", "epoch", "txid", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, server_default="1")
    txid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str]
    body: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, Computed("body::jsonb", persisted=True))
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)

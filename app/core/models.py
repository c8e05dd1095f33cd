"""Tables that belong to no subject: remembered requests, counters, and the log of sensitive reads."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Identity, Index, Integer, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base

Instant = DateTime(timezone=True)


class Idempotency(Base):
    """The first answer to a write, kept 30 days. `response` is sealed under the service's key: it may name people.

    A registration keeps no response: its receipt stands in the case's first event, and `cases` names the case of
    each item (the query code is made again from its key).
    """

    __tablename__ = "idempotency"
    __table_args__ = (Index("ix_idempotency_created_at", "created_at"),)

    caller: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    response: Mapped[bytes | None] = mapped_column(LargeBinary)
    response_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    etag: Mapped[str | None]
    case_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime] = mapped_column(Instant)


class RateCounter(Base):
    """How often a bucket (an address or account, hashed) was used in the current hour."""

    __tablename__ = "rate_counter"

    bucket: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    window: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    used: Mapped[int] = mapped_column(Integer)


class ReadLog(Base):
    """Who saw personal data in clear, or looked a phone up, when, and for which stated reason (sealed)."""

    __tablename__ = "read_log"
    __table_args__ = (Index("ix_read_log_case_id", "case_id"), Index("ix_read_log_at", "at"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str]
    case_id: Mapped[uuid.UUID]
    what: Mapped[str]
    reason: Mapped[str]

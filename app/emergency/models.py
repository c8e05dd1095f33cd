"""Emergencies, who is on duty in them, and the record of both."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Identity, Index, Integer, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base
from app.emergency.rules import Shift

Instant = DateTime(timezone=True)


class Emergency(Base):
    """An area and a category (null: all; `heating` means everything under it) in emergency mode for a time.

    It is over at `ends_at` even before `ended_at` says so. It opens no case to anybody.
    """

    __tablename__ = "emergency"
    __table_args__ = (
        CheckConstraint("ends_at > began_at", name="ends_after_it_began"),
        CheckConstraint("ended_at <= ends_at", name="never_longer_than_said"),
        Index("ix_emergency_on", "ends_at", postgresql_where=text("ended_at is null")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(ForeignKey("area.code"))
    category: Mapped[str | None]
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    switched_on_by: Mapped[str]
    reason: Mapped[str]
    hours: Mapped[int] = mapped_column(Integer)
    began_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class EmergencyShift(Base):
    """Who of which unit is on duty when. It is a rota of posts' work, and gives no access to any case."""

    __tablename__ = "emergency_shift"
    __table_args__ = (
        CheckConstraint(f"shift in ({', '.join(repr(s.value) for s in Shift)})", name="shift"),
        Index("ix_emergency_shift_staff", "staff", "day"),
    )

    emergency: Mapped[uuid.UUID] = mapped_column(ForeignKey("emergency.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    shift: Mapped[str] = mapped_column(primary_key=True)
    staff: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))


class EmergencyLog(Base):
    """What was done to an emergency, by whom. Rows are added, never changed."""

    __tablename__ = "emergency_log"
    __table_args__ = (Index("ix_emergency_log_emergency", "emergency", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    emergency: Mapped[uuid.UUID] = mapped_column(ForeignKey("emergency.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str]
    what: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)

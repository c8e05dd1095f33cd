"""Procedures as versioned data, the calendar by year, and the clocks of cases."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base

Instant = DateTime(timezone=True)


class Procedure(Base):
    """One version of a procedure; a case keeps the version it started under, also after `withdrawn_from`."""

    __tablename__ = "procedure"

    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date)
    withdrawn_from: Mapped[date | None] = mapped_column(Date)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)


class CalendarYear(Base):
    """A published year of a calendar and where it was published."""

    __tablename__ = "calendar_year"

    calendar: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    source: Mapped[str]


class CalendarDay(Base):
    """A day that differs from Monday-to-Friday: a holiday, or a weekend day worked in its place (调休)."""

    __tablename__ = "calendar_day"

    calendar: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    is_workday: Mapped[bool]
    name: Mapped[str]


class Clock(Base):
    """One limit running on a case. `due` is rolled to a working day where the rule says so; `due_unrolled` is not.

    `subject` tells clocks of one kind apart (an offer, a review). `level` is where it stands in the escalation of its
    procedure and `next_at` when the next step is due, null when none is left. `breached_at` is the limit that was
    missed. While `paused_at` stands, no time counts and nothing falls due.
    """

    __tablename__ = "clock"
    __table_args__ = (
        CheckConstraint("due >= start", name="due_after_start"),
        CheckConstraint("num_nonnulls(met_at, stopped_at) <= 1", name="one_end"),
        CheckConstraint("owner in ('organ', 'resident', 'called')", name="owner"),
        Index("ix_clock_case_id", "case_id"),
        Index(
            "uq_clock_one_open_of_a_subject", "case_id", "kind", "subject", unique=True,
            postgresql_where=text("met_at is null and stopped_at is null"),
        ),
        Index("ix_clock_emergency", "subject", "case_id", postgresql_where=text("kind = 'emergency'")),
        Index("ix_clock_next_at", "next_at", postgresql_where=text("met_at is null and stopped_at is null")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str]
    rule: Mapped[str]
    version: Mapped[int] = mapped_column(Integer)
    basis: Mapped[str]
    start: Mapped[datetime] = mapped_column(Instant)
    due: Mapped[datetime] = mapped_column(Instant)
    due_unrolled: Mapped[datetime] = mapped_column(Instant)
    provisional: Mapped[bool] = mapped_column(server_default=text("false"))
    met_at: Mapped[datetime | None] = mapped_column(Instant)
    stopped_at: Mapped[datetime | None] = mapped_column(Instant)
    extensions: Mapped[int] = mapped_column(Integer, server_default="0")
    owner: Mapped[str] = mapped_column(server_default="organ")
    subject: Mapped[str] = mapped_column(server_default="")
    level: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    next_at: Mapped[datetime | None] = mapped_column(Instant)
    breached_at: Mapped[datetime | None] = mapped_column(Instant)
    paused_at: Mapped[datetime | None] = mapped_column(Instant)


class ClockExtension(Base):
    """One extension: by how much, who approved it, and the note that holds the reason."""

    __tablename__ = "clock_extension"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    clock: Mapped[int] = mapped_column(ForeignKey("clock.id"), index=True)
    days: Mapped[int] = mapped_column(Integer)
    approver: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime] = mapped_column(Instant)
    due_before: Mapped[datetime] = mapped_column(Instant)
    due_after: Mapped[datetime] = mapped_column(Instant)

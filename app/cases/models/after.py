"""Hearings, and what is kept of a case once it has left: procedures outside, visits to the resident."""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Identity, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base

Instant = DateTime(timezone=True)


class Hearing(Base):
    """听证: called for an instant, opened, and held or cancelled. Purpose, record and reasons are notes of the case."""

    __tablename__ = "hearing"
    __table_args__ = (
        CheckConstraint("state in ('scheduled', 'opened', 'held', 'cancelled')", name="state"),
        CheckConstraint("(began_at is null) = (state in ('scheduled', 'cancelled'))", name="began_when_opened"),
        CheckConstraint("(ended_at is null) = (state <> 'held')", name="ended_when_held"),
        Index(
            "uq_hearing_one_ahead", "case_id", unique=True, postgresql_where=text("state in ('scheduled', 'opened')")
        ),
        Index("ix_hearing_case_id", "case_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    state: Mapped[str]
    scheduled_at: Mapped[datetime] = mapped_column(Instant)
    place: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)
    began_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    record: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))


class HearingSeat(Base):
    """Who takes part: a member of staff, or somebody else by name, sealed. A seat gives no access to the case."""

    __tablename__ = "hearing_seat"
    __table_args__ = (
        CheckConstraint(
            "role in ('chair', 'member', 'recorder', 'organ', 'petitioner', 'agent', 'expert', 'observer')", name="role"
        ),
        CheckConstraint("num_nonnulls(staff, sealed) = 1", name="staff_or_name"),
        CheckConstraint("(sealed is null) = (seal_key is null)", name="sealed_with_key"),
        Index("ix_hearing_seat_hearing", "hearing"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    hearing: Mapped[uuid.UUID] = mapped_column(ForeignKey("hearing.id"))
    role: Mapped[str]
    staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    seal_key: Mapped[bytes | None] = mapped_column(LargeBinary)


class OutsideProcedure(Base):
    """Arbitration, reconsideration or litigation that a case was referred to, as far as it is known here. Its limits are
    the other body's, and nobody's here: they are told, never counted as late."""

    __tablename__ = "outside_procedure"
    __table_args__ = (
        CheckConstraint("route in ('arbitration', 'reconsideration', 'litigation')", name="route"),
        CheckConstraint("stage in ('filed', 'accepted', 'refused', 'decided')", name="stage"),
        CheckConstraint("(next_rule is null) = (next_due is null)", name="limit_with_rule"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    route: Mapped[str]
    body: Mapped[str]
    stage: Mapped[str]
    filed_on: Mapped[date] = mapped_column(Date)
    accepted_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    extended: Mapped[bool]
    simple: Mapped[bool]
    next_rule: Mapped[str | None]
    next_due: Mapped[datetime | None] = mapped_column(Instant)
    updated_by: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(Instant)


class ReturnVisit(Base):
    """回访: somebody asked the resident, after closing, whether it is so. What was said is a note of the case."""

    __tablename__ = "return_visit"
    __table_args__ = (
        CheckConstraint("method in ('phone', 'in_person', 'online')", name="method"),
        CheckConstraint("reached = (confirmed is not null)", name="confirmed_when_reached"),
        Index("ix_return_visit_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    visitor: Mapped[str]
    method: Mapped[str]
    reached: Mapped[bool]
    confirmed: Mapped[bool | None]
    note: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_note.id"))

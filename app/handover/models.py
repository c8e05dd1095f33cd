"""The record of hand-overs: who handed over what of whom, to whom."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base
from app.handover.rules import TAKEN, Becomes, HeldKind

Instant = DateTime(timezone=True)


def _listed(values: Iterable[StrEnum]) -> str:
    return ", ".join(repr(value.value) for value in values)


class StaffHandover(Base):
    """One hand-over of all that a member of staff held."""

    __tablename__ = "staff_handover"
    __table_args__ = (
        CheckConstraint("why in ('leaves', 'on_leave')", name="why"),
        CheckConstraint("(why = 'on_leave') = (until is not null)", name="leave_has_an_end"),
        CheckConstraint("successor <> staff", name="to_somebody_else"),
        Index("ix_staff_handover_staff", "staff"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    staff: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    why: Mapped[str]
    until: Mapped[datetime | None] = mapped_column(Instant)
    successor: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)


class StaffHandoverItem(Base):
    """One thing that went over; `taken_by` nobody where it went back, ended, stayed or stands empty."""

    __tablename__ = "staff_handover_item"
    __table_args__ = (
        CheckConstraint(f"kind in ({_listed(HeldKind)})", name="kind"),
        CheckConstraint(f"becomes in ({_listed(Becomes)})", name="becomes"),
        CheckConstraint(f"(taken_by is not null) = (becomes in ({_listed(TAKEN)}))", name="taken_by_somebody"),
        Index("ix_staff_handover_item_handover", "handover"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    handover: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_handover.id"))
    kind: Mapped[str]
    ref: Mapped[str]
    state: Mapped[str]
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cases.id"))
    becomes: Mapped[str]
    taken_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))

"""What was asked of a unit about a case, and how it answered."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base
from app.supervision.rules import CardLevel, ProblemType, SupervisionKind, SupervisionState

Instant = DateTime(timezone=True)


def _one_of(
    column: str, values: type[SupervisionKind] | type[CardLevel] | type[ProblemType] | type[SupervisionState]
) -> str:
    return f"{column} in ({', '.join(repr(v.value) for v in values)})"


class Supervision(Base):
    """One demand on a unit. Its texts are notes of the case (`note` asks, `answer` is the last answer).

    `answer_by` is the date ordered and never moves; `due` is when the present answer is owed, later after a return.
    `ended_at` is null while an answer or its verification is still owed. `version` is served as ETag.
    """

    __tablename__ = "supervision"
    __table_args__ = (
        CheckConstraint(_one_of("kind", SupervisionKind), name="kind"),
        CheckConstraint(_one_of("level", CardLevel), name="level"),
        CheckConstraint(_one_of("problem", ProblemType), name="problem"),
        CheckConstraint(_one_of("state", SupervisionState), name="state"),
        CheckConstraint("(kind = 'supervise') = (level is not null)", name="card_of_supervision"),
        CheckConstraint("kind not in ('supervise', 'correct') or problem is not null", name="problem_named"),
        CheckConstraint("issuer_unit <> target_unit", name="not_oneself"),
        CheckConstraint("verified_by is null or verified_by <> answered_by", name="verified_by_another"),
        CheckConstraint("due >= answer_by", name="due_not_before_ordered"),
        Index("ix_supervision_case_id", "case_id"),
        Index("ix_supervision_pending", "due", "id", postgresql_where=text("ended_at is null")),
        Index("ix_supervision_target_unit", "target_unit", postgresql_where=text("ended_at is null")),
        Index("ix_supervision_issuer_unit", "issuer_unit", postgresql_where=text("ended_at is null")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str]
    level: Mapped[str | None]
    problem: Mapped[str | None]
    issuer_unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    issued_by: Mapped[str]
    target_unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    note: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_note.id"))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    answer_by: Mapped[datetime] = mapped_column(Instant)
    due: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str]
    answer: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))
    first_answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[str | None]
    verified_at: Mapped[datetime | None] = mapped_column(Instant)
    verified_by: Mapped[str | None]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer, server_default="1")

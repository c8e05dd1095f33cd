"""What links a case to another, and what its resident says once it is settled."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base

Instant = DateTime(timezone=True)


class CaseLink(Base):
    """`case_id` came after `other` and belongs to it: a review of its opinion, the same matter again, one of a family.

    `opinion_at` is when the opinion under review was concluded: each opinion is reviewed once. `settled_at` is when the
    decision of the review took effect on the original. A link that was undone stays, with `undone_at`.
    """

    __tablename__ = "case_link"
    __table_args__ = (
        CheckConstraint("relation in ('review', 'rereview', 'repeat', 'joint', 'parent')", name="relation"),
        CheckConstraint("case_id <> other", name="not_to_itself"),
        CheckConstraint("(relation in ('review', 'rereview')) = (opinion_at is not null)", name="review_of_an_opinion"),
        CheckConstraint("(undone_at is null) = (undone_by is null)", name="undone_by_somebody"),
        Index("uq_case_link_live", "case_id", unique=True, postgresql_where=text("undone_at is null")),
        Index(
            "uq_case_link_one_review", "other", "opinion_at", unique=True,
            postgresql_where=text("undone_at is null and opinion_at is not null"),
        ),
        Index("ix_case_link_case_id", "case_id"),
        Index("ix_case_link_other", "other"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    other: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    relation: Mapped[str]
    opinion_at: Mapped[datetime | None] = mapped_column(Instant)
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_by: Mapped[str | None]
    undone_at: Mapped[datetime | None] = mapped_column(Instant)


class Rating(Base):
    """The invitation to rate a closed case, and the rating, given once by the resident alone. The words are sealed.

    A case that is taken up again is rated anew when it closes again: the row before is `superseded_at`.
    """

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint("satisfaction in ('satisfied', 'basically', 'unsatisfied')", name="satisfaction"),
        CheckConstraint("solved in ('yes', 'partly', 'no')", name="solved"),
        CheckConstraint("num_nulls(rated_at, satisfaction, solved) in (0, 3)", name="rated_whole"),
        CheckConstraint("(sealed is null) = (seal_key is null)", name="sealed_with_key"),
        Index("uq_rating_current", "case_id", unique=True, postgresql_where=text("superseded_at is null")),
        Index("ix_rating_case_id", "case_id"),
        Index("ix_rating_invited_at", "invited_at"),
        Index(
            "ix_rating_awaited", "window_ends",
            postgresql_where=text("rated_at is null and superseded_at is null"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    invited_at: Mapped[datetime] = mapped_column(Instant)
    window_ends: Mapped[datetime] = mapped_column(Instant)
    rated_at: Mapped[datetime | None] = mapped_column(Instant)
    satisfaction: Mapped[str | None]
    solved: Mapped[str | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    seal_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    superseded_at: Mapped[datetime | None] = mapped_column(Instant)


class ReopeningRequest(Base):
    """The resident asks for a closed case to be taken up again, by a low rating or in words (sealed); somebody who did not
    work the case decides. One is open at a time."""

    __tablename__ = "reopening_request"
    __table_args__ = (
        CheckConstraint("cause in ('rating', 'words')", name="cause"),
        CheckConstraint("state in ('open', 'granted', 'declined')", name="state"),
        CheckConstraint("(state = 'open') = (decided_at is null)", name="decided_unless_open"),
        CheckConstraint("(sealed is null) = (seal_key is null)", name="sealed_with_key"),
        Index("uq_reopening_request_open", "case_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_reopening_request_case_id", "case_id"),
        Index("ix_reopening_request_state", "state", "asked_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    cause: Mapped[str]
    state: Mapped[str]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    seal_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    note: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))

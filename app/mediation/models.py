"""A mediation and what hangs on it. All words are notes of the case; names of outsiders lie sealed.

Nothing is overwritten: who mediated no longer stays with why, a draft that was given up stays as void, payments add up.
"""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base
from app.mediation.rules import (
    LIVE,
    MANNERS,
    ConfirmationState,
    Duty,
    MediationChannel,
    MediationState,
    Origin,
    Relation,
)

Instant = DateTime(timezone=True)


def _one_of(column: str, values: type[StrEnum] | tuple[str, ...] | frozenset[MediationState]) -> str:
    listed = [str(v) for v in values]
    return f"{column} in ({', '.join(repr(v) for v in (sorted(listed) if isinstance(values, frozenset) else listed))})"


def _evidence(column: str) -> ForeignKeyConstraint:
    """A file of the same case."""
    return ForeignKeyConstraint([column, "case_id"], ["attachment.id", "attachment.case_id"])


class Mediation(Base):
    """One mediation of a case; at most one is live. `version` is served as ETag.

    `procedure_before` is what the case ran under, to which it returns when a side never consents.
    """

    __tablename__ = "mediation"
    __table_args__ = (
        CheckConstraint(_one_of("channel", MediationChannel), name="channel"),
        CheckConstraint(_one_of("origin", Origin), name="origin"),
        CheckConstraint(_one_of("state", MediationState), name="state"),
        CheckConstraint(f"(ended_at is null) = ({_one_of('state', LIVE)})", name="ended_unless_live"),
        Index("ix_mediation_case_id", "case_id"),
        Index("uq_mediation_one_live", "case_id", unique=True, postgresql_where=text(_one_of("state", LIVE))),
        UniqueConstraint("id", "case_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    channel: Mapped[str]
    origin: Mapped[str]
    state: Mapped[str]
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    request: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_note.id"))
    procedure_before: Mapped[str]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(Instant)
    consented_at: Mapped[datetime | None] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    refused_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("party.id"))
    reason: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class MediationConsent(Base):
    """The last word of a party on being mediated, or on an extension."""

    __tablename__ = "mediation_consent"
    __table_args__ = (
        CheckConstraint("about in ('mediation', 'extension')", name="about"),
        CheckConstraint("how in ('in_person', 'phone', 'written', 'online')", name="how"),
        ForeignKeyConstraint(["mediation", "case_id"], ["mediation.id", "mediation.case_id"]),
        _evidence("evidence"),
        UniqueConstraint("mediation", "about", "party"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    mediation: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    about: Mapped[str]
    party: Mapped[uuid.UUID] = mapped_column(ForeignKey("party.id"))
    given: Mapped[bool]
    how: Mapped[str]
    evidence: Mapped[uuid.UUID | None]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Mediator(Base):
    """Somebody who mediates: chosen by the parties or appointed (RMTJ 19), until relieved.

    `declared_at` is when they said that nothing ties them to a party; with `relation` they said that something does, and
    never mediate here again.
    """

    __tablename__ = "mediator"
    __table_args__ = (
        CheckConstraint("how in ('chosen', 'appointed')", name="how"),
        CheckConstraint(_one_of("relation", Relation), name="relation"),
        CheckConstraint("relation is null or relieved_at is not null", name="related_is_relieved"),
        CheckConstraint("num_nonnulls(relieved_at, relieved_by) in (0, 2)", name="relieved_by_somebody"),
        ForeignKeyConstraint(["mediation", "case_id"], ["mediation.id", "mediation.case_id"]),
        Index("uq_mediator_once", "mediation", "staff", unique=True, postgresql_where=text("relieved_at is null")),
        Index("ix_mediator_staff", "staff", postgresql_where=text("relieved_at is null")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    mediation: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    staff: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    how: Mapped[str]
    assigned_by: Mapped[str]
    assigned_at: Mapped[datetime] = mapped_column(Instant)
    declared_at: Mapped[datetime | None] = mapped_column(Instant)
    relation: Mapped[str | None]
    note: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))
    relieved_by: Mapped[str | None]
    relieved_at: Mapped[datetime | None] = mapped_column(Instant)


class MediationSession(Base):
    """A talk with both sides (`joint`) or one (`separate`, with `party`), in a room of a centre or at a `place` elsewhere."""

    __tablename__ = "mediation_session"
    __table_args__ = (
        CheckConstraint("kind in ('joint', 'separate')", name="kind"),
        CheckConstraint("(kind = 'separate') = (party is not null)", name="separate_with_one"),
        CheckConstraint("state in ('scheduled', 'opened', 'held', 'cancelled')", name="state"),
        CheckConstraint("num_nonnulls(booking, place) = 1", name="room_or_place"),
        CheckConstraint("since < until", name="since_before_until"),
        CheckConstraint("(minutes is not null) = (state = 'held')", name="minutes_when_held"),
        CheckConstraint("(began_at is not null) = (state in ('opened', 'held'))", name="began_when_opened"),
        ForeignKeyConstraint(["mediation", "case_id"], ["mediation.id", "mediation.case_id"]),
        Index("ix_mediation_session_mediation", "mediation"),
        Index("uq_mediation_session_one_open", "mediation", unique=True, postgresql_where=text("state = 'opened'")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    mediation: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    party: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("party.id"))
    state: Mapped[str]
    since: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    booking: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("room_booking.id"))
    place: Mapped[str | None]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)
    began_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    minutes: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))


class MediationSeat(Base):
    """Somebody invited to a session beside parties and mediators (RMTJ 20): staff, or a name, sealed. It opens no case."""

    __tablename__ = "mediation_seat"
    __table_args__ = (
        CheckConstraint(
            "role in ('expert', 'relative', 'neighbour', 'colleague', 'organisation', 'recorder')", name="role"
        ),
        CheckConstraint("num_nonnulls(staff, sealed) = 1", name="staff_or_name"),
        CheckConstraint("(sealed is null) = (seal_key is null)", name="sealed_with_key"),
        Index("ix_mediation_seat_session", "session"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    session: Mapped[uuid.UUID] = mapped_column(ForeignKey("mediation_session.id"))
    role: Mapped[str]
    staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    seal_key: Mapped[bytes | None] = mapped_column(LargeBinary)


class MediationAgreement(Base):
    """The agreement: a draft, effective, or given up. Written ones hold once all have signed, oral ones at once."""

    __tablename__ = "mediation_agreement"
    __table_args__ = (
        CheckConstraint("form in ('written', 'oral')", name="form"),
        CheckConstraint("state in ('draft', 'effective', 'void')", name="state"),
        CheckConstraint("(effective_at is not null) = (state = 'effective')", name="effective_since"),
        ForeignKeyConstraint(["mediation", "case_id"], ["mediation.id", "mediation.case_id"]),
        Index("uq_mediation_agreement_one", "mediation", unique=True, postgresql_where=text("state <> 'void'")),
        Index("ix_mediation_agreement_case_id", "case_id"),
        UniqueConstraint("id", "case_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    mediation: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    form: Mapped[str]
    state: Mapped[str]
    facts: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_note.id"))
    terms: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_note.id"))
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime] = mapped_column(Instant)
    effective_at: Mapped[datetime | None] = mapped_column(Instant)


class MediationObligation(Base):
    """Who owes whom what by when: an amount in cents, or an act. `paid_cents` can never exceed the amount.

    `breached_at` is when the runner found the day over and something still owed; it stays when it is paid later.
    """

    __tablename__ = "mediation_obligation"
    __table_args__ = (
        CheckConstraint(_one_of("duty", Duty), name="duty"),
        CheckConstraint(_one_of("manner", MANNERS), name="manner"),
        CheckConstraint("debtor <> creditor", name="not_to_oneself"),
        CheckConstraint("(duty = 'pay') = (amount_cents is not null)", name="amount_to_pay"),
        CheckConstraint("(duty = 'act') = (act is not null)", name="act_to_do"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("currency = 'CNY'", name="currency"),
        CheckConstraint("paid_cents >= 0 and paid_cents <= coalesce(amount_cents, 0)", name="never_overpaid"),
        CheckConstraint(
            "duty <> 'pay' or (performed_at is not null) = (paid_cents = amount_cents)", name="performed_with_the_last_cent"
        ),
        ForeignKeyConstraint(["agreement", "case_id"], ["mediation_agreement.id", "mediation_agreement.case_id"]),
        UniqueConstraint("agreement", "number"),
        UniqueConstraint("id", "case_id"),
        Index(
            "ix_mediation_obligation_owed", "due",
            postgresql_where=text("performed_at is null and breached_at is null"),
        ),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    agreement: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    number: Mapped[int] = mapped_column(Integer)
    debtor: Mapped[uuid.UUID] = mapped_column(ForeignKey("party.id"))
    creditor: Mapped[uuid.UUID] = mapped_column(ForeignKey("party.id"))
    duty: Mapped[str]
    amount_cents: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(server_default="CNY")
    act: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))
    due: Mapped[date] = mapped_column(Date)
    manner: Mapped[str]
    paid_cents: Mapped[int] = mapped_column(BigInteger, server_default="0")
    performed_at: Mapped[datetime | None] = mapped_column(Instant)
    breached_at: Mapped[datetime | None] = mapped_column(Instant)


class MediationSignature(Base):
    """A signature under a written agreement, with the file that shows it: a party's, a mediator's, the seal's."""

    __tablename__ = "mediation_signature"
    __table_args__ = (
        CheckConstraint("signer in ('party', 'mediator', 'seal')", name="signer"),
        CheckConstraint("(signer = 'party') = (party is not null)", name="party_signs"),
        CheckConstraint("(signer = 'mediator') = (staff is not null)", name="mediator_signs"),
        ForeignKeyConstraint(["agreement", "case_id"], ["mediation_agreement.id", "mediation_agreement.case_id"]),
        _evidence("evidence"),
        Index(
            "uq_mediation_signature_once", "agreement", "signer",
            text("coalesce(party, staff, '00000000-0000-0000-0000-000000000000')"), unique=True,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    agreement: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    signer: Mapped[str]
    party: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("party.id"))
    staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    evidence: Mapped[uuid.UUID]
    recorded_by: Mapped[str]
    signed_at: Mapped[datetime] = mapped_column(Instant)


class MediationPerformance(Base):
    """A payment or an act under an obligation, as recorded; never changed."""

    __tablename__ = "mediation_performance"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        ForeignKeyConstraint(["obligation", "case_id"], ["mediation_obligation.id", "mediation_obligation.case_id"]),
        _evidence("receipt"),
        Index("ix_mediation_performance_obligation", "obligation"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    obligation: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    amount_cents: Mapped[int | None] = mapped_column(BigInteger)
    performed_on: Mapped[date] = mapped_column(Date)
    receipt: Mapped[uuid.UUID | None]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class MediationFollowUp(Base):
    """回访: somebody asked whether an obligation is kept (RMTJ 31). What was said is a note of the case."""

    __tablename__ = "mediation_follow_up"
    __table_args__ = (
        CheckConstraint("method in ('phone', 'in_person', 'online')", name="method"),
        ForeignKeyConstraint(["obligation", "case_id"], ["mediation_obligation.id", "mediation_obligation.case_id"]),
        Index("ix_mediation_follow_up_obligation", "obligation"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    obligation: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    method: Mapped[str]
    reached: Mapped[bool]
    note: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_note.id"))
    visitor: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)


class JudicialConfirmation(Base):
    """A joint application to the court to confirm an agreement (RMTJ 33), and what it decided."""

    __tablename__ = "judicial_confirmation"
    __table_args__ = (
        CheckConstraint(_one_of("state", ConfirmationState), name="state"),
        CheckConstraint("(decided_on is not null) = (state in ('confirmed', 'refused'))", name="decided_on_a_day"),
        ForeignKeyConstraint(["agreement", "case_id"], ["mediation_agreement.id", "mediation_agreement.case_id"]),
        _evidence("evidence"),
        _evidence("ruling"),
        Index("uq_judicial_confirmation_once", "agreement", unique=True, postgresql_where=text("state <> 'withdrawn'")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    agreement: Mapped[uuid.UUID]
    case_id: Mapped[uuid.UUID]
    court: Mapped[str]
    state: Mapped[str]
    evidence: Mapped[uuid.UUID | None]
    ruling: Mapped[uuid.UUID | None]
    applied_on: Mapped[date] = mapped_column(Date)
    decided_on: Mapped[date | None] = mapped_column(Date)
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Instant)

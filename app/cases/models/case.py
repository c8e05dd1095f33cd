"""The case, what was written about it, who takes part in it, and who may see it."""

import uuid
from datetime import date, datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    SmallInteger,
    Text,
    Uuid,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import REAL
from sqlalchemy.orm import Mapped, mapped_column

from app.cases.rules import Kind, LocatedBy, PetitionClass, Status
from app.core.tables import Base, Ltree

Instant = DateTime(timezone=True)
case_number = Sequence("case_number", metadata=Base.metadata)


def _one_of(column: str, values: type[Kind] | type[LocatedBy] | type[PetitionClass] | type[Status]) -> str:
    return f"{column} in ({', '.join(repr(v.value) for v in values)})"


class Case(Base):
    """A matter from registration to settlement. It keeps the cell and area path it was filed in; `lead_unit` moves.

    `head_seq`/`head_hash` are the head of the case's event chain; `head_seq` is also the version served as ETag.
    `due` is the nearest due instant of the authorities' open clocks, `infinity` when none runs. `escalated_to` is the highest
    tier that the case was ever taken up to.
    """

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint(_one_of("kind", Kind), name="kind"),
        CheckConstraint(_one_of("status", Status), name="status"),
        CheckConstraint(_one_of("petition_class", PetitionClass), name="petition_class"),
        CheckConstraint("(kind = 'petition') = (petition_class is not null)", name="petition_has_class"),
        CheckConstraint(_one_of("located_by", LocatedBy), name="located_by"),
        CheckConstraint("(located_by = 'point') = (point is not null)", name="point_when_located_by_point"),
        CheckConstraint("(status = 'merged') = (merged_into is not null)", name="merged_into_when_merged"),
        CheckConstraint("merged_into <> id", name="not_merged_into_itself"),
        CheckConstraint("escalated_to in ('township', 'county', 'city')", name="escalated_to"),
        CheckConstraint(
            "petition_class is distinct from 'accusation' or (worker is null and centre is null and cell is null"
            " and point is null)",
            name="accusation_is_sealed",
        ),
        ForeignKeyConstraint(["procedure", "procedure_version"], ["procedure.code", "procedure.version"]),
        Index("uq_cases_number", "number", unique=True),
        Index(
            "uq_cases_source", "source_system", "external_id", unique=True,
            postgresql_where=text("source_system is not null"),
        ),
        Index("ix_cases_township", "township", "status", "due", "id"),
        Index("ix_cases_community", "community", "status", "due", "id"),
        Index("ix_cases_county", "county", "status", "due", "id"),
        Index("ix_cases_status", "status", "due", "id"),
        Index("ix_cases_lead_unit", "lead_unit", "status", "due", "id"),
        Index("ix_cases_centre", "centre", "status"),
        Index("ix_cases_cell", "cell", "category", "registered_at"),
        Index("ix_cases_point", "point", postgresql_using="gist"),
        Index("ix_cases_queue", "queue", "city", postgresql_where=text("queue is not null")),
        Index("ix_cases_merged_into", "merged_into", postgresql_where=text("merged_into is not null")),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    kind: Mapped[str]
    petition_class: Mapped[str | None]
    category: Mapped[str] = mapped_column(ForeignKey("category.code"))
    channel: Mapped[str]
    procedure: Mapped[str]
    procedure_version: Mapped[int] = mapped_column(Integer)
    status: Mapped[str]
    located_by: Mapped[str]
    crs: Mapped[str | None]
    point: Mapped[Any | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    accuracy_m: Mapped[float | None] = mapped_column(REAL)
    cell: Mapped[str | None] = mapped_column(ForeignKey("cell.code"))
    city: Mapped[str] = mapped_column(ForeignKey("area.code"))
    county: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    township: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    community: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    area_path: Mapped[str] = mapped_column(Ltree)
    queue: Mapped[str | None]
    worker: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    centre: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    lead_unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    routed_unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    rule: Mapped[str]
    guarded: Mapped[bool] = mapped_column(Boolean)
    barred_units: Mapped[list[str] | None] = mapped_column(ARRAY(Ltree))
    barred_staff: Mapped[list[uuid.UUID] | None] = mapped_column(ARRAY(Uuid))
    due: Mapped[datetime] = mapped_column(Instant, server_default="infinity")
    received_at: Mapped[datetime] = mapped_column(Instant)
    registered_at: Mapped[datetime] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    concluded_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    result: Mapped[str | None]
    reopened: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    escalated_to: Mapped[str | None]
    merged_into: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cases.id"))
    source_system: Mapped[str | None]
    external_id: Mapped[str | None]
    registrar: Mapped[str]
    query_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    query_issue: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    imported: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    head_seq: Mapped[int] = mapped_column(Integer)
    head_hash: Mapped[bytes] = mapped_column(LargeBinary)


class CaseText(Base):
    """The report as written, by version. An accusation's is sealed and so never searchable."""

    __tablename__ = "case_text"
    __table_args__ = (
        CheckConstraint("(sealed is null) <> (title is null)", name="plain_or_sealed"),
        CheckConstraint("(sealed is null) = (seal_key is null)", name="sealed_with_key"),
        Index("ix_case_text_bigrams", "bigrams", postgresql_using="gin"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, server_default="1")
    title: Mapped[str | None]
    description: Mapped[str | None]
    address: Mapped[str | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    seal_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    bigrams: Mapped[list[str] | None] = mapped_column(
        ARRAY(Text), Computed("bigrams(title || ' ' || coalesce(address, ''))", persisted=True)
    )


class CaseNote(Base):
    """A text written while the case was worked: a reply, a reason, a proof. Events refer to it by id and digest."""

    __tablename__ = "case_note"
    __table_args__ = (
        CheckConstraint("(sealed is null) <> (body is null)", name="plain_or_sealed"),
        Index("ix_case_note_case_id", "case_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str]
    body: Mapped[str | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    seal_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    author: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)


class Party(Base):
    """Someone the case is about or from. Name, phone and address lie sealed under a key of the party's own."""

    __tablename__ = "party"
    __table_args__ = (
        CheckConstraint("role in ('petitioner', 'representative', 'agent', 'respondent', 'affected')", name="role"),
        Index("ix_party_case_id", "case_id"),
        Index("ix_party_phone_index", "phone_index", postgresql_where=text("phone_index is not null")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    role: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    seal_key: Mapped[bytes] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary)


class CaseConcern(Base):
    """Whom the matter is about, or who must not be involved (`not_to`): a unit, a member of staff, or words, sealed.

    A member of staff counts as every unit they hold a post in: one row for each.
    """

    __tablename__ = "case_concern"
    __table_args__ = (
        CheckConstraint("relation in ('concerns', 'not_to')", name="relation"),
        CheckConstraint("num_nonnulls(unit, sealed) = 1", name="unit_or_words"),
        Index("ix_case_concern_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    relation: Mapped[str]
    unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    seal_key: Mapped[bytes | None] = mapped_column(LargeBinary)


class Archive(Base):
    """A file that is kept: its class, and the last day of keeping (null: for ever). Reopening takes it out again."""

    __tablename__ = "archive"
    __table_args__ = (
        CheckConstraint("retention in ('permanent', '30_years', '10_years')", name="retention"),
        CheckConstraint("(retention = 'permanent') = (kept_until is null)", name="for_ever_if_permanent"),
        Index("ix_archive_kept_until", "kept_until", postgresql_where=text("taken_out_at is null")),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    retention: Mapped[str]
    kept_until: Mapped[date | None] = mapped_column(Date)
    archived_at: Mapped[datetime] = mapped_column(Instant)
    archived_by: Mapped[str]
    taken_out_at: Mapped[datetime | None] = mapped_column(Instant)


class LegalHold(Base):
    """Somebody needs the file as it is. While a hold is open the database lets nothing of it be erased (`keep_held`)."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint("num_nonnulls(released_at, released_by) in (0, 2)", name="released_by_somebody"),
        Index("uq_legal_hold_open", "case_id", unique=True, postgresql_where=text("released_at is null")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    note: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_note.id"))
    placed_by: Mapped[str]
    placed_at: Mapped[datetime] = mapped_column(Instant)
    released_by: Mapped[str | None]
    released_at: Mapped[datetime | None] = mapped_column(Instant)


class CaseAccess(Base):
    """Who sees a case, and as what. Written in the statement that registers it or moves responsibility.

    `grantee` is `unit:CODE`, `post:ID`, `staff:UUID` or `key:ID`; `until` ends the access.
    """

    __tablename__ = "case_access"
    __table_args__ = (
        CheckConstraint("grantee ~ '^(unit|post|staff|key):'", name="grantee"),
        Index("ix_case_access_grantee", "grantee", "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    grantee: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime | None] = mapped_column(Instant)


class Assignment(Base):
    """Responsibility offered, signed for, refused, recalled or done. One open offer to lead and one lead at a time.

    An offer that was returned (退单, `returned_at`) stays open until the unit that sent it, `ruled_by`, has ruled: the
    return is `upheld`, or `rejected`. `designated`: it could no longer be returned, and was ruled without a return.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("part in ('lead', 'co')", name="part"),
        CheckConstraint("state in ('offered', 'signed', 'refused', 'recalled', 'done')", name="state"),
        CheckConstraint("(state = 'offered') = (answered_at is null)", name="answered_unless_offered"),
        CheckConstraint("ruling in ('upheld', 'rejected', 'designated')", name="ruling"),
        CheckConstraint("num_nonnulls(ruling, ruled_by) in (0, 2)", name="ruled_by_somebody"),
        CheckConstraint(
            "ruling is null or state <> 'offered' and (returned_at is null) = (ruling = 'designated')",
            name="ruling_on_a_return",
        ),
        Index("ix_assignment_case_id", "case_id"),
        Index(
            "uq_assignment_one_lead", "case_id", unique=True,
            postgresql_where=text("part = 'lead' and state = 'signed'"),
        ),
        Index(
            "uq_assignment_one_offer", "case_id", unique=True,
            postgresql_where=text("part = 'lead' and state = 'offered'"),
        ),
        Index("ix_assignment_unit_open", "unit", postgresql_where=text("state in ('offered', 'signed')")),
        Index(
            "ix_assignment_staff_open", "staff",
            postgresql_where=text("staff is not null and state in ('offered', 'signed')"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    part: Mapped[str]
    state: Mapped[str]
    offered_by: Mapped[str]
    offered_at: Mapped[datetime] = mapped_column(Instant)
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    note: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))
    returned_at: Mapped[datetime | None] = mapped_column(Instant)
    ruling: Mapped[str | None]
    ruled_by: Mapped[str | None]

"""A proxy of a case, the authority it rests on, what was done under it, and the notices that were passed on."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip
from sqlalchemy.orm import Mapped, mapped_column

from app.core.geometry import Crs
from app.core.tables import Base
from app.proxy.rules import CARRYING, LIVE, Capacity, ErrandKind, ErrandState, Evidence, Power, State, Told

Instant = DateTime(timezone=True)


def _listed(values: Any) -> str:
    return ", ".join(repr(value.value) for value in values)


def _one_of(column: str, values: type[StrEnum]) -> str:
    return f"{column} in ({_listed(values)})"


_LIVE, _CARRYING = _listed(s for s in State if s in LIVE), _listed(s for s in State if s in CARRYING)


class Proxy(Base):
    """One relation, from the resident's wish to its end; a case has one at a time, an accusation none (`never_secret`).

    `staff` is who acts here; of a lawyer, who has no login, the name lies sealed beside it. `authority_due` and
    `filing_due` are D1. `version` is served as ETag.
    """

    __tablename__ = "proxy"
    __table_args__ = (
        CheckConstraint(_one_of("state", State), name="state"),
        CheckConstraint(_one_of("capacity", Capacity), name="capacity"),
        CheckConstraint(f"(ended_at is null) = (state in ({_LIVE}))", name="ended_unless_live"),
        CheckConstraint(f"state not in ('offered', {_CARRYING}) or staff is not null", name="somebody_is_named"),
        CheckConstraint("num_nonnulls(staff, capacity, offered_by, offered_at) in (0, 4)", name="offered_by_somebody"),
        CheckConstraint("num_nonnulls(sealed, seal_key) in (0, 2)", name="sealed_with_key"),
        CheckConstraint("(capacity is not distinct from 'lawyer') = (sealed is not null)", name="lawyer_is_named"),
        CheckConstraint("num_nonnulls(filing_number, filed_at) in (0, 2)", name="filed_with_number"),
        CheckConstraint("state <> 'reporting' or filed_at is not null", name="reporting_is_filed"),
        Index("uq_proxy_one_of_a_case", "case_id", unique=True, postgresql_where=text("ended_at is null")),
        Index("ix_proxy_case_id", "case_id"),
        Index("ix_proxy_staff", "staff", postgresql_where=text("ended_at is null")),
        Index("ix_proxy_live", "id", postgresql_where=text("ended_at is null")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    state: Mapped[str]
    wish: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))
    requested_by: Mapped[str]
    requested_at: Mapped[datetime] = mapped_column(Instant)
    authority_due: Mapped[datetime] = mapped_column(Instant)
    filing_due: Mapped[datetime] = mapped_column(Instant)
    staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    capacity: Mapped[str | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    seal_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    offered_by: Mapped[str | None]
    offered_at: Mapped[datetime | None] = mapped_column(Instant)
    filing_number: Mapped[str | None]
    filed_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class ProxyAuthority(Base):
    """One written authority; a change is a new one that takes its place. `matter` is a note of the case."""

    __tablename__ = "proxy_authority"
    __table_args__ = (
        CheckConstraint(f"powers <@ array[{_listed(Power)}]::text[] and cardinality(powers) > 0", name="powers"),
        CheckConstraint(
            "not 'accept_service' = any(powers) or 'receive_notices' = any(powers)", name="service_is_passed_on"
        ),
        CheckConstraint(_one_of("evidence", Evidence), name="evidence"),
        CheckConstraint("valid_from <= recorded_at and recorded_at < valid_until", name="period"),
        CheckConstraint("recorded_by <> 'staff:' || staff::text", name="not_by_the_proxy"),
        CheckConstraint("num_nonnulls(ended_at, ended_as) in (0, 2)", name="ended_as_something"),
        CheckConstraint("ended_as in ('renewed', 'revoked', 'expired', 'stepped_down', 'conflict', 'closed')", name="ended_as"),
        Index("uq_proxy_authority_one", "proxy", unique=True, postgresql_where=text("ended_at is null")),
        Index("ix_proxy_authority_proxy", "proxy"),
        Index("ix_proxy_authority_valid_until", "valid_until", postgresql_where=text("ended_at is null")),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    proxy: Mapped[uuid.UUID] = mapped_column(ForeignKey("proxy.id"))
    staff: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    matter: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_note.id"))
    powers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    evidence: Mapped[str]
    valid_from: Mapped[datetime] = mapped_column(Instant)
    valid_until: Mapped[datetime] = mapped_column(Instant)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_as: Mapped[str | None]


class ProxyErrand(Base):
    """One thing done for the resident, with its proof: one point (never a track), a time, words, the unit's reply."""

    __tablename__ = "proxy_errand"
    __table_args__ = (
        CheckConstraint(_one_of("kind", ErrandKind), name="kind"),
        CheckConstraint(_one_of("state", ErrandState), name="state"),
        CheckConstraint("(state = 'done') = (done_at is not null)", name="done_at_a_time"),
        CheckConstraint("state <> 'done' or words is not null", name="done_is_told"),
        CheckConstraint("(point is null) = (crs is null)", name="point_with_crs"),
        CheckConstraint(_one_of("crs", Crs), name="crs"),
        Index("ix_proxy_errand_proxy", "proxy"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    proxy: Mapped[uuid.UUID] = mapped_column(ForeignKey("proxy.id"))
    kind: Mapped[str]
    state: Mapped[str]
    unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    plan: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))
    planned_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    recorded_at: Mapped[datetime | None] = mapped_column(Instant)
    point: Mapped[Any | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    crs: Mapped[str | None]
    words: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))
    reply: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))


class ProxyPassing(Base):
    """A notice of the case that the proxy passed on: when, how, in which words, and by when it was owed (D2)."""

    __tablename__ = "proxy_passing"
    __table_args__ = (
        CheckConstraint(_one_of("method", Told), name="method"),
        UniqueConstraint("proxy", "notice"),
        Index("ix_proxy_passing_notice", "notice"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    proxy: Mapped[uuid.UUID] = mapped_column(ForeignKey("proxy.id"))
    notice: Mapped[uuid.UUID] = mapped_column(ForeignKey("notice.id"))
    method: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
    due: Mapped[datetime] = mapped_column(Instant)
    words: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_note.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class ProxyPaper(Base):
    """A file of the case that proves an authority or an errand: the signed paper, a photo."""

    __tablename__ = "proxy_paper"
    __table_args__ = (
        CheckConstraint("num_nonnulls(authority, errand) = 1", name="proves_one_thing"),
        ForeignKeyConstraint(["attachment", "case_id"], ["attachment.id", "attachment.case_id"]),
        UniqueConstraint("authority", "attachment"),
        UniqueConstraint("errand", "attachment"),
        Index("ix_proxy_paper_attachment", "attachment"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[uuid.UUID]
    attachment: Mapped[uuid.UUID]
    authority: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("proxy_authority.id"))
    errand: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("proxy_errand.id"))

"""Cells: identities, dated boundaries, and the one worker of each."""

import uuid
from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Ltree


class Cell(Base):
    """A grid cell's identity: 12-digit community code + 3-digit serial. Area codes stand plain beside the path."""

    __tablename__ = "cell"
    __table_args__ = (CheckConstraint("kind in ('comprehensive', 'dedicated')", name="kind"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(server_default="comprehensive")
    city: Mapped[str] = mapped_column(ForeignKey("area.code"))
    county: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    township: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    community: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    path: Mapped[str] = mapped_column(Ltree)
    centre: Mapped[str] = mapped_column(ForeignKey("unit.code"))


class CellVersion(Base):
    """A cell's boundary (EPSG:4326, lon/lat) and figures, from when to when."""

    __tablename__ = "cell_version"
    __table_args__ = (
        ExcludeConstraint(
            ("cell", "="), ("valid", "&&"), using="gist", name="ex_cell_version_one_at_a_time", deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("not isempty(valid)", name="valid_not_empty"),
        Index("ix_cell_version_boundary", "boundary", postgresql_using="gist"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    cell: Mapped[str] = mapped_column(ForeignKey("cell.code"))
    name: Mapped[str]
    boundary: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))
    households: Mapped[int | None]
    residents: Mapped[int | None]
    synthetic: Mapped[bool] = mapped_column(server_default=text("false"))
    source: Mapped[str]
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)


class CellWorker(Base):
    """Who answers for a cell, from when to when. At any instant a cell has at most one primary worker, and a
    full-time worker is primary in at most one cell (一格一人); cover during leave is a row of its own kind."""

    __tablename__ = "cell_worker"
    __table_args__ = (
        ForeignKeyConstraint(
            ["staff", "full_time"], ["staff.id", "staff.full_time"], onupdate="CASCADE",
            name="fk_cell_worker_staff_full_time_staff",
        ),
        CheckConstraint("role in ('primary', 'cover')", name="role"),
        CheckConstraint("not isempty(during)", name="during_not_empty"),
        ExcludeConstraint(
            ("cell", "="), ("during", "&&"), using="gist", where=text("role = 'primary'"),
            name="ex_cell_worker_one_a_cell", deferrable=True, initially="DEFERRED",
        ),
        ExcludeConstraint(
            ("staff", "="), ("during", "&&"), using="gist", where=text("role = 'primary' and full_time"),
            name="ex_cell_worker_one_cell_each", deferrable=True, initially="DEFERRED",
        ),
        Index("ix_cell_worker_cell", "cell"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    cell: Mapped[str] = mapped_column(ForeignKey("cell.code"))
    staff: Mapped[uuid.UUID]
    full_time: Mapped[bool] = mapped_column(Boolean)
    role: Mapped[str] = mapped_column(server_default="primary")
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)

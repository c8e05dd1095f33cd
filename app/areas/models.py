"""The tiers: stable identities and their dated versions."""

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, text
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Ltree

TIERS = "tier in ('city', 'county', 'township', 'community')"


class City(Base):
    """One row: the profile this schema was made with."""

    __tablename__ = "city"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    time_zone: Mapped[str]
    calendar: Mapped[str]
    profile: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Area(Base):
    """An area's identity. The official code is the key; names are not unique (two towns are called 城关镇)."""

    __tablename__ = "area"
    __table_args__ = (
        CheckConstraint(TIERS, name="tier"),
        Index("ix_area_path", "path", postgresql_using="gist"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    tier: Mapped[str]
    parent: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    path: Mapped[str] = mapped_column(Ltree)
    official: Mapped[bool] = mapped_column(server_default=text("true"))


class AreaVersion(Base):
    """What an area was called and where it lay, from when to when. Boundary: EPSG:4326, lon/lat."""

    __tablename__ = "area_version"
    __table_args__ = (
        ExcludeConstraint(
            ("area", "="), ("valid", "&&"), using="gist", name="ex_area_version_one_at_a_time", deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("not isempty(valid)", name="valid_not_empty"),
        Index("ix_area_version_boundary", "boundary", postgresql_using="gist"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    area: Mapped[str] = mapped_column(ForeignKey("area.code"))
    name: Mapped[str]
    boundary: Mapped[Any | None] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))
    households: Mapped[int | None] = mapped_column(Integer)
    residents: Mapped[int | None] = mapped_column(Integer)
    synthetic: Mapped[bool] = mapped_column(server_default=text("false"))
    source: Mapped[str]
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)

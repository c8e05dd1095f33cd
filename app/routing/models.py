"""What a matter can be about, the ordered rules, and the routes compiled from them."""

from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base


class Category(Base):
    """A subject matter, with the department function that answers for it."""

    __tablename__ = "category"
    __table_args__ = (
        CheckConstraint("urgency in ('emergency', 'utility', 'ordinary', 'difficult')", name="urgency"),
        CheckConstraint("complexity in ('simple', 'ordinary', 'complex')", name="complexity"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    urgency: Mapped[str | None]
    complexity: Mapped[str | None]
    function: Mapped[str]
    hotline: Mapped[str | None]


class DisputeKind(Base):
    """How disputes of some categories are mediated, as `DisputeKind` of the rules."""

    __tablename__ = "dispute_kind"

    code: Mapped[str] = mapped_column(primary_key=True)
    rank: Mapped[int] = mapped_column(Integer, unique=True)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)


class RoutingRule(Base):
    """One ordered rule: the first that fits sends the case, and is named on it."""

    __tablename__ = "routing_rule"

    id: Mapped[str] = mapped_column(primary_key=True)
    rank: Mapped[int] = mapped_column(Integer, unique=True)
    reason_zh: Mapped[str]
    reason_en: Mapped[str]
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Route(Base):
    """A compiled answer: for this area, kind, class and category, that unit by that rule."""

    __tablename__ = "route"
    __table_args__ = (Index("ix_route_unit", "unit"),)

    area: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)
    category: Mapped[str] = mapped_column(ForeignKey("category.code"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    petition_class: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    rule: Mapped[str] = mapped_column(ForeignKey("routing_rule.id"))

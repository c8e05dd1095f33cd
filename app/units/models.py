"""Centres, departments, petition offices, discipline desks, mediation committees, the intake desk."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.areas.models import TIERS
from app.core.tables import Base, Ltree


class Unit(Base):
    """A unit that can answer for a case. `function` is what it is competent for; `path` its line of superiors."""

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint(
            "kind in ('centre', 'department', 'petition_office', 'discipline_desk', 'mediation_committee',"
            " 'intake_desk')",
            name="kind",
        ),
        CheckConstraint(TIERS, name="tier"),
        CheckConstraint("(kind = 'department') = (function is not null)", name="department_has_function"),
        Index("ix_unit_path", "path", postgresql_using="gist"),
        Index("uq_unit_one_centre_an_area", "area", unique=True, postgresql_where=text("kind = 'centre'")),
        Index("uq_unit_one_intake_desk", "kind", unique=True, postgresql_where=text("kind = 'intake_desk'")),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    function: Mapped[str | None]
    tier: Mapped[str]
    area: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    parent: Mapped[str | None] = mapped_column(ForeignKey("unit.code"), index=True)
    path: Mapped[str] = mapped_column(Ltree)
    name: Mapped[str]
    name_en: Mapped[str]

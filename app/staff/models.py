"""People who work here, the posts they hold, and how they and machines prove who they are."""

import uuid
from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, DateTime, ForeignKey, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base


class Staff(Base):
    """A member of staff. Never a resident."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("id", "full_time", name="uq_staff_id_full_time"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"), index=True)
    full_time: Mapped[bool] = mapped_column(server_default=text("true"))
    active: Mapped[bool] = mapped_column(server_default=text("true"))


class Post(Base):
    """A seat: a role in a unit for an area, held by one person at a time."""

    __tablename__ = "post"

    id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"), index=True)
    area: Mapped[str] = mapped_column(ForeignKey("area.code"))
    staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)


class Account(Base):
    """A local login. The hash is argon2id."""

    __tablename__ = "account"

    login: Mapped[str] = mapped_column(primary_key=True)
    staff: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    password_hash: Mapped[str]
    disabled: Mapped[bool] = mapped_column(server_default=text("false"))


class ApiKey(Base):
    """A machine's key: only its SHA-256 is kept. `source_system` names the system whose ids it may bring."""

    __tablename__ = "api_key"
    __table_args__ = (CheckConstraint("cardinality(scopes) > 0", name="has_scope"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    area: Mapped[str] = mapped_column(ForeignKey("area.code"))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    source_system: Mapped[str | None]
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    disabled: Mapped[bool] = mapped_column(server_default=text("false"))

"""A centre as a place: who is stationed there, windows, rooms and their bookings, opening hours, the duty rota.

Nothing here is overwritten: a row that no longer holds is ended (`valid`) or withdrawn, with who did it and when, so
that the rows themselves are the record of the place. Bookings hold no words.
"""

import uuid
from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, INT4MULTIRANGE, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base

Instant = DateTime(timezone=True)
BOUNDED = "not isempty({0}) and lower({0}) is not null and lower_inc({0}) and not upper_inc({0})"
MINUTES = "lower(minutes) >= 0 and lower(minutes) < 1440 and upper(minutes) <= 2880"
STANDS = text("withdrawn_at is null")


class Centre(Base):
    """How often the set-up of a centre was changed: its version, served as ETag. No row before the first change."""

    __tablename__ = "centre"

    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str]


class ServiceWindow(Base):
    """A window of a centre, by the number on its sign."""

    __tablename__ = "service_window"
    __table_args__ = (
        CheckConstraint(BOUNDED.format("valid"), name="valid_bounded"),
        CheckConstraint("upper_inf(valid) = (ended_by is null)", name="ended_by_somebody"),
        ExcludeConstraint(
            ("centre", "="), ("code", "="), ("valid", "&&"), using="gist", name="ex_service_window_one_of_a_number"
        ),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    centre: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    code: Mapped[str]
    name: Mapped[str]
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    set_by: Mapped[str]
    ended_by: Mapped[str | None]


class Station(Base):
    """A unit at a centre: resident, rotating (on weekdays, or by rota alone) or on call (and how it is called in).

    `window_code` is the number of a window of the centre; the window may close without the unit leaving.
    """

    __tablename__ = "station"
    __table_args__ = (
        CheckConstraint("how in ('resident', 'rotating', 'on_call')", name="how"),
        CheckConstraint("unit <> centre", name="not_itself"),
        CheckConstraint("how = 'rotating' or weekdays = '{}'", name="weekdays_rotate"),
        CheckConstraint("weekdays <@ '{1,2,3,4,5,6,7}'", name="weekdays_iso"),
        CheckConstraint("how <> 'on_call' or call_in is not null", name="called_somehow"),
        CheckConstraint("respond_minutes between 1 and 1440", name="respond_minutes"),
        CheckConstraint(BOUNDED.format("valid"), name="valid_bounded"),
        CheckConstraint("upper_inf(valid) = (ended_by is null)", name="ended_by_somebody"),
        ExcludeConstraint(("centre", "="), ("unit", "="), ("valid", "&&"), using="gist", name="ex_station_once"),
        Index("ix_station_unit", "unit"),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    centre: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    how: Mapped[str]
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default=text("'{}'"))
    window_code: Mapped[str | None]
    call_in: Mapped[str | None]
    respond_minutes: Mapped[int | None] = mapped_column(SmallInteger)
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    set_by: Mapped[str]
    ended_by: Mapped[str | None]


class OpeningHours(Base):
    """The hours of one ISO weekday over the days from when to when: minutes after midnight, beyond 1440 the next day."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        CheckConstraint("weekday between 1 and 7", name="weekday"),
        CheckConstraint(f"not isempty(minutes) and {MINUTES}", name="minutes"),
        CheckConstraint("not isempty(days) and lower(days) is not null", name="days_bounded"),
        CheckConstraint("(withdrawn_at is null) = (withdrawn_by is null)", name="withdrawn_by_somebody"),
        ExcludeConstraint(
            ("centre", "="), ("weekday", "="), ("days", "&&"), using="gist", where=STANDS,
            name="ex_opening_hours_one_of_a_day",
        ),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    centre: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    minutes: Mapped[list[Range[int]]] = mapped_column(INT4MULTIRANGE)
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None]


class SpecialDay(Base):
    """A day that differs from the week and the legal calendar; no minutes: closed. The reason is shown to everybody."""

    __tablename__ = "special_day"
    __table_args__ = (
        CheckConstraint(f"isempty(minutes) or ({MINUTES})", name="minutes"),
        CheckConstraint("(withdrawn_at is null) = (withdrawn_by is null)", name="withdrawn_by_somebody"),
        Index("uq_special_day_once", "centre", "day", unique=True, postgresql_where=STANDS),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    centre: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    day: Mapped[date] = mapped_column(Date)
    minutes: Mapped[list[Range[int]]] = mapped_column(INT4MULTIRANGE)
    reason: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None]


class DutyShift(Base):
    """A person of a stationed unit on duty (or on call). Nobody is on two shifts at once, in whatever centre."""

    __tablename__ = "duty_shift"
    __table_args__ = (
        CheckConstraint(f"{BOUNDED.format('period')} and upper(period) is not null", name="period_bounded"),
        CheckConstraint("(withdrawn_at is null) = (withdrawn_by is null)", name="withdrawn_by_somebody"),
        ExcludeConstraint(
            ("staff", "="), ("period", "&&"), using="gist", where=STANDS, name="ex_duty_shift_one_at_a_time"
        ),
        Index("ix_duty_shift_centre", "centre", "period", postgresql_using="gist", postgresql_where=STANDS),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    centre: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    staff: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    window_code: Mapped[str | None]
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None]


class Room(Base):
    """A room of a centre, by the number on its door; what it is like stands in its versions."""

    __tablename__ = "room"
    __table_args__ = (
        CheckConstraint(BOUNDED.format("valid"), name="valid_bounded"),
        CheckConstraint("upper_inf(valid) = (ended_by is null)", name="ended_by_somebody"),
        ExcludeConstraint(
            ("centre", "="), ("code", "="), ("valid", "&&"), using="gist", name="ex_room_one_of_a_number"
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    centre: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    code: Mapped[str]
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    set_by: Mapped[str]
    ended_by: Mapped[str | None]


class RoomVersion(Base):
    """What a room is called, meant for and holds, from when to when."""

    __tablename__ = "room_version"
    __table_args__ = (
        CheckConstraint("kind in ('mediation', 'hearing', 'meeting', 'talk')", name="kind"),
        CheckConstraint("seats between 1 and 1000", name="seats"),
        CheckConstraint(BOUNDED.format("valid"), name="valid_bounded"),
        CheckConstraint("upper_inf(valid) = (ended_by is null)", name="ended_by_somebody"),
        ExcludeConstraint(("room", "="), ("valid", "&&"), using="gist", name="ex_room_version_one_at_a_time"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    room: Mapped[uuid.UUID] = mapped_column(ForeignKey("room.id"))
    name: Mapped[str]
    kind: Mapped[str]
    seats: Mapped[int] = mapped_column(SmallInteger)
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    set_by: Mapped[str]
    ended_by: Mapped[str | None]


class RoomBooking(Base):
    """A room taken for a period: no two overlap. `case_id` is for whoever has a part in the case, and shown nowhere else."""

    __tablename__ = "room_booking"
    __table_args__ = (
        CheckConstraint("purpose in ('mediation', 'hearing', 'meeting', 'talk', 'other')", name="purpose"),
        CheckConstraint(f"{BOUNDED.format('period')} and upper(period) is not null", name="period_bounded"),
        CheckConstraint("(released_at is null) = (released_by is null)", name="released_by_somebody"),
        ExcludeConstraint(
            ("room", "="), ("period", "&&"), using="gist", where=text("released_at is null"),
            name="ex_room_booking_one_at_a_time",
        ),
        Index("ix_room_booking_case_id", "case_id", postgresql_where=text("case_id is not null")),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    room: Mapped[uuid.UUID] = mapped_column(ForeignKey("room.id"))
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    purpose: Mapped[str]
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cases.id"))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    booked_at: Mapped[datetime] = mapped_column(Instant)
    booked_by: Mapped[str]
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    released_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(Integer, server_default="1")

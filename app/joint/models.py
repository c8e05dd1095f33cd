"""What several units owe a case together: tasks, whistles with their calls, joint meetings with their seats."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base
from app.joint.rules.meetings import MeetingState, SeatState
from app.joint.rules.tasks import Ruling, Source, TaskState
from app.joint.rules.whistles import Occasion, WhistleState

Instant = DateTime(timezone=True)


def _one_of(column: str, values: type[StrEnum]) -> str:
    return f"{column} in ({', '.join(repr(v.value) for v in values)})"


class Task(Base):
    """One piece of work for one unit. Its texts are notes of the case: `note` asks, `result` is the last answer.

    `assignment` says whether it was signed for; what the lead does itself (a meeting's decision) has none.
    `waiver` says why no answer is waited for. `ended_at` is null while it is owed or answered. `version` is the ETag.
    """

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint(_one_of("source", Source), name="source"),
        CheckConstraint(_one_of("state", TaskState), name="state"),
        CheckConstraint("(source = 'whistle') = (whistle is not null)", name="of_its_whistle"),
        CheckConstraint("(source = 'meeting') = (meeting is not null)", name="of_its_meeting"),
        CheckConstraint("num_nonnulls(result, answered_at, answered_by) in (0, 3)", name="answered_in_writing"),
        CheckConstraint("state not in ('answered', 'returned') or result is not null", name="answered_with_result"),
        CheckConstraint("(state = 'waived') = (waiver is not null)", name="waived_with_reason"),
        CheckConstraint("(ended_at is null) = (state in ('open', 'answered', 'returned'))", name="ended"),
        Index("ix_task_case_id", "case_id"),
        Index("uq_task_assignment", "assignment", unique=True),
        Index("ix_task_unit_owed", "unit", postgresql_where=text("state in ('open', 'returned')")),
        Index("ix_task_whistle", "whistle", postgresql_where=text("whistle is not null")),
        Index("ix_task_meeting", "meeting", postgresql_where=text("meeting is not null")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    assignment: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("assignment.id"))
    source: Mapped[str]
    whistle: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("whistle.id"))
    meeting: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("meeting.id"))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    asked_by_unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(Instant)
    note: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_note.id"))
    due: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str]
    result: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))
    first_answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[str | None]
    waiver: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class TaskFile(Base):
    """A file of the case that goes with the written result of a task."""

    __tablename__ = "task_file"
    __table_args__ = (ForeignKeyConstraint(["attachment", "case_id"], ["attachment.id", "attachment.case_id"]),)

    task: Mapped[uuid.UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    attachment: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))


class Whistle(Base):
    """A township calls departments to the spot. `point` is where, when it is not the case's own place."""

    __tablename__ = "whistle"
    __table_args__ = (
        CheckConstraint(_one_of("occasion", Occasion), name="occasion"),
        CheckConstraint(_one_of("state", WhistleState), name="state"),
        CheckConstraint("(state = 'settled') = (settlement is not null)", name="settled_in_words"),
        CheckConstraint("(ended_at is null) = (state = 'open')", name="ended"),
        Index("ix_whistle_case_id", "case_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    occasion: Mapped[str]
    note: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_note.id"))
    point: Mapped[Any | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    blown_by: Mapped[str]
    blown_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str]
    settlement: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class WhistleCall(Base):
    """One department called: its task holds the result, a clock `arrival` (subject: the task) the time to be there.

    `ruler` is the centre that rules on its objection.
    """

    __tablename__ = "whistle_call"
    __table_args__ = (
        CheckConstraint(_one_of("ruling", Ruling), name="ruling"),
        CheckConstraint("num_nonnulls(arrived_at, arrived_by) in (0, 2)", name="arrived_by_somebody"),
        CheckConstraint("arrival_point is null or arrived_at is not null", name="point_of_an_arrival"),
        CheckConstraint(
            "num_nonnulls(objection, objected_at, objected_by, ruler) in (0, 4)", name="objected_in_writing"
        ),
        CheckConstraint("num_nonnulls(ruling, ruling_note, ruled_at, ruled_by) in (0, 4)", name="ruled_in_writing"),
        CheckConstraint("ruling is null or objection is not null", name="ruled_on_an_objection"),
        Index("uq_whistle_call_once", "whistle", "unit", unique=True),
    )

    task: Mapped[uuid.UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    whistle: Mapped[uuid.UUID] = mapped_column(ForeignKey("whistle.id"))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    arrived_at: Mapped[datetime | None] = mapped_column(Instant)
    arrived_by: Mapped[str | None]
    arrival_point: Mapped[Any | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    objection: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))
    objected_at: Mapped[datetime | None] = mapped_column(Instant)
    objected_by: Mapped[str | None]
    ruler: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    ruling: Mapped[str | None]
    ruling_note: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))
    ruled_at: Mapped[datetime | None] = mapped_column(Instant)
    ruled_by: Mapped[str | None]


class Meeting(Base):
    """A joint meeting on one case, in a room that is booked or at a place in words; its decisions are tasks."""

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint(_one_of("state", MeetingState), name="state"),
        CheckConstraint("num_nonnulls(booking, place) = 1", name="room_or_place"),
        CheckConstraint("until > at", name="ends_after_it_begins"),
        CheckConstraint("booking is null or until is not null", name="room_until"),
        CheckConstraint("(state = 'held') = (minutes is not null)", name="held_with_minutes"),
        CheckConstraint("(ended_at is null) = (state = 'scheduled')", name="ended"),
        Index("ix_meeting_case_id", "case_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    called_by: Mapped[str]
    called_at: Mapped[datetime] = mapped_column(Instant)
    at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)
    booking: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("room_booking.id"))
    place: Mapped[str | None]
    agenda: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_note.id"))
    state: Mapped[str]
    minutes: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class MeetingSeat(Base):
    """A unit invited, and what it answered."""

    __tablename__ = "meeting_seat"
    __table_args__ = (
        CheckConstraint(_one_of("state", SeatState), name="state"),
        CheckConstraint("(state = 'invited') = (answered_at is null)", name="answered_unless_invited"),
    )

    meeting: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"), primary_key=True)
    state: Mapped[str]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    note: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_note.id"))

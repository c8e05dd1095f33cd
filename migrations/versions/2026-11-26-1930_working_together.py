"""working together"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision: str = "together"
down_revision: str | None = "0501"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.create_table(
        "meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("called_by", sa.Text(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booking", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("agenda", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Uuid(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(ended_at is null) = (state = 'scheduled')", name=op.f("ck_meeting_ended")),
        sa.CheckConstraint("num_nonnulls(booking, place) = 1", name=op.f("ck_meeting_room_or_place")),
        sa.CheckConstraint("until > at", name=op.f("ck_meeting_ends_after_it_begins")),
        sa.CheckConstraint("booking is null or until is not null", name=op.f("ck_meeting_room_until")),
        sa.CheckConstraint("(state = 'held') = (minutes is not null)", name=op.f("ck_meeting_held_with_minutes")),
        sa.CheckConstraint("state in ('scheduled', 'held', 'cancelled')", name=op.f("ck_meeting_state")),
        sa.ForeignKeyConstraint(["agenda"], ["case_note.id"], name=op.f("fk_meeting_agenda")),
        sa.ForeignKeyConstraint(["booking"], ["room_booking.id"], name=op.f("fk_meeting_booking")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_meeting_case_id")),
        sa.ForeignKeyConstraint(["minutes"], ["case_note.id"], name=op.f("fk_meeting_minutes")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_meeting_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    op.create_index("ix_meeting_case_id", "meeting", ["case_id"], unique=False)
    op.create_geospatial_table(
        "whistle",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("note", sa.Uuid(), nullable=False),
        sa.Column(
            "point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("blown_by", sa.Text(), nullable=False),
        sa.Column("blown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settlement", sa.Uuid(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(ended_at is null) = (state = 'open')", name=op.f("ck_whistle_ended")),
        sa.CheckConstraint("(state = 'settled') = (settlement is not null)", name=op.f("ck_whistle_settled_in_words")),
        sa.CheckConstraint("occasion in ('demand', 'enforcement', 'emergency')", name=op.f("ck_whistle_occasion")),
        sa.CheckConstraint("state in ('open', 'settled', 'ended')", name=op.f("ck_whistle_state")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_whistle_case_id")),
        sa.ForeignKeyConstraint(["note"], ["case_note.id"], name=op.f("fk_whistle_note")),
        sa.ForeignKeyConstraint(["settlement"], ["case_note.id"], name=op.f("fk_whistle_settlement")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_whistle_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whistle")),
    )
    op.create_index("ix_whistle_case_id", "whistle", ["case_id"], unique=False)
    op.create_table(
        "meeting_seat",
        sa.Column("meeting", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'invited') = (answered_at is null)", name=op.f("ck_meeting_seat_answered_unless_invited")
        ),
        sa.CheckConstraint("state in ('invited', 'accepted', 'declined')", name=op.f("ck_meeting_seat_state")),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.id"], name=op.f("fk_meeting_seat_meeting")),
        sa.ForeignKeyConstraint(["note"], ["case_note.id"], name=op.f("fk_meeting_seat_note")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_meeting_seat_unit")),
        sa.PrimaryKeyConstraint("meeting", "unit", name=op.f("pk_meeting_seat")),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("assignment", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("whistle", sa.Uuid(), nullable=True),
        sa.Column("meeting", sa.Uuid(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("asked_by_unit", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Uuid(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("result", sa.Uuid(), nullable=True),
        sa.Column("first_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("waiver", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(ended_at is null) = (state in ('open', 'answered', 'returned'))", name=op.f("ck_task_ended")
        ),
        sa.CheckConstraint("(source = 'meeting') = (meeting is not null)", name=op.f("ck_task_of_its_meeting")),
        sa.CheckConstraint("(source = 'whistle') = (whistle is not null)", name=op.f("ck_task_of_its_whistle")),
        sa.CheckConstraint("(state = 'waived') = (waiver is not null)", name=op.f("ck_task_waived_with_reason")),
        sa.CheckConstraint("source in ('lead', 'whistle', 'meeting')", name=op.f("ck_task_source")),
        sa.CheckConstraint(
            "state in ('open', 'answered', 'returned', 'waived', 'recalled', 'ended')", name=op.f("ck_task_state")
        ),
        sa.CheckConstraint(
            "state not in ('answered', 'returned') or result is not null", name=op.f("ck_task_answered_with_result")
        ),
        sa.CheckConstraint(
            "num_nonnulls(result, answered_at, answered_by) in (0, 3)", name=op.f("ck_task_answered_in_writing")
        ),
        sa.ForeignKeyConstraint(["asked_by_unit"], ["unit.code"], name=op.f("fk_task_asked_by_unit")),
        sa.ForeignKeyConstraint(["assignment"], ["assignment.id"], name=op.f("fk_task_assignment")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_task_case_id")),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.id"], name=op.f("fk_task_meeting")),
        sa.ForeignKeyConstraint(["note"], ["case_note.id"], name=op.f("fk_task_note")),
        sa.ForeignKeyConstraint(["result"], ["case_note.id"], name=op.f("fk_task_result")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_task_unit")),
        sa.ForeignKeyConstraint(["waiver"], ["case_note.id"], name=op.f("fk_task_waiver")),
        sa.ForeignKeyConstraint(["whistle"], ["whistle.id"], name=op.f("fk_task_whistle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_case_id", "task", ["case_id"], unique=False)
    op.create_index(
        "ix_task_meeting", "task", ["meeting"], unique=False, postgresql_where=sa.text("meeting is not null")
    )
    op.create_index(
        "ix_task_unit_owed", "task", ["unit"], unique=False, postgresql_where=sa.text("state in ('open', 'returned')")
    )
    op.create_index(
        "ix_task_whistle", "task", ["whistle"], unique=False, postgresql_where=sa.text("whistle is not null")
    )
    op.create_index("uq_task_assignment", "task", ["assignment"], unique=True)
    op.create_table(
        "task_file",
        sa.Column("task", sa.Uuid(), nullable=False),
        sa.Column("attachment", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_task_file_case_id")),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_task_file_task")),
        sa.ForeignKeyConstraint(
            ["attachment", "case_id"],
            ["attachment.id", "attachment.case_id"],
            name=op.f("fk_task_file_attachment_case_id"),
        ),
        sa.PrimaryKeyConstraint("task", "attachment", name=op.f("pk_task_file")),
    )
    op.create_geospatial_table(
        "whistle_call",
        sa.Column("task", sa.Uuid(), nullable=False),
        sa.Column("whistle", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_by", sa.Text(), nullable=True),
        sa.Column(
            "arrival_point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("objection", sa.Uuid(), nullable=True),
        sa.Column("objected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objected_by", sa.Text(), nullable=True),
        sa.Column("ruler", sa.Text(), nullable=True),
        sa.Column("ruling", sa.Text(), nullable=True),
        sa.Column("ruling_note", sa.Uuid(), nullable=True),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ruled_by", sa.Text(), nullable=True),
        sa.CheckConstraint("ruling in ('upheld', 'dismissed')", name=op.f("ck_whistle_call_ruling")),
        sa.CheckConstraint(
            "arrival_point is null or arrived_at is not null", name=op.f("ck_whistle_call_point_of_an_arrival")
        ),
        sa.CheckConstraint(
            "num_nonnulls(arrived_at, arrived_by) in (0, 2)", name=op.f("ck_whistle_call_arrived_by_somebody")
        ),
        sa.CheckConstraint(
            "num_nonnulls(objection, objected_at, objected_by, ruler) in (0, 4)",
            name=op.f("ck_whistle_call_objected_in_writing"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(ruling, ruling_note, ruled_at, ruled_by) in (0, 4)",
            name=op.f("ck_whistle_call_ruled_in_writing"),
        ),
        sa.CheckConstraint(
            "ruling is null or objection is not null", name=op.f("ck_whistle_call_ruled_on_an_objection")
        ),
        sa.ForeignKeyConstraint(["objection"], ["case_note.id"], name=op.f("fk_whistle_call_objection")),
        sa.ForeignKeyConstraint(["ruler"], ["unit.code"], name=op.f("fk_whistle_call_ruler")),
        sa.ForeignKeyConstraint(["ruling_note"], ["case_note.id"], name=op.f("fk_whistle_call_ruling_note")),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_whistle_call_task")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_whistle_call_unit")),
        sa.ForeignKeyConstraint(["whistle"], ["whistle.id"], name=op.f("fk_whistle_call_whistle")),
        sa.PrimaryKeyConstraint("task", name=op.f("pk_whistle_call")),
    )
    op.create_index("uq_whistle_call_once", "whistle_call", ["whistle", "unit"], unique=True)
    # widened: no row that holds today is refused tomorrow
    op.execute("-- squawk-ignore ban-drop-constraint\nalter table clock drop constraint ck_clock_owner")
    op.execute(
        "alter table clock add constraint ck_clock_owner check (owner in ('organ', 'resident', 'called')) not valid"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.drop_constraint("ck_clock_owner", "clock")
    op.execute("alter table clock add constraint ck_clock_owner check (owner in ('organ', 'resident')) not valid")
    op.drop_index("uq_whistle_call_once", table_name="whistle_call")
    op.drop_geospatial_table("whistle_call")
    op.drop_table("task_file")
    op.drop_index("uq_task_assignment", table_name="task")
    op.drop_index("ix_task_whistle", table_name="task", postgresql_where=sa.text("whistle is not null"))
    op.drop_index("ix_task_unit_owed", table_name="task", postgresql_where=sa.text("state in ('open', 'returned')"))
    op.drop_index("ix_task_meeting", table_name="task", postgresql_where=sa.text("meeting is not null"))
    op.drop_index("ix_task_case_id", table_name="task")
    op.drop_table("task")
    op.drop_table("meeting_seat")
    op.drop_index("ix_whistle_case_id", table_name="whistle")
    op.drop_geospatial_table("whistle")
    op.drop_index("ix_meeting_case_id", table_name="meeting")
    op.drop_table("meeting")

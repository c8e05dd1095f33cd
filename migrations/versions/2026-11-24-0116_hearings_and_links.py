"""hearings and links"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "hearings"
down_revision: str | None = "reviews"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.create_table(
        "outside_procedure",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("simple", sa.Boolean(), nullable=False),
        sa.Column("next_rule", sa.Text(), nullable=True),
        sa.Column("next_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "route in ('arbitration', 'reconsideration', 'litigation')", name=op.f("ck_outside_procedure_route")
        ),
        sa.CheckConstraint(
            "stage in ('filed', 'accepted', 'refused', 'decided')", name=op.f("ck_outside_procedure_stage")
        ),
        sa.CheckConstraint(
            "(next_rule is null) = (next_due is null)", name=op.f("ck_outside_procedure_limit_with_rule")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_outside_procedure_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_outside_procedure")),
    )
    op.create_table(
        "hearing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("record", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(began_at is null) = (state in ('scheduled', 'cancelled'))", name=op.f("ck_hearing_began_when_opened")
        ),
        sa.CheckConstraint("(ended_at is null) = (state <> 'held')", name=op.f("ck_hearing_ended_when_held")),
        sa.CheckConstraint("state in ('scheduled', 'opened', 'held', 'cancelled')", name=op.f("ck_hearing_state")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_hearing_case_id")),
        sa.ForeignKeyConstraint(["record"], ["case_note.id"], name=op.f("fk_hearing_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing")),
    )
    op.create_index("ix_hearing_case_id", "hearing", ["case_id"], unique=False)
    op.create_index(
        "uq_hearing_one_ahead",
        "hearing",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("state in ('scheduled', 'opened')"),
    )
    op.create_table(
        "return_visit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visitor", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Uuid(), nullable=False),
        sa.CheckConstraint("method in ('phone', 'in_person', 'online')", name=op.f("ck_return_visit_method")),
        sa.CheckConstraint("reached = (confirmed is not null)", name=op.f("ck_return_visit_confirmed_when_reached")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_return_visit_case_id")),
        sa.ForeignKeyConstraint(["note"], ["case_note.id"], name=op.f("fk_return_visit_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_visit")),
    )
    op.create_index("ix_return_visit_case_id", "return_visit", ["case_id"], unique=False)
    op.create_table(
        "hearing_seat",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("hearing", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("staff", sa.Uuid(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("seal_key", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "role in ('chair', 'member', 'recorder', 'organ', 'petitioner', 'agent', 'expert', 'observer')",
            name=op.f("ck_hearing_seat_role"),
        ),
        sa.CheckConstraint("(sealed is null) = (seal_key is null)", name=op.f("ck_hearing_seat_sealed_with_key")),
        sa.CheckConstraint("num_nonnulls(staff, sealed) = 1", name=op.f("ck_hearing_seat_staff_or_name")),
        sa.ForeignKeyConstraint(["hearing"], ["hearing.id"], name=op.f("fk_hearing_seat_hearing")),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_hearing_seat_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_seat")),
    )
    op.create_index("ix_hearing_seat_hearing", "hearing_seat", ["hearing"], unique=False)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.drop_index("ix_hearing_seat_hearing", table_name="hearing_seat")
    op.drop_table("hearing_seat")
    op.drop_index("ix_return_visit_case_id", table_name="return_visit")
    op.drop_table("return_visit")
    op.drop_index(
        "uq_hearing_one_ahead", table_name="hearing", postgresql_where=sa.text("state in ('scheduled', 'opened')")
    )
    op.drop_index("ix_hearing_case_id", table_name="hearing")
    op.drop_table("hearing")
    op.drop_table("outside_procedure")

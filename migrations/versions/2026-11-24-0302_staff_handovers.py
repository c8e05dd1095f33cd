"""staff handovers"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "staff_handovers"
down_revision: str | None = "returns_checked"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.create_table(
        "staff_handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff", sa.Uuid(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("successor", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("why in ('leaves', 'on_leave')", name=op.f("ck_staff_handover_why")),
        sa.CheckConstraint("(why = 'on_leave') = (until is not null)", name=op.f("ck_staff_handover_leave_has_an_end")),
        sa.CheckConstraint("successor <> staff", name=op.f("ck_staff_handover_to_somebody_else")),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_staff_handover_staff")),
        sa.ForeignKeyConstraint(["successor"], ["staff.id"], name=op.f("fk_staff_handover_successor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_handover")),
    )
    op.create_index("ix_staff_handover_staff", "staff_handover", ["staff"], unique=False)
    op.create_table(
        "staff_handover_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("handover", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("becomes", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind in ('cell', 'task', 'post')", name=op.f("ck_staff_handover_item_kind")),
        sa.CheckConstraint(
            "becomes in ('primary', 'cover', 'task', 'to_lead', 'vacant')", name=op.f("ck_staff_handover_item_becomes")
        ),
        sa.CheckConstraint(
            "(taken_by is null) = (becomes in ('to_lead', 'vacant'))",
            name=op.f("ck_staff_handover_item_taken_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["handover"], ["staff_handover.id"], name=op.f("fk_staff_handover_item_handover")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_staff_handover_item_case_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["staff.id"], name=op.f("fk_staff_handover_item_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_handover_item")),
    )
    op.create_index("ix_staff_handover_item_handover", "staff_handover_item", ["handover"], unique=False)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.drop_index("ix_staff_handover_item_handover", table_name="staff_handover_item")
    op.drop_table("staff_handover_item")
    op.drop_index("ix_staff_handover_staff", table_name="staff_handover")
    op.drop_table("staff_handover")

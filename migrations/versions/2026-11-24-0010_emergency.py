"""emergency"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0302"
down_revision: str | None = "hearings"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.create_table(
        "emergency",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("switched_on_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("ends_at > began_at", name=op.f("ck_emergency_ends_after_it_began")),
        sa.CheckConstraint("ended_at <= ends_at", name=op.f("ck_emergency_never_longer_than_said")),
        sa.ForeignKeyConstraint(["area"], ["area.code"], name=op.f("fk_emergency_area")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_emergency_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency")),
    )
    op.create_index("ix_emergency_on", "emergency", ["ends_at"], postgresql_where=sa.text("ended_at is null"))
    op.create_table(
        "emergency_shift",
        sa.Column("emergency", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.Column("staff", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.CheckConstraint("shift in ('day', 'night')", name=op.f("ck_emergency_shift_shift")),
        sa.ForeignKeyConstraint(["emergency"], ["emergency.id"], name=op.f("fk_emergency_shift_emergency")),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_emergency_shift_staff")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_emergency_shift_unit")),
        sa.PrimaryKeyConstraint("emergency", "day", "shift", "staff", name=op.f("pk_emergency_shift")),
    )
    op.create_index("ix_emergency_shift_staff", "emergency_shift", ["staff", "day"])
    op.create_table(
        "emergency_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("emergency", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["emergency"], ["emergency.id"], name=op.f("fk_emergency_log_emergency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_log")),
    )
    op.create_index("ix_emergency_log_emergency", "emergency_log", ["emergency", "id"])


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    for table in ("emergency_log", "emergency_shift", "emergency"):
        op.drop_table(table)

"""clocks that climb"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OPEN = sa.text("met_at is null and stopped_at is null")


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.add_column("clock", sa.Column("owner", sa.Text(), server_default="organ", nullable=False))
    op.add_column("clock", sa.Column("subject", sa.Text(), server_default="", nullable=False))
    op.add_column("clock", sa.Column("level", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("clock", sa.Column("next_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("clock", sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("clock", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("alter table clock add constraint ck_clock_owner check (owner in ('organ', 'resident')) not valid")
    op.execute("alter table clock validate constraint ck_clock_owner")
    op.add_column("procedure", sa.Column("withdrawn_from", sa.Date(), nullable=True))
    op.add_column("cases", sa.Column("escalated_to", sa.Text(), nullable=True))
    op.execute(
        "alter table cases add constraint ck_cases_escalated_to"
        " check (escalated_to in ('township', 'county', 'city')) not valid"
    )
    op.execute("alter table cases validate constraint ck_cases_escalated_to")
    op.drop_index("ix_clock_open_due", table_name="clock")
    op.drop_index("uq_clock_one_open_of_a_kind", table_name="clock")
    op.create_index("ix_clock_next_at", "clock", ["next_at"], unique=False, postgresql_where=OPEN)
    op.create_index(
        "uq_clock_one_open_of_a_kind", "clock", ["case_id", "kind", "subject"], unique=True, postgresql_where=OPEN
    )


def downgrade() -> None:
    op.drop_index("uq_clock_one_open_of_a_kind", table_name="clock", postgresql_where=OPEN)
    op.drop_index("ix_clock_next_at", table_name="clock", postgresql_where=OPEN)
    op.create_index("uq_clock_one_open_of_a_kind", "clock", ["case_id", "kind"], unique=True, postgresql_where=OPEN)
    op.create_index("ix_clock_open_due", "clock", ["due"], unique=False, postgresql_where=OPEN)
    op.drop_constraint("ck_cases_escalated_to", "cases")
    op.drop_column("cases", "escalated_to")
    op.drop_column("procedure", "withdrawn_from")
    op.drop_constraint("ck_clock_owner", "clock")
    for column in ("paused_at", "breached_at", "next_at", "level", "subject", "owner"):
        op.drop_column("clock", column)

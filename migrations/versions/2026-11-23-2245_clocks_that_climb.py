"""clocks that climb"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


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
    op.add_column("procedure", sa.Column("withdrawn_from", sa.Date(), nullable=True))
    op.add_column("cases", sa.Column("escalated_to", sa.Text(), nullable=True))
    op.execute(
        "alter table cases add constraint ck_cases_escalated_to"
        " check (escalated_to in ('township', 'county', 'city')) not valid"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.drop_constraint("ck_cases_escalated_to", "cases")
    op.drop_column("cases", "escalated_to")
    op.drop_column("procedure", "withdrawn_from")
    op.drop_constraint("ck_clock_owner", "clock")
    for column in ("paused_at", "breached_at", "next_at", "level", "subject", "owner"):
        op.drop_column("clock", column)

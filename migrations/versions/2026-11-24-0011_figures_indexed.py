"""figures indexed"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0303"
down_revision: str | None = "0302"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():  # a running service goes on writing
        op.execute("set lock_timeout = '30s'")
        op.execute("set statement_timeout = '30min'")
        op.create_index(
            "ix_clock_emergency", "clock", ["subject", "case_id"], postgresql_where=sa.text("kind = 'emergency'"),
            postgresql_concurrently=True, if_not_exists=True,
        )  # fmt: skip
        op.create_index(
            "ix_cases_centre", "cases", ["centre", "status"], postgresql_concurrently=True, if_not_exists=True
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = '30s'")
        op.execute("set statement_timeout = '30min'")
        op.drop_index("ix_cases_centre", table_name="cases", postgresql_concurrently=True, if_exists=True)
        op.drop_index("ix_clock_emergency", table_name="clock", postgresql_concurrently=True, if_exists=True)

"""working together, checked"""

from collections.abc import Sequence

from alembic import op

revision: str = "together_checked"
down_revision: str | None = "together"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '10min'")
    op.execute("alter table clock validate constraint ck_clock_owner")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")  # a constraint that holds needs no going back

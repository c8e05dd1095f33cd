"""clocks that climb, checked"""

from collections.abc import Sequence

from alembic import op

revision: str = "0002a"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '10min'")
    op.execute("alter table clock validate constraint ck_clock_owner")
    op.execute("alter table cases validate constraint ck_cases_escalated_to")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")  # a constraint that holds needs no going back

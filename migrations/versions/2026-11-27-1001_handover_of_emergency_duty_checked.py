"""handover of emergency duty, checked"""

from collections.abc import Sequence

from alembic import op

revision: str = "handover_duty_checked"
down_revision: str | None = "handover_duty"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '10min'")
    op.execute("alter table staff_handover_item validate constraint ck_staff_handover_item_kind")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")  # a constraint that holds needs no going back

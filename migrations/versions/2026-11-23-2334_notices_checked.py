"""notices, checked"""

from collections.abc import Sequence

from alembic import op

revision: str = "0102a"
down_revision: str | None = "0102"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '10min'")
    op.execute("alter table service_record validate constraint fk_service_record_notice")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")  # a constraint that holds needs no going back

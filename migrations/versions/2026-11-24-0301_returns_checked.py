"""returns, checked"""

from collections.abc import Sequence

from alembic import op

revision: str = "returns_checked"
down_revision: str | None = "returns"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '10min'")
    for name in ("ruling", "ruled_by_somebody", "ruling_on_a_return"):
        op.execute(f"alter table assignment validate constraint ck_assignment_{name}")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")  # a constraint that holds needs no going back

"""What is erased leaves a tombstone."""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "tombstones"
down_revision: str | None = "data_requests"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    run("tables/tombstones.sql")
    run("functions/forget_words.sql")
    run("functions/answer_apart.2.sql")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    run("functions/answer_apart.sql")
    undo("functions/forget_words.sql")
    undo("tables/tombstones.sql")

"""Signed checkpoints of the whole record."""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "signed_checkpoints"
down_revision: str | None = "titles_searched"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    run("tables/checkpoints.sql")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    undo("tables/checkpoints.sql")

"""Whoever lost a query code is sent another one."""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "lost_codes"
down_revision: str | None = "signed_checkpoints"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    run("tables/code_requests.sql")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    undo("tables/code_requests.sql")

"""People ask about their own data."""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "data_requests"
down_revision: str | None = "roles_apart"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    run("tables/data_requests.sql")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    undo("tables/data_requests.sql")

"""What was registered can be put right, and the version before stays."""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "corrections"
down_revision: str | None = "keys_apart"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    run("tables/corrections.sql")
    run("functions/keys_of_corrections.sql")
    run("functions/case_changed.sql")
    run("functions/append_events.sql")


def downgrade() -> None:
    """The functions stay: what they can do besides is asked for by nobody then."""
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    undo("tables/corrections.sql")

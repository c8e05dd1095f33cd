"""Who is mentioned in a note on a case."""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "notes_with_mentions"
down_revision: str | None = "baseline"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    run("tables/notes.sql")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    undo("tables/notes.sql")

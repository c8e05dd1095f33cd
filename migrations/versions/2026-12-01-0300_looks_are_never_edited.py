"""Nobody edits the log of looks, not even its owner by mistake; it is read by person, by case and by time."""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "looks_are_never_edited"
down_revision: str | None = "looks_with_readers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The first is counted at each look.
INDEXES = {"ix_read_log_actor": "(actor, at)", "ix_read_log_case_id": "(case_id, at)", "ix_read_log_at": "(at)"}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    run("functions/never_edited.sql")
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.execute(f"create index concurrently if not exists {name} on read_log {columns}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in INDEXES:
            op.execute(f"drop index concurrently if exists {name}")
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    undo("functions/never_edited.sql")

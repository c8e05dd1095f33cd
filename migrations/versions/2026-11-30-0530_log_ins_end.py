"""A log-in can be ended: this one, or all of an account."""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "log_ins_end"
down_revision: str | None = "numbers_in_no_order"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.execute("alter table account add column version integer not null default 1")
    run("tables/ended_sessions.sql")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    undo("tables/ended_sessions.sql")
    op.execute("alter table account drop column version")

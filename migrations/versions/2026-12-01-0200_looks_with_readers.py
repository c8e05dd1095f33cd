"""Looks in clear are bounded, and read: by unit, role and act, by person and by case; a head may raise somebody's bound."""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "looks_with_readers"
down_revision: str | None = "texts_with_numbers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.execute("alter table read_log add column unit text, add column role text, add column kind text")
    run("tables/reveal_lifts.sql")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    undo("tables/reveal_lifts.sql")
    op.execute("alter table read_log drop column unit, drop column role, drop column kind")

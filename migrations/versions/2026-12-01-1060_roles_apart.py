"""Roles apart: who works on cases writes no account, key, seat or signature."""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "roles_apart"
down_revision: str | None = "corrections"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    run("functions/hold_staff.sql")
    run("functions/key_apart.2.sql")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    run("functions/key_apart.sql")
    undo("functions/hold_staff.sql")

"""The service vouches for the transactions in which it writes: which rows, sealed with a key that the database does not hold."""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "rows_vouched_for"
down_revision: str | None = "tombstones"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FUNCTIONS = (
    "functions/full_xid.sql", "functions/act_seal.sql", "functions/act_said.sql", "functions/sealed.sql",
    "functions/traced.sql", "functions/standing_rows.sql",
)  # fmt: skip


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    # What a registration filed: the transaction as its rows have it, and how many in each table.
    op.execute("alter table event add column filed bigint[], add column seal bytea")
    run("tables/acts.sql")
    for name in FUNCTIONS:
        run(name)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    for name in reversed(FUNCTIONS):
        undo(name)
    undo("tables/acts.sql")
    op.execute("alter table event drop column filed, drop column seal")

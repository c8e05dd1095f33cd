"""Cases that keep somebody out are found at once when units are reorganised."""

from collections.abc import Sequence

from alembic import op

revision: str = "kept_out_indexed"
down_revision: str | None = "words_wait"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = '5s'")
        op.execute("set statement_timeout = '1h'")
        op.execute(
            "create index concurrently if not exists ix_cases_kept_out on cases (id)"
            " where barred_units is not null or waits_above is not null"
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = '5s'")
        op.execute("set statement_timeout = '1h'")
        op.execute("drop index concurrently if exists ix_cases_kept_out")

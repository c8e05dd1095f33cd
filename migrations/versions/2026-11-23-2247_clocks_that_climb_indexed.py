"""clocks that climb, indexed"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002b"
down_revision: str | None = "0002a"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OPEN = sa.text("met_at is null and stopped_at is null")


def _index(name: str, columns: list[str], *, unique: bool = False) -> None:
    op.create_index(
        name, "clock", columns, unique=unique, postgresql_where=OPEN, postgresql_concurrently=True, if_not_exists=True
    )


def _drop(name: str) -> None:
    op.drop_index(name, table_name="clock", postgresql_concurrently=True, if_exists=True)


def upgrade() -> None:
    with op.get_context().autocommit_block():  # a running service goes on writing
        op.execute("set lock_timeout = '30s'")
        op.execute("set statement_timeout = '30min'")
        _index("ix_clock_next_at", ["next_at"])
        _index("uq_clock_one_open_of_a_subject", ["case_id", "kind", "subject"], unique=True)
        _drop("uq_clock_one_open_of_a_kind")
        _drop("ix_clock_open_due")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = '30s'")
        op.execute("set statement_timeout = '30min'")
        _index("ix_clock_open_due", ["due"])
        _index("uq_clock_one_open_of_a_kind", ["case_id", "kind"], unique=True)
        _drop("uq_clock_one_open_of_a_subject")
        _drop("ix_clock_next_at")

"""notices, indexed"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0102b"
down_revision: str | None = "0102a"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CURRENT = sa.text("replaced_at is null")


def _unique(name: str, column: str) -> None:
    op.create_index(
        name, "service_record", [column], unique=True, postgresql_where=CURRENT, postgresql_concurrently=True,
        if_not_exists=True,
    )  # fmt: skip


def _drop(name: str) -> None:
    op.drop_index(name, table_name="service_record", postgresql_concurrently=True, if_exists=True)


def upgrade() -> None:
    with op.get_context().autocommit_block():  # a running service goes on writing
        op.execute("set lock_timeout = '30s'")
        op.execute("set statement_timeout = '30min'")
        _unique("uq_service_record_of_a_notice", "notice")
        _drop("uq_service_record_current")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = '30s'")
        op.execute("set statement_timeout = '30min'")
        _unique("uq_service_record_current", "case_id")
        _drop("uq_service_record_of_a_notice")

"""ratings awaited"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0304"
down_revision: str | None = "0303"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():  # a running service goes on writing
        op.execute("set lock_timeout = '30s'")
        op.execute("set statement_timeout = '30min'")
        op.create_index(
            "ix_rating_awaited", "rating", ["window_ends"],
            postgresql_where=sa.text("rated_at is null and superseded_at is null"), postgresql_concurrently=True,
            if_not_exists=True,
        )  # fmt: skip


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = '30s'")
        op.execute("set statement_timeout = '30min'")
        op.drop_index("ix_rating_awaited", table_name="rating", postgresql_concurrently=True, if_exists=True)

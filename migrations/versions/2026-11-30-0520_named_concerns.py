"""Whom a case concerns is named, mended and lifted later too; what a bar took from a unit is given back."""

from collections.abc import Sequence

from alembic import op

revision: str = "named_concerns"
down_revision: str | None = "bars_name_units"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CONCERN = """
    alter table case_concern add column named_by text, add column named_at timestamptz,
        add column ended_by text, add column ended_at timestamptz
"""
ASSIGNMENT = "alter table assignment add column taken_at timestamptz, add column stands_in_for bigint"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.execute(CONCERN)
    op.execute(ASSIGNMENT)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.execute("alter table assignment drop column taken_at, drop column stands_in_for")
    op.execute(
        "alter table case_concern drop column named_by, drop column named_at, drop column ended_by, drop column ended_at"
    )

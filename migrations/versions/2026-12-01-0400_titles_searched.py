"""Titles are searched by an index of their own; addresses are not in it, since only who works on a case finds it by them."""

from collections.abc import Sequence

from alembic import op

revision: str = "titles_searched"
down_revision: str | None = "looks_are_never_edited"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMN = """
    alter table case_text add column if not exists bigrams text[]
        generated always as (bigrams(title || ' ' || coalesce(address, ''))) stored
"""
INDEX = "create index concurrently if not exists {} on case_text using gin ({}) where by_area"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    with op.get_context().autocommit_block():
        op.execute(INDEX.format("ix_case_text_title_by_area", "bigrams(title)"))
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.execute("-- squawk-ignore ban-drop-column\nalter table case_text drop column if exists bigrams")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '600s'")
    op.execute(COLUMN)
    with op.get_context().autocommit_block():
        op.execute(INDEX.format("ix_case_text_bigrams_by_area", "bigrams"))
        op.execute("drop index concurrently if exists ix_case_text_title_by_area")

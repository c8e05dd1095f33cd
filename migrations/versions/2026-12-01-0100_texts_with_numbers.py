"""A text that holds numbers of people lies with stars, and sealed beside as it was written."""

from collections.abc import Sequence

from alembic import op

revision: str = "texts_with_numbers"
down_revision: str | None = "wishes_on_paper"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXTS = {"case_text": "title", "case_note": "body"}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    for table, text in TEXTS.items():
        _hold(table, f"num_nonnulls({text}, sealed) > 0")
    _validate()


def downgrade() -> None:
    """What lies with stars and sealed beside keeps the stars: there is no key here to open it."""
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    for table, text in TEXTS.items():
        op.execute(f"update {table} set sealed = null, seal_key = null where {text} is not null and sealed is not null")
        _hold(table, f"(sealed is null) <> ({text} is null)")
    _validate()


def _hold(table: str, condition: str) -> None:
    name = f"ck_{table}_plain_or_sealed"
    op.execute(f"-- squawk-ignore ban-drop-constraint\nalter table {table} drop constraint if exists {name}")
    op.execute(f"alter table {table} add constraint {name} check ({condition}) not valid")


def _validate() -> None:
    """In transactions of their own: rows are looked through while others read and write."""
    with op.get_context().autocommit_block():
        for table in TEXTS:
            op.execute(f"alter table {table} validate constraint ck_{table}_plain_or_sealed")

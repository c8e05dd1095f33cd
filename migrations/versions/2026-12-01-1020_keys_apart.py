"""Data keys lie apart from what they open, so that they can be wrapped anew and destroyed."""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "keys_apart"
down_revision: str | None = "columns_win"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FILES = (
    "tables/data_keys.sql", "functions/key_of.sql", "functions/put_key_apart.sql", "functions/key_apart.sql",
    "functions/key_apart_of_hearing.sql", "functions/key_apart_of_session.sql", "functions/reason_apart.sql",
    "functions/answer_apart.sql",
)  # fmt: skip
NOT_EMPTY = """
    do $$ begin
        if exists (select from data_key) then
            raise exception 'what was sealed since has its key in data_key alone: an older version could not open it';
        end if;
    end $$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    for name in FILES:
        run(name)
    run("functions/keep_held_keys.sql")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.execute(NOT_EMPTY)
    op.execute("drop trigger keep_held on data_key")
    op.execute("drop trigger keep_held_row on data_key")
    for name in reversed(FILES):
        undo(name)

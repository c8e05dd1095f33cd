"""Words that say whom a case concerns wait above until a person has named the unit; what was said is named and ended.

Cases registered before with words alone stay where they are: naming the unit is open for them too.
"""

from collections.abc import Sequence

from alembic import op

from migrations.files import run

revision: str = "words_wait"
down_revision: str | None = "log_ins_end"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TIER = """
    alter table cases add column waits_above text
        constraint ck_cases_waits_above check (waits_above in ('community', 'township', 'county', 'city'))
"""
NAMED = """
    alter table case_concern add column named_by text, add column named_at timestamptz,
        add column ended_by text, add column ended_at timestamptz
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.execute(TIER)
    op.execute(NAMED)
    run("functions/withheld_while_waiting.sql")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.execute("drop function withheld_from(text[], text, ltree, text)")
    op.execute(
        "alter table case_concern drop column named_by, drop column named_at, drop column ended_by, drop column ended_at"
    )
    op.execute("alter table cases drop column waits_above")

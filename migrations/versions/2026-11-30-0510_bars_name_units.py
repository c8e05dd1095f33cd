"""Who is kept out of a case is named by the codes of units, no longer by copies of their paths.

Writes the table of cases anew: in a city of a million cases, at night.
"""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "bars_name_units"
down_revision: str | None = "notes_with_mentions"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The last label of a path is the code of the unit.
CODES = """
    -- squawk-ignore changing-column-type
    alter table cases alter column barred_units type text[]
        using regexp_replace(barred_units::text, '[^{},]*[.]', '', 'g')::text[];
"""
# What a bar took from a unit is given back: when it was taken, and whose lead a unit stands in for.
TAKEN = "alter table assignment add column taken_at timestamptz, add column stands_in_for bigint"
PATHS_OF = """
    create function paths_of(codes text[]) returns ltree[] language sql stable as
        'select array_agg(path order by path) from unit where code = any(codes)'
"""
PATHS = "alter table cases alter column barred_units type ltree[] using paths_of(barred_units)"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.execute(CODES)
    op.execute(TAKEN)
    run("functions/withheld_from.sql")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    undo("functions/withheld_from.sql")
    op.execute("alter table assignment drop column taken_at, drop column stands_in_for")
    op.execute(PATHS_OF)
    op.execute(PATHS)
    op.execute("drop function paths_of")

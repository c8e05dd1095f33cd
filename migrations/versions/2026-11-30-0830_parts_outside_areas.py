"""Somebody's parts in cases that their area shows anyway are passed over by an index.

Writes the table of parts anew: in a city of a million cases, at night.
"""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "parts_outside_areas"
down_revision: str | None = "sight_before_filters"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FUNCTIONS = ("functions/outside.sql", "functions/area_of_part.sql", "functions/area_of_parts.sql")
FILLED = """
    update case_access a set areas = o.areas, outside = outside(a.grantee, o.areas)
    from cases c cross join lateral (select case when c.kind in ('request', 'event') and c.waits_above is null then
        array[c.city, c.county, c.township, c.community] end as areas) o
    where c.id = a.case_id
"""
DUE = "create index concurrently if not exists ix_case_access_due on case_access (grantee, due, case_id)"
NEW = (
    "create index concurrently if not exists ix_case_access_outside_due on case_access (grantee, due, case_id) where outside",
    "create index concurrently if not exists ix_case_access_outside_newest on case_access (grantee, case_id) where outside",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '1h'")
    op.execute(
        "alter table case_access add column if not exists areas text[], add column if not exists outside boolean"
    )
    for file in FUNCTIONS:
        run(file)
    op.execute(FILLED)
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = '5s'")
        op.execute("set statement_timeout = '1h'")
        for statement in NEW:
            op.execute(statement)
        op.execute("drop index concurrently if exists ix_case_access_due")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = '5s'")
        op.execute("set statement_timeout = '1h'")
        op.execute(DUE)
        op.execute("drop index concurrently if exists ix_case_access_outside_due")
        op.execute("drop index concurrently if exists ix_case_access_outside_newest")
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '1h'")
    for file in reversed(FUNCTIONS):
        undo(file)
    op.execute("alter table case_access drop column if exists areas, drop column if exists outside")

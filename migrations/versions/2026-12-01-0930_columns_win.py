"""No fact of an event takes the place of its case, number, kind, time or actor."""

from collections.abc import Sequence

from alembic import op

from migrations.files import run

revision: str = "columns_win"
down_revision: str | None = "ratings_become_firm"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = """
create or replace function event_body(case_id uuid, seq int, kind text, at timestamptz, actor text, facts jsonb)
returns text language sql stable parallel safe as $$
    select (jsonb_build_object('case', case_id, 'seq', seq, 'kind', kind, 'at', extract(epoch from at),
        'actor', actor) || facts)::text
$$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    run("functions/event_body.sql")
    run("functions/append_events.sql")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.execute(BEFORE)

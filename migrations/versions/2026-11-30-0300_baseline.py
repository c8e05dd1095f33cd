"""The schema of version 0.2."""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "baseline"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# In this order: what a table refers to stands before it.
FILES = [
    "functions/bigrams.sql",
    "functions/tier_rank.sql",
    "functions/event_body.sql",
    "functions/event_hash.sql",
    "tables/core.sql",
    "tables/areas.sql",
    "tables/units.sql",
    "tables/staff.sql",
    "tables/grids.sql",
    "tables/routing.sql",
    "tables/deadlines.sql",
    "tables/cases.sql",
    "tables/case_links.sql",
    "tables/case_proceedings.sql",
    "tables/reviews.sql",
    "tables/clocks.sql",
    "tables/events.sql",
    "tables/messages.sql",
    "tables/notices.sql",
    "tables/centres.sql",
    "tables/attachments.sql",
    "tables/joint.sql",
    "tables/mediation.sql",
    "tables/proxy.sql",
    "tables/supervision.sql",
    "tables/emergency.sql",
    "tables/handover.sql",
    "functions/open_clock.sql",
    "functions/running_clock.sql",
    "functions/case_changed.sql",
    "functions/append_events.sql",
    "functions/keep_held.sql",
    "functions/never_secret.sql",
    "functions/task_to_present_worker.sql",
]


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    for file in FILES:
        run(file)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    for file in reversed(FILES):
        undo(file)

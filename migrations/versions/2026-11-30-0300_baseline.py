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
    "baseline/core.sql",
    "baseline/areas.sql",
    "baseline/units.sql",
    "baseline/staff.sql",
    "baseline/grids.sql",
    "baseline/routing.sql",
    "baseline/deadlines.sql",
    "baseline/cases.sql",
    "baseline/case_links.sql",
    "baseline/case_proceedings.sql",
    "baseline/reviews.sql",
    "baseline/clocks.sql",
    "baseline/events.sql",
    "baseline/messages.sql",
    "baseline/notices.sql",
    "baseline/centres.sql",
    "baseline/attachments.sql",
    "baseline/joint.sql",
    "baseline/mediation.sql",
    "baseline/proxy.sql",
    "baseline/supervision.sql",
    "baseline/emergency.sql",
    "baseline/handover.sql",
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

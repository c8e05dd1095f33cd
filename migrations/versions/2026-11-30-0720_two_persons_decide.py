"""Two persons decide where nobody stands above; an empty seat is given to somebody."""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "two_persons_decide"
down_revision: str | None = "kept_out_indexed"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.execute("alter table staff_handover add column asked_by text")
    run("tables/two_persons.sql")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    undo("tables/two_persons.sql")
    op.execute("alter table staff_handover drop column asked_by")

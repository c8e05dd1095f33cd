"""returns"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "returns"
down_revision: str | None = "proxies"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CHECKS = {
    "ruling": "ruling in ('upheld', 'rejected', 'designated')",
    "ruled_by_somebody": "num_nonnulls(ruling, ruled_by) in (0, 2)",
    "ruling_on_a_return": "ruling is null or state <> 'offered' and (returned_at is null) = (ruling = 'designated')",
}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.add_column("assignment", sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("assignment", sa.Column("ruling", sa.Text(), nullable=True))
    op.add_column("assignment", sa.Column("ruled_by", sa.Text(), nullable=True))
    for name, condition in CHECKS.items():
        op.execute(f"alter table assignment add constraint ck_assignment_{name} check ({condition}) not valid")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    for name in reversed(CHECKS):
        op.drop_constraint(f"ck_assignment_{name}", "assignment", type_="check")
    op.drop_column("assignment", "ruled_by")
    op.drop_column("assignment", "ruling")
    op.drop_column("assignment", "returned_at")

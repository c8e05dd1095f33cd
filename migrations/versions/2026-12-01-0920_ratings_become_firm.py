"""A rating counts a week after it was told to who brought the matter, unless they took it back."""

from collections.abc import Sequence

from alembic import op

revision: str = "ratings_become_firm"
down_revision: str | None = "lost_codes"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.execute("alter table rating add column firm_at timestamptz, add column revoked_at timestamptz")
    op.execute("update rating set firm_at = rated_at where rated_at is not null")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.execute("alter table rating drop column firm_at, drop column revoked_at")

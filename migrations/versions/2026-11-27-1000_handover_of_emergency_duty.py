"""handover of emergency duty"""

from collections.abc import Sequence

from alembic import op

revision: str = "handover_duty"
down_revision: str | None = "handover_rooms_checked"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NOW = "kind in ('cell', 'task', 'proxy', 'proxy_offer', 'mediator', 'shift', 'emergency_shift', 'post')"
BEFORE = "kind in ('cell', 'task', 'proxy', 'proxy_offer', 'mediator', 'shift', 'post')"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    _check(NOW)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    _check(BEFORE)


def _check(check: str) -> None:
    """There again in the same transaction, wider or as it was."""
    name = "ck_staff_handover_item_kind"
    op.execute(f"-- squawk-ignore ban-drop-constraint\nalter table staff_handover_item drop constraint {name}")
    op.execute(f"alter table staff_handover_item add constraint {name} check ({check}) not valid")

"""handover of proxies, mediators, shifts"""

from collections.abc import Sequence

from alembic import op

revision: str = "handover_rooms"
down_revision: str | None = "mediation"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Each name: the check as it is now, and as it was.
CHECKS = {
    "kind": (
        "kind in ('cell', 'task', 'proxy', 'proxy_offer', 'mediator', 'shift', 'post')",
        "kind in ('cell', 'task', 'post')",
    ),
    "becomes": (
        "becomes in ('primary', 'cover', 'task', 'shift', 'to_lead', 'ends', 'recalled', 'withdrawn', 'stays', 'vacant')",
        "becomes in ('primary', 'cover', 'task', 'to_lead', 'vacant')",
    ),
    "taken_by_somebody": (
        "(taken_by is not null) = (becomes in ('primary', 'cover', 'task', 'shift'))",
        "(taken_by is null) = (becomes in ('to_lead', 'vacant'))",
    ),
}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    _check(0)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    _check(1)


def _check(which: int) -> None:
    """Each is there again in the same transaction, wider or as it was."""
    for name, checks in CHECKS.items():
        full = f"ck_staff_handover_item_{name}"
        op.execute(f"-- squawk-ignore ban-drop-constraint\nalter table staff_handover_item drop constraint {full}")
        op.execute(f"alter table staff_handover_item add constraint {full} check ({checks[which]}) not valid")

"""What a resident signed may be kept as the proof of a wish."""

from collections.abc import Sequence

from alembic import op

revision: str = "wishes_on_paper"
down_revision: str | None = "residents_told"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = "'evidence', 'signature', 'authority', 'proof', 'minutes', 'result', 'receipt', 'other'"
PURPOSES = (
    """-- squawk-ignore ban-drop-constraint, prefer-robust-stmts
        alter table attachment drop constraint if exists ck_attachment_purpose""",
    """-- squawk-ignore prefer-robust-stmts
        alter table attachment add constraint ck_attachment_purpose check (purpose in ({listed})) not valid""",
)
VALID = "-- squawk-ignore prefer-robust-stmts\nalter table attachment validate constraint ck_attachment_purpose"


def _purposes(listed: str) -> None:
    for statement in PURPOSES:
        op.execute(statement.format(listed=listed))


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    _purposes(f"{BEFORE}, 'wish'")
    with op.get_context().autocommit_block():
        op.execute(VALID)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.execute("update attachment set purpose = 'other' where purpose = 'wish'")
    _purposes(BEFORE)
    with op.get_context().autocommit_block():
        op.execute(VALID)

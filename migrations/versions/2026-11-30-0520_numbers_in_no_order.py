"""The number of a case no longer tells how many came before it.

Numbers given before stay. A city that has some counts on with one digit more, in which none of them can come again.
"""

from collections.abc import Sequence

from alembic import op

from migrations.files import run, undo

revision: str = "numbers_in_no_order"
down_revision: str | None = "bars_name_units"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ON = "select setval('case_number', greatest(last_value + 1, 10000000)) from case_number where is_called"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    run("functions/case_digits.sql")
    op.execute(ON)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    undo("functions/case_digits.sql")

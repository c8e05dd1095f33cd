"""Who is mentioned in a note on a case."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "notes_with_mentions"
down_revision: str | None = "baseline"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.create_table(
        "note_mention",
        sa.Column("note", sa.Uuid(), sa.ForeignKey("case_note.id", name="fk_note_mention_note"), nullable=False),
        sa.Column("staff", sa.Uuid(), sa.ForeignKey("staff.id", name="fk_note_mention_staff"), nullable=False),
        sa.PrimaryKeyConstraint("note", "staff", name="pk_note_mention"),
    )
    op.create_index("ix_note_mention_staff", "note_mention", ["staff"])


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.drop_table("note_mention")

"""attachments"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0501"
down_revision: str | None = "0401"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INSTANT = sa.DateTime(timezone=True)
CHECKS = {
    "purpose": ("purpose in ('evidence', 'signature', 'authority', 'proof', 'minutes', 'result', 'receipt', 'other')"),
    "media_type": "media_type in ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')",
    "all_or_nothing": "num_nonnulls(file, seal_key, salt) in (0, 3)",
    "withdrawn_by_somebody": "num_nonnulls(withdrawn_at, withdrawn_by, withdrawal) in (0, 3)",
    "withdrawn_is_erased": "withdrawn_at is null or file is null",
    "not_of_itself": "redacts <> id",
}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("note", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("removed", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("redacts", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("received_digest", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("seal_key", sa.LargeBinary(), nullable=True),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawal", sa.Uuid(), nullable=True),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_attachment_{name}")) for name, rule in CHECKS.items()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_attachment_case_id")),
        sa.ForeignKeyConstraint(["note"], ["case_note.id"], name=op.f("fk_attachment_note")),
        sa.ForeignKeyConstraint(["withdrawal"], ["case_note.id"], name=op.f("fk_attachment_withdrawal")),
        sa.ForeignKeyConstraint(
            ["redacts", "case_id"], ["attachment.id", "attachment.case_id"], name=op.f("fk_attachment_redacts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("id", "case_id", name=op.f("uq_attachment_id_case_id")),
    )
    op.create_index("ix_attachment_case_id", "attachment", ["case_id", "added_at"])
    op.create_index(
        "uq_attachment_file", "attachment", ["file"], unique=True, postgresql_where=sa.text("file is not null")
    )
    op.execute(
        "create trigger keep_held before delete or update of file, seal_key, salt, digest on attachment"
        " for each row execute function keep_held()"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.drop_index("uq_attachment_file", table_name="attachment", postgresql_where=sa.text("file is not null"))
    op.drop_index("ix_attachment_case_id", table_name="attachment")
    op.drop_table("attachment")

"""notices"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0102"
down_revision: str | None = "0301"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("meets", sa.Text(), nullable=True),
        sa.Column("note", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("seal_key", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.CheckConstraint("meets in ('acceptance', 'completion')", name=op.f("ck_notice_meets")),
        sa.CheckConstraint(
            "state in ('drafted', 'failed', 'served', 'waived', 'attempted', 'approved', 'replaced')",
            name=op.f("ck_notice_state"),
        ),
        sa.CheckConstraint(
            "state in ('failed', 'replaced') or sealed is not null", name=op.f("ck_notice_text_unless_failed")
        ),
        sa.CheckConstraint(
            "num_nonnulls(sealed, seal_key, digest) in (0, 3)", name=op.f("ck_notice_sealed_with_key_and_digest")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notice_case_id")),
        sa.ForeignKeyConstraint(["note"], ["case_note.id"], name=op.f("fk_notice_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_case_id", "notice", ["case_id"], unique=False)
    op.create_index(
        "ix_notice_due",
        "notice",
        ["state", "drafted_at", "id"],
        unique=False,
        postgresql_where=sa.text("state in ('drafted', 'failed', 'attempted')"),
    )
    op.create_index(
        "uq_notice_one_of_a_clock",
        "notice",
        ["case_id", "meets"],
        unique=True,
        postgresql_where=sa.text("meets is not null and state <> 'replaced'"),
    )
    op.add_column("service_record", sa.Column("notice", sa.Uuid(), nullable=True))
    op.execute(
        "alter table service_record add constraint fk_service_record_notice"
        " foreign key (notice) references notice (id) not valid"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.drop_constraint("fk_service_record_notice", "service_record")
    op.drop_column("service_record", "notice")
    op.drop_index(
        "uq_notice_one_of_a_clock",
        table_name="notice",
        postgresql_where=sa.text("meets is not null and state <> 'replaced'"),
    )
    op.drop_index(
        "ix_notice_due", table_name="notice", postgresql_where=sa.text("state in ('drafted', 'failed', 'attempted')")
    )
    op.drop_index("ix_notice_case_id", table_name="notice")
    op.drop_table("notice")

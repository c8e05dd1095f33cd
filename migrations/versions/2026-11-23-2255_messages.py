"""messages"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0101"
down_revision: str | None = "0002b"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), server_default="in_app", nullable=False),
        sa.Column("grantee", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("seal_key", sa.LargeBinary(), nullable=True),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stuck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed", sa.Text(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(channel = 'in_app') = (grantee is not null)", name=op.f("ck_message_grantee_in_the_app")),
        sa.CheckConstraint(
            "channel = 'in_app' or sent_at is not null or sealed is not null",
            name=op.f("ck_message_address_until_sent"),
        ),
        sa.CheckConstraint("channel in ('in_app', 'sms', 'email')", name=op.f("ck_message_channel")),
        sa.CheckConstraint("grantee ~ '^(unit|post|staff):'", name=op.f("ck_message_grantee")),
        sa.CheckConstraint("(sealed is null) = (seal_key is null)", name=op.f("ck_message_sealed_with_key")),
        sa.CheckConstraint("num_nonnulls(sent_at, stuck_at) <= 1", name=op.f("ck_message_one_end")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_message_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index(
        "ix_message_case_id", "message", ["case_id"], unique=False, postgresql_where=sa.text("case_id is not null")
    )
    op.create_index(
        "ix_message_grantee",
        "message",
        ["grantee", "id"],
        unique=False,
        postgresql_where=sa.text("grantee is not null"),
    )
    op.create_index(
        "ix_message_stuck", "message", ["id"], unique=False, postgresql_where=sa.text("stuck_at is not null")
    )
    op.create_index(
        "ix_message_to_send",
        "message",
        ["id"],
        unique=False,
        postgresql_where=sa.text("channel <> 'in_app' and sent_at is null and stuck_at is null"),
    )
    op.create_index("uq_message_key", "message", ["key"], unique=True)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.drop_index("uq_message_key", table_name="message")
    op.drop_index(
        "ix_message_to_send",
        table_name="message",
        postgresql_where=sa.text("channel <> 'in_app' and sent_at is null and stuck_at is null"),
    )
    op.drop_index("ix_message_stuck", table_name="message", postgresql_where=sa.text("stuck_at is not null"))
    op.drop_index("ix_message_grantee", table_name="message", postgresql_where=sa.text("grantee is not null"))
    op.drop_index("ix_message_case_id", table_name="message", postgresql_where=sa.text("case_id is not null"))
    op.drop_table("message")

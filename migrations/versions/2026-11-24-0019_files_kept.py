"""files_kept"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0103"
down_revision: str | None = "0102b"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


# What may be erased of a case otherwise: texts, keys, names. A held file keeps them, whoever asks.
ERASABLE = {
    "case_text": ("title", "description", "address", "sealed", "seal_key"),
    "case_note": ("body", "sealed", "seal_key"),
    "party": ("sealed", "seal_key"),
    "case_concern": ("sealed", "seal_key"),
    "notice": ("sealed", "seal_key"),
}
KEEP_HELD = """
    create function keep_held() returns trigger language plpgsql as $$
    begin
        if exists (select from legal_hold h where h.case_id = old.case_id and h.released_at is null) then
            raise exception 'the file of case % is under legal hold', old.case_id using errcode = 'restrict_violation';
        end if;
        if tg_op = 'DELETE' then
            return old;
        end if;
        return new;
    end
    $$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.create_table(
        "archive",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("retention", sa.Text(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_by", sa.Text(), nullable=False),
        sa.Column("taken_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(retention = 'permanent') = (kept_until is null)", name=op.f("ck_archive_for_ever_if_permanent")
        ),
        sa.CheckConstraint("retention in ('permanent', '30_years', '10_years')", name=op.f("ck_archive_retention")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_archive_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_archive")),
    )
    op.create_index(
        "ix_archive_kept_until",
        "archive",
        ["kept_until"],
        unique=False,
        postgresql_where=sa.text("taken_out_at is null"),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Uuid(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(released_at, released_by) in (0, 2)", name=op.f("ck_legal_hold_released_by_somebody")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_legal_hold_case_id")),
        sa.ForeignKeyConstraint(["note"], ["case_note.id"], name=op.f("fk_legal_hold_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(
        "uq_legal_hold_open", "legal_hold", ["case_id"], unique=True, postgresql_where=sa.text("released_at is null")
    )
    op.execute(KEEP_HELD)
    for table, columns in ERASABLE.items():
        op.execute(
            f"create trigger keep_held before delete or update of {', '.join(columns)} on {table}"
            " for each row execute function keep_held()"
        )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    for table in ERASABLE:
        op.execute(f"drop trigger keep_held on {table}")
    op.execute("drop function keep_held")
    op.drop_index("uq_legal_hold_open", table_name="legal_hold", postgresql_where=sa.text("released_at is null"))
    op.drop_table("legal_hold")
    op.drop_index("ix_archive_kept_until", table_name="archive", postgresql_where=sa.text("taken_out_at is null"))
    op.drop_table("archive")

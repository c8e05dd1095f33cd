"""reviews and ratings"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "reviews"
down_revision: str | None = "0103"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.create_table(
        "case_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("other", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("opinion_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(relation in ('review', 'rereview')) = (opinion_at is not null)",
            name=op.f("ck_case_link_review_of_an_opinion"),
        ),
        sa.CheckConstraint(
            "relation in ('review', 'rereview', 'repeat', 'joint', 'parent')", name=op.f("ck_case_link_relation")
        ),
        sa.CheckConstraint("(undone_at is null) = (undone_by is null)", name=op.f("ck_case_link_undone_by_somebody")),
        sa.CheckConstraint("case_id <> other", name=op.f("ck_case_link_not_to_itself")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_link_case_id")),
        sa.ForeignKeyConstraint(["other"], ["cases.id"], name=op.f("fk_case_link_other")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_link")),
    )
    op.create_index("ix_case_link_case_id", "case_link", ["case_id"], unique=False)
    op.create_index("ix_case_link_other", "case_link", ["other"], unique=False)
    op.create_index(
        "uq_case_link_live", "case_link", ["case_id"], unique=True, postgresql_where=sa.text("undone_at is null")
    )
    op.create_index(
        "uq_case_link_one_review",
        "case_link",
        ["other", "opinion_at"],
        unique=True,
        postgresql_where=sa.text("undone_at is null and opinion_at is not null"),
    )
    op.create_table(
        "rating",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("satisfaction", sa.Text(), nullable=True),
        sa.Column("solved", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("seal_key", sa.LargeBinary(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "satisfaction in ('satisfied', 'basically', 'unsatisfied')", name=op.f("ck_rating_satisfaction")
        ),
        sa.CheckConstraint("solved in ('yes', 'partly', 'no')", name=op.f("ck_rating_solved")),
        sa.CheckConstraint("(sealed is null) = (seal_key is null)", name=op.f("ck_rating_sealed_with_key")),
        sa.CheckConstraint("num_nulls(rated_at, satisfaction, solved) in (0, 3)", name=op.f("ck_rating_rated_whole")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_rating_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
    )
    op.create_index("ix_rating_case_id", "rating", ["case_id"], unique=False)
    op.create_index("ix_rating_invited_at", "rating", ["invited_at"], unique=False)
    op.create_index(
        "uq_rating_current", "rating", ["case_id"], unique=True, postgresql_where=sa.text("superseded_at is null")
    )
    op.create_table(
        "reopening_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("seal_key", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at is null)", name=op.f("ck_reopening_request_decided_unless_open")
        ),
        sa.CheckConstraint("cause in ('rating', 'words')", name=op.f("ck_reopening_request_cause")),
        sa.CheckConstraint("state in ('open', 'granted', 'declined')", name=op.f("ck_reopening_request_state")),
        sa.CheckConstraint("(sealed is null) = (seal_key is null)", name=op.f("ck_reopening_request_sealed_with_key")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reopening_request_case_id")),
        sa.ForeignKeyConstraint(["note"], ["case_note.id"], name=op.f("fk_reopening_request_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopening_request")),
    )
    op.create_index("ix_reopening_request_case_id", "reopening_request", ["case_id"], unique=False)
    op.create_index("ix_reopening_request_state", "reopening_request", ["state", "asked_at", "id"], unique=False)
    op.create_index(
        "uq_reopening_request_open",
        "reopening_request",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.drop_index(
        "uq_reopening_request_open", table_name="reopening_request", postgresql_where=sa.text("state = 'open'")
    )
    op.drop_index("ix_reopening_request_state", table_name="reopening_request")
    op.drop_index("ix_reopening_request_case_id", table_name="reopening_request")
    op.drop_table("reopening_request")
    op.drop_index("uq_rating_current", table_name="rating", postgresql_where=sa.text("superseded_at is null"))
    op.drop_index("ix_rating_invited_at", table_name="rating")
    op.drop_index("ix_rating_case_id", table_name="rating")
    op.drop_table("rating")
    op.drop_index(
        "uq_case_link_one_review",
        table_name="case_link",
        postgresql_where=sa.text("undone_at is null and opinion_at is not null"),
    )
    op.drop_index("uq_case_link_live", table_name="case_link", postgresql_where=sa.text("undone_at is null"))
    op.drop_index("ix_case_link_other", table_name="case_link")
    op.drop_index("ix_case_link_case_id", table_name="case_link")
    op.drop_table("case_link")

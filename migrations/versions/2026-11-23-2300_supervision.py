"""supervision"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0301"
down_revision: str | None = "0101"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PENDING = sa.text("ended_at is null")
INSTANT = sa.DateTime(timezone=True)
CHECKS = {
    "kind": "kind in ('urge', 'supervise', 'correct', 'instruct')",
    "level": "level in ('yellow', 'orange', 'red')",
    "problem": (
        "problem in ('not_registered', 'not_accepted', 'late_notice', 'late_completion', 'not_by_law', 'buck_passing',"
        " 'false_report', 'not_carried_out', 'leak', 'retaliation', 'urgent_not_reported')"
    ),
    "state": "state in ('open', 'answered', 'returned', 'verified', 'withdrawn')",
    "card_of_supervision": "(kind = 'supervise') = (level is not null)",
    "problem_named": "kind not in ('supervise', 'correct') or problem is not null",
    "not_oneself": "issuer_unit <> target_unit",
    "verified_by_another": "verified_by is null or verified_by <> answered_by",
    "due_not_before_ordered": "due >= answer_by",
}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.create_table(
        "supervision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("issuer_unit", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("target_unit", sa.Text(), nullable=False),
        sa.Column("note", sa.Uuid(), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("answer_by", INSTANT, nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", sa.Uuid(), nullable=True),
        sa.Column("first_answered_at", INSTANT, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("verified_at", INSTANT, nullable=True),
        sa.Column("verified_by", sa.Text(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_supervision_{name}")) for name, rule in CHECKS.items()),
        sa.ForeignKeyConstraint(["answer"], ["case_note.id"], name=op.f("fk_supervision_answer")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_supervision_case_id")),
        sa.ForeignKeyConstraint(["issuer_unit"], ["unit.code"], name=op.f("fk_supervision_issuer_unit")),
        sa.ForeignKeyConstraint(["note"], ["case_note.id"], name=op.f("fk_supervision_note")),
        sa.ForeignKeyConstraint(["target_unit"], ["unit.code"], name=op.f("fk_supervision_target_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
    )
    op.create_index("ix_supervision_case_id", "supervision", ["case_id"])
    op.create_index("ix_supervision_pending", "supervision", ["due", "id"], postgresql_where=PENDING)
    op.create_index("ix_supervision_target_unit", "supervision", ["target_unit"], postgresql_where=PENDING)
    op.create_index("ix_supervision_issuer_unit", "supervision", ["issuer_unit"], postgresql_where=PENDING)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.drop_table("supervision")

"""A resident chooses how they are told what is done on their matter; such a message finds its address when it leaves."""

from collections.abc import Sequence

from alembic import op

revision: str = "residents_told"
down_revision: str | None = "parts_outside_areas"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMNS = (
    """alter table party add column if not exists tell_by text
        constraint ck_party_tell_by check (tell_by in ('sms', 'email', 'none'))""",
    "alter table message add column if not exists party uuid",
    """-- squawk-ignore prefer-robust-stmts
        alter table message add constraint fk_message_party foreign key (party) references party not valid""",
)
# What holds from now on lets through all that the one before let through.
UNTIL_SENT = (
    """-- squawk-ignore ban-drop-constraint, prefer-robust-stmts
        alter table message drop constraint if exists ck_message_address_until_sent""",
    """-- squawk-ignore prefer-robust-stmts
        alter table message add constraint ck_message_address_until_sent check (
            channel = 'in_app' or sent_at is not null or {address}) not valid""",
)
VALID = "-- squawk-ignore prefer-robust-stmts\nalter table message validate constraint {}"


def _until_sent(address: str) -> None:
    for statement in UNTIL_SENT:
        op.execute(statement.format(address=address))


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    for statement in COLUMNS:
        op.execute(statement)
    _until_sent("num_nonnulls(sealed, party) = 1")
    with op.get_context().autocommit_block():
        for constraint in ("ck_message_address_until_sent", "fk_message_party"):
            op.execute(VALID.format(constraint))


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.execute("delete from message where party is not null")
    op.execute("alter table message drop column party")
    _until_sent("sealed is not null")
    op.execute("alter table party drop column tell_by")
    with op.get_context().autocommit_block():
        op.execute(VALID.format("ck_message_address_until_sent"))

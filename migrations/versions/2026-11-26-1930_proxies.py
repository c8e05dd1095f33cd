"""proxies"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision: str = "proxies"
down_revision: str | None = "together_checked"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INSTANT = sa.DateTime(timezone=True)
LIVE = "'requested', 'offered', 'authorised', 'reporting'"
PROXY = {
    "state": (
        f"state in ({LIVE}, 'closed', 'declined', 'stepped_down', 'withdrawn_by_resident', 'authority_expired',"
        " 'conflict_of_interest')"
    ),
    "capacity": "capacity in ('grid_worker', 'village_cadre', 'centre_clerk', 'lawyer')",
    "ended_unless_live": f"(ended_at is null) = (state in ({LIVE}))",
    "somebody_is_named": "state not in ('offered', 'authorised', 'reporting') or staff is not null",
    "offered_by_somebody": "num_nonnulls(staff, capacity, offered_by, offered_at) in (0, 4)",
    "sealed_with_key": "num_nonnulls(sealed, seal_key) in (0, 2)",
    "lawyer_is_named": "(capacity is not distinct from 'lawyer') = (sealed is not null)",
    "filed_with_number": "num_nonnulls(filing_number, filed_at) in (0, 2)",
    "reporting_is_filed": "state <> 'reporting' or filed_at is not null",
}
AUTHORITY = {
    "powers": (
        "powers <@ array['submit_materials', 'enquire', 'receive_notices', 'attend_sessions', 'accept_service']::text[]"
        " and cardinality(powers) > 0"
    ),
    "service_is_passed_on": "not 'accept_service' = any(powers) or 'receive_notices' = any(powers)",
    "evidence": "evidence in ('paper', 'recorded_consent', 'query_code')",
    "period": "valid_from <= recorded_at and recorded_at < valid_until",
    "not_by_the_proxy": "recorded_by <> 'staff:' || staff::text",
    "ended_as_something": "num_nonnulls(ended_at, ended_as) in (0, 2)",
    "ended_as": "ended_as in ('renewed', 'revoked', 'expired', 'stepped_down', 'conflict', 'closed')",
}
ERRAND = {
    "kind": "kind in ('file', 'ask', 'accompany', 'urge', 'fetch_reply', 'report_back')",
    "state": "state in ('planned', 'doing', 'done', 'dropped')",
    "done_at_a_time": "(state = 'done') = (done_at is not null)",
    "done_is_told": "state <> 'done' or words is not null",
    "point_with_crs": "(point is null) = (crs is null)",
    "crs": "crs in ('WGS84', 'CGCS2000', 'GCJ02', 'BD09')",
}
# Never for an accusation (信访工作条例 30 ¶3), whatever asks for it.
_TRIGGER = """
    create function never_secret() returns trigger language plpgsql as $$
    begin
        if exists (select from cases c where c.id = new.case_id and c.petition_class = 'accusation') then
            raise exception 'an accusation has no proxy' using errcode = 'restrict_violation';
        end if;
        return new;
    end
    $$
"""


def checks(table: str, rules: dict[str, str]) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in rules.items()]


def refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    _proxies()
    _authorities()
    _errands()
    _passings_and_papers()
    op.execute(_TRIGGER)
    op.execute("create trigger never_secret before insert on proxy for each row execute function never_secret()")
    op.execute(
        "create trigger keep_held before update of sealed, seal_key on proxy for each row"
        " when (old.sealed is not null) execute function keep_held()"
    )
    op.execute("create trigger keep_held_row before delete on proxy for each row execute function keep_held()")


def _proxies() -> None:
    op.create_table(
        "proxy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wish", sa.Uuid(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("authority_due", INSTANT, nullable=False),
        sa.Column("filing_due", INSTANT, nullable=False),
        sa.Column("staff", sa.Uuid(), nullable=True),
        sa.Column("capacity", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("seal_key", sa.LargeBinary(), nullable=True),
        sa.Column("offered_by", sa.Text(), nullable=True),
        sa.Column("offered_at", INSTANT, nullable=True),
        sa.Column("filing_number", sa.Text(), nullable=True),
        sa.Column("filed_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        *checks("proxy", PROXY),
        refers("proxy", "case_id", "cases.id"),
        refers("proxy", "staff", "staff.id"),
        refers("proxy", "wish", "case_note.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxy")),
    )
    live = sa.text("ended_at is null")
    op.create_index("uq_proxy_one_of_a_case", "proxy", ["case_id"], unique=True, postgresql_where=live)
    op.create_index("ix_proxy_case_id", "proxy", ["case_id"])
    op.create_index("ix_proxy_staff", "proxy", ["staff"], postgresql_where=live)
    op.create_index("ix_proxy_live", "proxy", ["id"], postgresql_where=live)


def _authorities() -> None:
    op.create_table(
        "proxy_authority",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proxy", sa.Uuid(), nullable=False),
        sa.Column("staff", sa.Uuid(), nullable=False),
        sa.Column("matter", sa.Uuid(), nullable=False),
        sa.Column("powers", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_until", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_as", sa.Text(), nullable=True),
        *checks("proxy_authority", AUTHORITY),
        refers("proxy_authority", "matter", "case_note.id"),
        refers("proxy_authority", "proxy", "proxy.id"),
        refers("proxy_authority", "staff", "staff.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxy_authority")),
    )
    still = sa.text("ended_at is null")
    op.create_index("uq_proxy_authority_one", "proxy_authority", ["proxy"], unique=True, postgresql_where=still)
    op.create_index("ix_proxy_authority_proxy", "proxy_authority", ["proxy"])
    op.create_index("ix_proxy_authority_valid_until", "proxy_authority", ["valid_until"], postgresql_where=still)


def _errands() -> None:
    point = Geometry("POINT", srid=4326, spatial_index=False)
    op.create_table(
        "proxy_errand",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proxy", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("plan", sa.Uuid(), nullable=True),
        sa.Column("planned_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=True),
        sa.Column("point", point, nullable=True),
        sa.Column("crs", sa.Text(), nullable=True),
        sa.Column("words", sa.Uuid(), nullable=True),
        sa.Column("reply", sa.Uuid(), nullable=True),
        *checks("proxy_errand", ERRAND),
        refers("proxy_errand", "plan", "case_note.id"),
        refers("proxy_errand", "proxy", "proxy.id"),
        refers("proxy_errand", "reply", "case_note.id"),
        refers("proxy_errand", "unit", "unit.code"),
        refers("proxy_errand", "words", "case_note.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxy_errand")),
    )
    op.create_index("ix_proxy_errand_proxy", "proxy_errand", ["proxy"])


def _passings_and_papers() -> None:
    op.create_table(
        "proxy_passing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("proxy", sa.Uuid(), nullable=False),
        sa.Column("notice", sa.Uuid(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("words", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        *checks("proxy_passing", {"method": "method in ('in_person', 'phone', 'message', 'letter')"}),
        refers("proxy_passing", "notice", "notice.id"),
        refers("proxy_passing", "proxy", "proxy.id"),
        refers("proxy_passing", "words", "case_note.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxy_passing")),
        sa.UniqueConstraint("proxy", "notice", name=op.f("uq_proxy_passing_proxy_notice")),
    )
    op.create_index("ix_proxy_passing_notice", "proxy_passing", ["notice"])
    op.create_table(
        "proxy_paper",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("attachment", sa.Uuid(), nullable=False),
        sa.Column("authority", sa.Uuid(), nullable=True),
        sa.Column("errand", sa.Uuid(), nullable=True),
        *checks("proxy_paper", {"proves_one_thing": "num_nonnulls(authority, errand) = 1"}),
        sa.ForeignKeyConstraint(
            ["attachment", "case_id"],
            ["attachment.id", "attachment.case_id"],
            name=op.f("fk_proxy_paper_attachment_case_id"),
        ),
        refers("proxy_paper", "authority", "proxy_authority.id"),
        refers("proxy_paper", "errand", "proxy_errand.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxy_paper")),
        sa.UniqueConstraint("authority", "attachment", name=op.f("uq_proxy_paper_authority_attachment")),
        sa.UniqueConstraint("errand", "attachment", name=op.f("uq_proxy_paper_errand_attachment")),
    )
    op.create_index("ix_proxy_paper_attachment", "proxy_paper", ["attachment"])


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    for table in ("proxy_paper", "proxy_passing", "proxy_errand", "proxy_authority", "proxy"):
        op.drop_table(table)
    op.execute("drop function never_secret")

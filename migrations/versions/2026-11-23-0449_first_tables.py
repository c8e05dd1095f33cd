"""first tables"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import UserDefinedType

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


class Ltree(UserDefinedType[str]):
    """A path of labels."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The SQL type."""
        return "ltree"


class Xid8(UserDefinedType[int]):
    """A transaction id that does not wrap."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The SQL type."""
        return "xid8"


FUNCTIONS = (
    # Pairs of neighbouring signs: two-character Chinese words have no trigram, so titles are searched by these.
    """
    create function bigrams(t text) returns text[] language plpgsql immutable strict parallel safe as $$
    declare
        signs text := lower(regexp_replace(t, '\\s+', '', 'g'));
        pairs text[] := array[left(signs, 2)];
    begin
        for i in 2..length(signs) - 1 loop
            pairs[i] := substr(signs, i, 2);
        end loop;
        return pairs;
    end
    $$
    """,
    # The exact text of an event, and what links it to the one before: written in one place for every writer.
    # Times enter as epoch: timestamptz as text depends on the session's time zone.
    # Stable, as what they call is: declared immutable they would not be inlined (16 µs a row).
    """
    create function event_body(case_id uuid, seq int, kind text, at timestamptz, actor text, facts jsonb)
    returns text language sql stable parallel safe as $$
        select (jsonb_build_object('case', case_id, 'seq', seq, 'kind', kind, 'at', extract(epoch from at),
            'actor', actor) || facts)::text
    $$
    """,
    """
    create function event_hash(prev bytea, body text) returns bytea language sql stable parallel safe as $$
        select sha256(prev || convert_to(body, 'UTF8'))
    $$
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    for function in FUNCTIONS:
        op.execute(function)
    op.execute(sa.schema.CreateSequence(sa.Sequence("case_number")))
    op.create_table(
        "area",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("path", Ltree(), nullable=False),
        sa.Column("official", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("tier in ('city', 'county', 'township', 'community')", name=op.f("ck_area_tier")),
        sa.ForeignKeyConstraint(["parent"], ["area.code"], name=op.f("fk_area_parent")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    op.create_index(op.f("ix_area_parent"), "area", ["parent"], unique=False)
    op.create_index("ix_area_path", "area", ["path"], unique=False, postgresql_using="gist")
    op.create_table(
        "calendar_day",
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("calendar", "day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("calendar", "year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "category",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("kinds", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=True),
        sa.Column("complexity", sa.Text(), nullable=True),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("hotline", sa.Text(), nullable=True),
        sa.CheckConstraint("complexity in ('simple', 'ordinary', 'complex')", name=op.f("ck_category_complexity")),
        sa.CheckConstraint(
            "urgency in ('emergency', 'utility', 'ordinary', 'difficult')", name=op.f("ck_category_urgency")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_category")),
    )
    op.create_table(
        "city",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_city")),
    )
    op.create_table(
        "idempotency",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=True),
        sa.Column("response_key", sa.LargeBinary(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotency")),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"], unique=False)
    op.create_table(
        "procedure",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_procedure")),
    )
    op.create_table(
        "rate_counter",
        sa.Column("bucket", sa.LargeBinary(), nullable=False),
        sa.Column("window", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "window", name=op.f("pk_rate_counter")),
    )
    op.create_table(
        "read_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_log")),
    )
    op.create_index("ix_read_log_at", "read_log", ["at"], unique=False)
    op.create_index("ix_read_log_case_id", "read_log", ["case_id"], unique=False)
    op.create_table(
        "routing_rule",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
        sa.UniqueConstraint("rank", name=op.f("uq_routing_rule_rank")),
    )
    op.create_geospatial_table(
        "area_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "boundary",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("residents", sa.Integer(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("area"), "="),
            (sa.column("valid"), "&&"),
            deferrable="True",
            initially="DEFERRED",
            using="gist",
            name="ex_area_version_one_at_a_time",
        ),
        sa.CheckConstraint("not isempty(valid)", name=op.f("ck_area_version_valid_not_empty")),
        sa.ForeignKeyConstraint(["area"], ["area.code"], name=op.f("fk_area_version_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_version")),
    )
    op.create_geospatial_index(
        "ix_area_version_boundary",
        "area_version",
        ["boundary"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_table(
        "unit",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("path", Ltree(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'department') = (function is not null)", name=op.f("ck_unit_department_has_function")
        ),
        sa.CheckConstraint(
            "kind in ('centre', 'department', 'petition_office', 'discipline_desk', 'mediation_committee', 'intake_desk')",
            name=op.f("ck_unit_kind"),
        ),
        sa.CheckConstraint("tier in ('city', 'county', 'township', 'community')", name=op.f("ck_unit_tier")),
        sa.ForeignKeyConstraint(["area"], ["area.code"], name=op.f("fk_unit_area")),
        sa.ForeignKeyConstraint(["parent"], ["unit.code"], name=op.f("fk_unit_parent")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit")),
    )
    op.create_index(op.f("ix_unit_area"), "unit", ["area"], unique=False)
    op.create_index(op.f("ix_unit_parent"), "unit", ["parent"], unique=False)
    op.create_index("ix_unit_path", "unit", ["path"], unique=False, postgresql_using="gist")
    op.create_index(
        "uq_unit_one_centre_an_area", "unit", ["area"], unique=True, postgresql_where=sa.text("kind = 'centre'")
    )
    op.create_index(
        "uq_unit_one_intake_desk", "unit", ["kind"], unique=True, postgresql_where=sa.text("kind = 'intake_desk'")
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("source_system", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("cardinality(scopes) > 0", name=op.f("ck_api_key_has_scope")),
        sa.ForeignKeyConstraint(["area"], ["area.code"], name=op.f("fk_api_key_area")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_api_key_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )
    op.create_table(
        "cell",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="comprehensive", nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=True),
        sa.Column("township", sa.Text(), nullable=True),
        sa.Column("community", sa.Text(), nullable=True),
        sa.Column("path", Ltree(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.CheckConstraint("kind in ('comprehensive', 'dedicated')", name=op.f("ck_cell_kind")),
        sa.ForeignKeyConstraint(["centre"], ["unit.code"], name=op.f("fk_cell_centre")),
        sa.ForeignKeyConstraint(["city"], ["area.code"], name=op.f("fk_cell_city")),
        sa.ForeignKeyConstraint(["community"], ["area.code"], name=op.f("fk_cell_community")),
        sa.ForeignKeyConstraint(["county"], ["area.code"], name=op.f("fk_cell_county")),
        sa.ForeignKeyConstraint(["township"], ["area.code"], name=op.f("fk_cell_township")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_cell")),
    )
    op.create_index(op.f("ix_cell_community"), "cell", ["community"], unique=False)
    op.create_index(op.f("ix_cell_township"), "cell", ["township"], unique=False)
    op.create_table(
        "route",
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("petition_class", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.code"], name=op.f("fk_route_area")),
        sa.ForeignKeyConstraint(["category"], ["category.code"], name=op.f("fk_route_category")),
        sa.ForeignKeyConstraint(["rule"], ["routing_rule.id"], name=op.f("fk_route_rule")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_route_unit")),
        sa.PrimaryKeyConstraint("area", "category", "kind", "petition_class", name=op.f("pk_route")),
    )
    op.create_index("ix_route_unit", "route", ["unit"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("full_time", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_staff_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("id", "full_time", name="uq_staff_id_full_time"),
    )
    op.create_index(op.f("ix_staff_unit"), "staff", ["unit"], unique=False)
    op.create_table(
        "account",
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("staff", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("disabled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_account_staff")),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_account")),
    )
    op.create_index(op.f("ix_account_staff"), "account", ["staff"], unique=False)
    op.create_geospatial_table(
        "cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("petition_class", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("procedure_version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("located_by", sa.Text(), nullable=False),
        sa.Column("crs", sa.Text(), nullable=True),
        sa.Column(
            "point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("accuracy_m", sa.REAL(), nullable=True),
        sa.Column("cell", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=True),
        sa.Column("township", sa.Text(), nullable=True),
        sa.Column("community", sa.Text(), nullable=True),
        sa.Column("area_path", Ltree(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("worker", sa.Uuid(), nullable=True),
        sa.Column("centre", sa.Text(), nullable=True),
        sa.Column("lead_unit", sa.Text(), nullable=False),
        sa.Column("routed_unit", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("guarded", sa.Boolean(), nullable=False),
        sa.Column("barred_units", sa.ARRAY(Ltree()), nullable=True),
        sa.Column("barred_staff", sa.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("due", sa.DateTime(timezone=True), server_default="infinity", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("reopened", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("source_system", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("registrar", sa.Text(), nullable=False),
        sa.Column("query_hash", sa.LargeBinary(), nullable=True),
        sa.Column("query_issue", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("imported", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'petition') = (petition_class is not null)", name=op.f("ck_cases_petition_has_class")
        ),
        sa.CheckConstraint(
            "(located_by = 'point') = (point is not null)", name=op.f("ck_cases_point_when_located_by_point")
        ),
        sa.CheckConstraint(
            "(status = 'merged') = (merged_into is not null)", name=op.f("ck_cases_merged_into_when_merged")
        ),
        sa.CheckConstraint("kind in ('petition', 'dispute', 'request', 'event')", name=op.f("ck_cases_kind")),
        sa.CheckConstraint("located_by in ('point', 'person', 'address')", name=op.f("ck_cases_located_by")),
        sa.CheckConstraint(
            "petition_class in ('suggestion', 'accusation', 'appeal')", name=op.f("ck_cases_petition_class")
        ),
        sa.CheckConstraint(
            "petition_class is distinct from 'accusation' or (worker is null and centre is null and cell is null"
            " and point is null)",
            name=op.f("ck_cases_accusation_is_sealed"),
        ),
        sa.CheckConstraint(
            "status in ('registered', 'accepted', 'handling', 'concluded', 'closed', 'declined', 'referred',"
            " 'withdrawn', 'merged')",
            name=op.f("ck_cases_status"),
        ),
        sa.CheckConstraint("merged_into <> id", name=op.f("ck_cases_not_merged_into_itself")),
        sa.ForeignKeyConstraint(["category"], ["category.code"], name=op.f("fk_cases_category")),
        sa.ForeignKeyConstraint(["cell"], ["cell.code"], name=op.f("fk_cases_cell")),
        sa.ForeignKeyConstraint(["centre"], ["unit.code"], name=op.f("fk_cases_centre")),
        sa.ForeignKeyConstraint(["city"], ["area.code"], name=op.f("fk_cases_city")),
        sa.ForeignKeyConstraint(["community"], ["area.code"], name=op.f("fk_cases_community")),
        sa.ForeignKeyConstraint(["county"], ["area.code"], name=op.f("fk_cases_county")),
        sa.ForeignKeyConstraint(["lead_unit"], ["unit.code"], name=op.f("fk_cases_lead_unit")),
        sa.ForeignKeyConstraint(["merged_into"], ["cases.id"], name=op.f("fk_cases_merged_into")),
        sa.ForeignKeyConstraint(
            ["procedure", "procedure_version"],
            ["procedure.code", "procedure.version"],
            name=op.f("fk_cases_procedure_procedure_version"),
        ),
        sa.ForeignKeyConstraint(["routed_unit"], ["unit.code"], name=op.f("fk_cases_routed_unit")),
        sa.ForeignKeyConstraint(["township"], ["area.code"], name=op.f("fk_cases_township")),
        sa.ForeignKeyConstraint(["worker"], ["staff.id"], name=op.f("fk_cases_worker")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index("ix_cases_cell", "cases", ["cell", "category", "registered_at"], unique=False)
    op.create_index("ix_cases_community", "cases", ["community", "status", "due", "id"], unique=False)
    op.create_index("ix_cases_county", "cases", ["county", "status", "due", "id"], unique=False)
    op.create_index("ix_cases_lead_unit", "cases", ["lead_unit", "status", "due", "id"], unique=False)
    op.create_index(
        "ix_cases_merged_into",
        "cases",
        ["merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into is not null"),
    )
    op.create_geospatial_index(
        "ix_cases_point", "cases", ["point"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(
        "ix_cases_queue", "cases", ["queue", "city"], unique=False, postgresql_where=sa.text("queue is not null")
    )
    op.create_index("ix_cases_status", "cases", ["status", "due", "id"], unique=False)
    op.create_index("ix_cases_township", "cases", ["township", "status", "due", "id"], unique=False)
    op.create_index("uq_cases_number", "cases", ["number"], unique=True)
    op.create_index(
        "uq_cases_source",
        "cases",
        ["source_system", "external_id"],
        unique=True,
        postgresql_where=sa.text("source_system is not null"),
    )
    op.create_geospatial_table(
        "cell_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("cell", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "boundary",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("residents", sa.Integer(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("cell"), "="),
            (sa.column("valid"), "&&"),
            deferrable="True",
            initially="DEFERRED",
            using="gist",
            name="ex_cell_version_one_at_a_time",
        ),
        sa.CheckConstraint("not isempty(valid)", name=op.f("ck_cell_version_valid_not_empty")),
        sa.ForeignKeyConstraint(["cell"], ["cell.code"], name=op.f("fk_cell_version_cell")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell_version")),
    )
    op.create_geospatial_index(
        "ix_cell_version_boundary",
        "cell_version",
        ["boundary"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_table(
        "cell_worker",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("cell", sa.Text(), nullable=False),
        sa.Column("staff", sa.Uuid(), nullable=False),
        sa.Column("full_time", sa.Boolean(), nullable=False),
        sa.Column("role", sa.Text(), server_default="primary", nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("cell"), "="),
            (sa.column("during"), "&&"),
            where=sa.text("role = 'primary'"),
            deferrable="True",
            initially="DEFERRED",
            using="gist",
            name="ex_cell_worker_one_a_cell",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("staff"), "="),
            (sa.column("during"), "&&"),
            where=sa.text("role = 'primary' and full_time"),
            deferrable="True",
            initially="DEFERRED",
            using="gist",
            name="ex_cell_worker_one_cell_each",
        ),
        sa.CheckConstraint("role in ('primary', 'cover')", name=op.f("ck_cell_worker_role")),
        sa.CheckConstraint("not isempty(during)", name=op.f("ck_cell_worker_during_not_empty")),
        sa.ForeignKeyConstraint(["cell"], ["cell.code"], name=op.f("fk_cell_worker_cell")),
        sa.ForeignKeyConstraint(
            ["staff", "full_time"],
            ["staff.id", "staff.full_time"],
            name="fk_cell_worker_staff_full_time_staff",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell_worker")),
    )
    op.create_index("ix_cell_worker_cell", "cell_worker", ["cell"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("staff", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["area"], ["area.code"], name=op.f("fk_post_area")),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_post_staff")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_post_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index(op.f("ix_post_staff"), "post", ["staff"], unique=False)
    op.create_index(op.f("ix_post_unit"), "post", ["unit"], unique=False)
    op.create_table(
        "case_access",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("grantee", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("grantee ~ '^(unit|post|staff|key):'", name=op.f("ck_case_access_grantee")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_access_case_id")),
        sa.PrimaryKeyConstraint("case_id", "grantee", "part", name=op.f("pk_case_access")),
    )
    op.create_index("ix_case_access_grantee", "case_access", ["grantee", "case_id"], unique=False)
    op.create_table(
        "case_concern",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("staff", sa.Uuid(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("seal_key", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("relation in ('concerns', 'not_to')", name=op.f("ck_case_concern_relation")),
        sa.CheckConstraint("num_nonnulls(unit, sealed) = 1", name=op.f("ck_case_concern_unit_or_words")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_concern_case_id")),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_case_concern_staff")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_case_concern_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_concern")),
    )
    op.create_index("ix_case_concern_case_id", "case_concern", ["case_id"], unique=False)
    op.create_table(
        "case_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("seal_key", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(sealed is null) <> (body is null)", name=op.f("ck_case_note_plain_or_sealed")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_note_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    op.create_index("ix_case_note_case_id", "case_note", ["case_id"], unique=False)
    op.create_table(
        "case_text",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("seal_key", sa.LargeBinary(), nullable=True),
        sa.Column(
            "bigrams",
            sa.ARRAY(sa.Text()),
            sa.Computed("bigrams(title || ' ' || coalesce(address, ''))", persisted=True),
            nullable=True,
        ),
        sa.CheckConstraint("(sealed is null) <> (title is null)", name=op.f("ck_case_text_plain_or_sealed")),
        sa.CheckConstraint("(sealed is null) = (seal_key is null)", name=op.f("ck_case_text_sealed_with_key")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_text_case_id")),
        sa.PrimaryKeyConstraint("case_id", "version", name=op.f("pk_case_text")),
    )
    op.create_index("ix_case_text_bigrams", "case_text", ["bigrams"], unique=False, postgresql_using="gin")
    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_unrolled", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provisional", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extensions", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("due >= start", name=op.f("ck_clock_due_after_start")),
        sa.CheckConstraint("num_nonnulls(met_at, stopped_at) <= 1", name=op.f("ck_clock_one_end")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_clock_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    op.create_index("ix_clock_case_id", "clock", ["case_id"], unique=False)
    op.create_index(
        "ix_clock_open_due",
        "clock",
        ["due"],
        unique=False,
        postgresql_where=sa.text("met_at is null and stopped_at is null"),
    )
    op.create_index(
        "uq_clock_one_open_of_a_kind",
        "clock",
        ["case_id", "kind"],
        unique=True,
        postgresql_where=sa.text("met_at is null and stopped_at is null"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("epoch", sa.Integer(), server_default="1", nullable=False),
        sa.Column("txid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "data", postgresql.JSONB(astext_type=sa.Text()), sa.Computed("body::jsonb", persisted=True), nullable=False
        ),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_event_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_feed", "event", ["epoch", "txid", "id"], unique=False)
    op.create_index("uq_event_case_id_seq", "event", ["case_id", "seq"], unique=True)
    op.create_table(
        "party",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("seal_key", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "role in ('petitioner', 'representative', 'agent', 'respondent', 'affected')", name=op.f("ck_party_role")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_party_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    op.create_index("ix_party_case_id", "party", ["case_id"], unique=False)
    op.create_index(
        "ix_party_phone_index",
        "party",
        ["phone_index"],
        unique=False,
        postgresql_where=sa.text("phone_index is not null"),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("staff", sa.Uuid(), nullable=True),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("offered_by", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'offered') = (answered_at is null)", name=op.f("ck_assignment_answered_unless_offered")
        ),
        sa.CheckConstraint("part in ('lead', 'co')", name=op.f("ck_assignment_part")),
        sa.CheckConstraint(
            "state in ('offered', 'signed', 'refused', 'recalled', 'done')", name=op.f("ck_assignment_state")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_assignment_case_id")),
        sa.ForeignKeyConstraint(["note"], ["case_note.id"], name=op.f("fk_assignment_note")),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_assignment_staff")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_assignment_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index("ix_assignment_case_id", "assignment", ["case_id"], unique=False)
    op.create_index(
        "ix_assignment_staff_open",
        "assignment",
        ["staff"],
        unique=False,
        postgresql_where=sa.text("staff is not null and state in ('offered', 'signed')"),
    )
    op.create_index(
        "ix_assignment_unit_open",
        "assignment",
        ["unit"],
        unique=False,
        postgresql_where=sa.text("state in ('offered', 'signed')"),
    )
    op.create_index(
        "uq_assignment_one_lead",
        "assignment",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("part = 'lead' and state = 'signed'"),
    )
    op.create_index(
        "uq_assignment_one_offer",
        "assignment",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("part = 'lead' and state = 'offered'"),
    )
    op.create_table(
        "clock_extension",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("clock", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("approver", sa.Uuid(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_after", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["approver"], ["staff.id"], name=op.f("fk_clock_extension_approver")),
        sa.ForeignKeyConstraint(["clock"], ["clock.id"], name=op.f("fk_clock_extension_clock")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_extension")),
    )
    op.create_index(op.f("ix_clock_extension_clock"), "clock_extension", ["clock"], unique=False)
    op.create_table(
        "service_record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("note", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "approved_by is null or outcome = 'attempted'", name=op.f("ck_service_record_approval_of_attempt")
        ),
        sa.CheckConstraint("outcome in ('served', 'waived', 'attempted')", name=op.f("ck_service_record_outcome")),
        sa.CheckConstraint(
            "approved_by is null or approved_by <> recorded_by", name=op.f("ck_service_record_approved_by_another")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_service_record_case_id")),
        sa.ForeignKeyConstraint(["note"], ["case_note.id"], name=op.f("fk_service_record_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_record")),
    )
    op.create_index("ix_service_record_case_id", "service_record", ["case_id"], unique=False)
    op.create_index(
        "uq_service_record_current",
        "service_record",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("replaced_at is null"),
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.drop_index(
        "uq_service_record_current", table_name="service_record", postgresql_where=sa.text("replaced_at is null")
    )
    op.drop_index("ix_service_record_case_id", table_name="service_record")
    op.drop_table("service_record")
    op.drop_index(op.f("ix_clock_extension_clock"), table_name="clock_extension")
    op.drop_table("clock_extension")
    op.drop_index(
        "uq_assignment_one_offer",
        table_name="assignment",
        postgresql_where=sa.text("part = 'lead' and state = 'offered'"),
    )
    op.drop_index(
        "uq_assignment_one_lead",
        table_name="assignment",
        postgresql_where=sa.text("part = 'lead' and state = 'signed'"),
    )
    op.drop_index(
        "ix_assignment_unit_open", table_name="assignment", postgresql_where=sa.text("state in ('offered', 'signed')")
    )
    op.drop_index(
        "ix_assignment_staff_open",
        table_name="assignment",
        postgresql_where=sa.text("staff is not null and state in ('offered', 'signed')"),
    )
    op.drop_index("ix_assignment_case_id", table_name="assignment")
    op.drop_table("assignment")
    op.drop_index("ix_party_phone_index", table_name="party", postgresql_where=sa.text("phone_index is not null"))
    op.drop_index("ix_party_case_id", table_name="party")
    op.drop_table("party")
    op.drop_index("uq_event_case_id_seq", table_name="event")
    op.drop_index("ix_event_feed", table_name="event")
    op.drop_table("event")
    op.drop_index(
        "uq_clock_one_open_of_a_kind",
        table_name="clock",
        postgresql_where=sa.text("met_at is null and stopped_at is null"),
    )
    op.drop_index(
        "ix_clock_open_due", table_name="clock", postgresql_where=sa.text("met_at is null and stopped_at is null")
    )
    op.drop_index("ix_clock_case_id", table_name="clock")
    op.drop_table("clock")
    op.drop_index("ix_case_text_bigrams", table_name="case_text", postgresql_using="gin")
    op.drop_table("case_text")
    op.drop_index("ix_case_note_case_id", table_name="case_note")
    op.drop_table("case_note")
    op.drop_index("ix_case_concern_case_id", table_name="case_concern")
    op.drop_table("case_concern")
    op.drop_index("ix_case_access_grantee", table_name="case_access")
    op.drop_table("case_access")
    op.drop_index(op.f("ix_post_unit"), table_name="post")
    op.drop_index(op.f("ix_post_staff"), table_name="post")
    op.drop_table("post")
    op.drop_index("ix_cell_worker_cell", table_name="cell_worker")
    op.drop_table("cell_worker")
    op.drop_geospatial_index(
        "ix_cell_version_boundary", table_name="cell_version", postgresql_using="gist", column_name="boundary"
    )
    op.drop_geospatial_table("cell_version")
    op.drop_index("uq_cases_source", table_name="cases", postgresql_where=sa.text("source_system is not null"))
    op.drop_index("uq_cases_number", table_name="cases")
    op.drop_index("ix_cases_township", table_name="cases")
    op.drop_index("ix_cases_status", table_name="cases")
    op.drop_index("ix_cases_queue", table_name="cases", postgresql_where=sa.text("queue is not null"))
    op.drop_geospatial_index("ix_cases_point", table_name="cases", postgresql_using="gist", column_name="point")
    op.drop_index("ix_cases_merged_into", table_name="cases", postgresql_where=sa.text("merged_into is not null"))
    op.drop_index("ix_cases_lead_unit", table_name="cases")
    op.drop_index("ix_cases_county", table_name="cases")
    op.drop_index("ix_cases_community", table_name="cases")
    op.drop_index("ix_cases_cell", table_name="cases")
    op.drop_geospatial_table("cases")
    op.drop_index(op.f("ix_account_staff"), table_name="account")
    op.drop_table("account")
    op.drop_index(op.f("ix_staff_unit"), table_name="staff")
    op.drop_table("staff")
    op.drop_index("ix_route_unit", table_name="route")
    op.drop_table("route")
    op.drop_index(op.f("ix_cell_township"), table_name="cell")
    op.drop_index(op.f("ix_cell_community"), table_name="cell")
    op.drop_table("cell")
    op.drop_table("api_key")
    op.drop_index("uq_unit_one_intake_desk", table_name="unit", postgresql_where=sa.text("kind = 'intake_desk'"))
    op.drop_index("uq_unit_one_centre_an_area", table_name="unit", postgresql_where=sa.text("kind = 'centre'"))
    op.drop_index("ix_unit_path", table_name="unit", postgresql_using="gist")
    op.drop_index(op.f("ix_unit_parent"), table_name="unit")
    op.drop_index(op.f("ix_unit_area"), table_name="unit")
    op.drop_table("unit")
    op.drop_geospatial_index(
        "ix_area_version_boundary", table_name="area_version", postgresql_using="gist", column_name="boundary"
    )
    op.drop_geospatial_table("area_version")
    op.drop_table("routing_rule")
    op.drop_index("ix_read_log_case_id", table_name="read_log")
    op.drop_index("ix_read_log_at", table_name="read_log")
    op.drop_table("read_log")
    op.drop_table("rate_counter")
    op.drop_table("procedure")
    op.drop_index("ix_idempotency_created_at", table_name="idempotency")
    op.drop_table("idempotency")
    op.drop_table("city")
    op.drop_table("category")
    op.drop_table("calendar_year")
    op.drop_table("calendar_day")
    op.drop_index("ix_area_path", table_name="area", postgresql_using="gist")
    op.drop_index(op.f("ix_area_parent"), table_name="area")
    op.drop_table("area")
    op.execute(sa.schema.DropSequence(sa.Sequence("case_number")))
    for function in ("event_hash", "event_body", "bigrams"):
        op.execute(f"drop function {function}")

"""centres as places"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0401"
down_revision: str | None = "0304"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INSTANT = sa.DateTime(timezone=True)
STANDS = sa.text("withdrawn_at is null")
BOUNDED = "not isempty({0}) and lower({0}) is not null and lower_inc({0}) and not upper_inc({0})"
MINUTES = "lower(minutes) >= 0 and lower(minutes) < 1440 and upper(minutes) <= 2880"
WITHDRAWN = {"withdrawn_by_somebody": "(withdrawn_at is null) = (withdrawn_by is null)"}
VALID = {
    "valid_bounded": BOUNDED.format("valid"),
    "ended_by_somebody": "upper_inf(valid) = (ended_by is null)",
}
PERIOD = {"period_bounded": f"{BOUNDED.format('period')} and upper(period) is not null"}


def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, INSTANT, nullable=nullable)


def key(name: str = "id", *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def valid() -> list[sa.Column]:
    return [sa.Column("valid", postgresql.TSTZRANGE(), nullable=False), text("set_by"), text("ended_by", nullable=True)]


def withdrawn() -> list[sa.Column]:
    return [
        instant("set_at"),
        text("set_by"),
        instant("withdrawn_at", nullable=True),
        text("withdrawn_by", nullable=True),
    ]


def once(name: str, *columns: str, where: sa.TextClause | None = None) -> postgresql.ExcludeConstraint:
    *equal, over = columns
    parts = [*((sa.column(column), "=") for column in equal), (sa.column(over), "&&")]
    return postgresql.ExcludeConstraint(*parts, using="gist", where=where, name=name)


def table(name: str, *columns: sa.Column, checks: dict[str, str], refers: dict[str, str], more: Sequence = ()) -> None:
    op.create_table(
        name,
        *columns,
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{name}_{check}")) for check, rule in checks.items()),
        *(sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{name}_{column}")) for column, to in refers.items()),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        *more,
    )


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    op.create_table(
        "centre",
        text("unit"),
        sa.Column("version", sa.Integer(), nullable=False),
        instant("changed_at"),
        text("changed_by"),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_centre_unit")),
        sa.PrimaryKeyConstraint("unit", name=op.f("pk_centre")),
    )
    create_stations()
    create_hours()
    create_rota()
    create_rooms()


def create_stations() -> None:
    table(
        "service_window", key(), text("centre"), text("code"), text("name"), *valid(),
        checks=VALID, refers={"centre": "unit.code"},
        more=[once("ex_service_window_one_of_a_number", "centre", "code", "valid")],
    )  # fmt: skip
    table(
        "station", key(), text("centre"), text("unit"), text("how"),
        sa.Column("weekdays", postgresql.ARRAY(sa.SmallInteger()), server_default=sa.text("'{}'"), nullable=False),
        text("window_code", nullable=True), text("call_in", nullable=True),
        sa.Column("respond_minutes", sa.SmallInteger(), nullable=True), *valid(),
        checks={
            "how": "how in ('resident', 'rotating', 'on_call')",
            "not_itself": "unit <> centre",
            "weekdays_rotate": "how = 'rotating' or weekdays = '{}'",
            "weekdays_iso": "weekdays <@ '{1,2,3,4,5,6,7}'",
            "called_somehow": "how <> 'on_call' or call_in is not null",
            "respond_minutes": "respond_minutes between 1 and 1440",
            **VALID,
        },
        refers={"centre": "unit.code", "unit": "unit.code"},
        more=[once("ex_station_once", "centre", "unit", "valid")],
    )  # fmt: skip
    op.create_index("ix_station_unit", "station", ["unit"])


def create_hours() -> None:
    table(
        "opening_hours", key(), text("centre"), sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("minutes", postgresql.INT4MULTIRANGE(), nullable=False),
        sa.Column("days", postgresql.DATERANGE(), nullable=False), *withdrawn(),
        checks={
            "weekday": "weekday between 1 and 7",
            "minutes": f"not isempty(minutes) and {MINUTES}",
            "days_bounded": "not isempty(days) and lower(days) is not null",
            **WITHDRAWN,
        },
        refers={"centre": "unit.code"},
        more=[once("ex_opening_hours_one_of_a_day", "centre", "weekday", "days", where=STANDS)],
    )  # fmt: skip
    table(
        "special_day", key(), text("centre"), sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", postgresql.INT4MULTIRANGE(), nullable=False), text("reason"), *withdrawn(),
        checks={"minutes": f"isempty(minutes) or ({MINUTES})", **WITHDRAWN}, refers={"centre": "unit.code"},
    )  # fmt: skip
    op.create_index("uq_special_day_once", "special_day", ["centre", "day"], unique=True, postgresql_where=STANDS)


def create_rota() -> None:
    table(
        "duty_shift", key(), text("centre"), text("unit"), key("staff"), text("window_code", nullable=True),
        sa.Column("period", postgresql.TSTZRANGE(), nullable=False), *withdrawn(),
        checks={**PERIOD, **WITHDRAWN},
        refers={"centre": "unit.code", "unit": "unit.code", "staff": "staff.id"},
        more=[once("ex_duty_shift_one_at_a_time", "staff", "period", where=STANDS)],
    )  # fmt: skip
    op.create_index(
        "ix_duty_shift_centre", "duty_shift", ["centre", "period"], postgresql_using="gist", postgresql_where=STANDS
    )


def create_rooms() -> None:
    table(
        "room", key(), text("centre"), text("code"), *valid(), checks=VALID, refers={"centre": "unit.code"},
        more=[once("ex_room_one_of_a_number", "centre", "code", "valid")],
    )  # fmt: skip
    table(
        "room_version", key(), key("room"), text("name"), text("kind"),
        sa.Column("seats", sa.SmallInteger(), nullable=False), *valid(),
        checks={
            "kind": "kind in ('mediation', 'hearing', 'meeting', 'talk')",
            "seats": "seats between 1 and 1000",
            **VALID,
        },
        refers={"room": "room.id"}, more=[once("ex_room_version_one_at_a_time", "room", "valid")],
    )  # fmt: skip
    table(
        "room_booking", key(), key("room"), sa.Column("period", postgresql.TSTZRANGE(), nullable=False),
        text("purpose"), key("case_id", nullable=True), text("unit"), instant("booked_at"), text("booked_by"),
        instant("released_at", nullable=True), text("released_by", nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        checks={
            "purpose": "purpose in ('mediation', 'hearing', 'meeting', 'talk', 'other')",
            "released_by_somebody": "(released_at is null) = (released_by is null)",
            **PERIOD,
        },
        refers={"room": "room.id", "case_id": "cases.id", "unit": "unit.code"},
        more=[once("ex_room_booking_one_at_a_time", "room", "period", where=sa.text("released_at is null"))],
    )  # fmt: skip
    op.create_index(
        "ix_room_booking_case_id", "room_booking", ["case_id"], postgresql_where=sa.text("case_id is not null")
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("set local statement_timeout = '60s'")
    for name in ("room_booking", "room_version", "room", "duty_shift", "special_day", "opening_hours", "station"):
        op.drop_table(name)
    op.drop_table("service_window")
    op.drop_table("centre")

"""What the service's login may do in its database: read and write rows, change no table, rewrite no history."""

import asyncio
from typing import Any

import asyncpg
import pytest

from app.capabilities import append_only
from app.core.database import connect
from tests.cast import CITY, Cast

ROLE = f"{CITY}_app"


def as_app(statement: str) -> Any:
    async def work() -> Any:
        conn = await connect(CITY, "app")
        try:
            return await conn.fetch(statement)
        finally:
            await conn.close()

    return asyncio.run(work())


def test_it_is_an_ordinary_login(database: str) -> None:
    (row,) = as_app(
        "select current_user::text as name, rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls"
        " as mighty from pg_roles where rolname = current_user"
    )
    assert (row["name"], row["mighty"]) == (ROLE, False)


def test_it_owns_nothing_and_belongs_to_no_other_role(database: str) -> None:
    assert as_app("select relname from pg_class where relowner = current_user::regrole") == []
    assert as_app("select nspname from pg_namespace where nspowner = current_user::regrole") == []
    assert as_app("select 1 from pg_auth_members where member = current_user::regrole") == []


@pytest.mark.parametrize(
    "statement",
    [
        "create table mine (id int)",
        f"create table {CITY}.mine (id int)",
        "create table extensions.mine (id int)",
        "create table public.mine (id int)",
        "create schema mine",
        "create role mine",
        "create extension hstore",
        "create function mine() returns int language sql as 'select 1'",
        "alter table cases add column mine int",
        "alter table cases disable trigger all",
        "alter table cell_worker drop constraint ex_cell_worker_one_a_cell",
        "drop table case_note",
        "drop index uq_cases_number",
        "truncate cases cascade",
        f"set role {CITY}_owner",
        "update alembic_version set version_num = version_num",
        "copy (select 1) to program 'true'",
        "select pg_read_file('/etc/hostname')",
    ],
)
def test_it_may_not(database: str, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        as_app(statement)


@pytest.mark.parametrize("table", append_only())
@pytest.mark.parametrize(
    "statement",
    ["update {} set {} = {}", "update {} set {} = {} where false", "delete from {}", "truncate {}"],
)
def test_history_cannot_be_rewritten(cast: Cast, table: str, statement: str) -> None:
    cast("li.window").register()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        as_app(statement.format(table, *["n" if table == "checkpoint" else "id"] * 2))


def test_history_is_append_only_and_the_log_of_reads_too() -> None:
    assert set(append_only()) == {
        "checkpoint", "emergency_log", "event", "read_log", "reveal_lift", "seat_given", "verification",
    }  # fmt: skip


def test_it_sees_no_other_city(database: str, make_city: Any) -> None:
    make_city("elsewhere", "hohhot")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        as_app("select 1 from elsewhere.cases")

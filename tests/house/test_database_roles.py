"""What each login role may do in a city's database: what the capabilities say of their tables, and nothing else."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import pytest
from starlette.testclient import TestClient

from app.capabilities import append_only, grants
from app.core.database import connect
from app.core.http import write
from app.core.roles import LoginRole
from tests.cast import CITY, Cast
from tests.house.reading.tables import owners, references
from tests.house.routes import api_routes
from tests.support.each import each

ROLE = f"{CITY}_app"
GRANTED = grants()
AsRole = Callable[..., Any]


@pytest.fixture(scope="module")
def as_role(database: str) -> Iterator[AsRole]:
    """The rows of the last statement; all of them in one transaction that is taken back. One connection a role."""
    opened: dict[LoginRole, asyncpg.Connection] = {}

    async def work(role: LoginRole, statements: tuple[str, ...]) -> Any:
        if role not in opened:
            opened[role] = await connect(CITY, role)
        transaction = opened[role].transaction()
        await transaction.start()
        try:
            for statement in statements[:-1]:
                await opened[role].execute(statement)
            return await opened[role].fetch(statements[-1])
        finally:
            await transaction.rollback()

    async def leave() -> None:
        for connection in opened.values():
            await connection.close()

    with asyncio.Runner() as runner:
        yield lambda role, *statements: runner.run(work(role, statements))
        runner.run(leave())


@pytest.fixture(scope="module")
def registered(cast: Cast) -> None:
    """Something to change, for whoever could."""
    cast("li.window").register()


@pytest.mark.parametrize("role", GRANTED)
def test_it_is_an_ordinary_login(as_role: AsRole, role: LoginRole) -> None:
    (row,) = as_role(
        role,
        "select current_user::text as name, rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls"
        " as mighty from pg_roles where rolname = current_user",
    )
    assert (row["name"], row["mighty"]) == (f"{CITY}_{role}", False)


@pytest.mark.parametrize("role", GRANTED)
def test_it_owns_nothing_and_belongs_to_no_other_role(as_role: AsRole, role: LoginRole) -> None:
    assert as_role(role, "select relname from pg_class where relowner = current_user::regrole") == []
    assert as_role(role, "select nspname from pg_namespace where nspowner = current_user::regrole") == []
    assert as_role(role, "select 1 from pg_auth_members where member = current_user::regrole") == []


@pytest.mark.parametrize("role", GRANTED)
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
        f"set session authorization {CITY}_owner",
        f"alter role {ROLE} superuser",
        "update alembic_version set version_num = version_num",
        "copy (select 1) to program 'true'",
        "select pg_read_file('/etc/hostname')",
        "select lo_import('/etc/hostname')",
    ],
)
def test_it_may_not(as_role: AsRole, statement: str, role: LoginRole) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        as_role(role, statement)


# An error in a statement of a request lets somebody say this in the service's name.
@pytest.mark.parametrize(
    "statement",
    [
        "select password_hash from account",
        "select hash from api_key",
        "select * from (select (a).password_hash from account a) x",
        "select table_to_xml('account', true, false, '')",
        "select query_to_xml('select * from api_key', true, false, '')",
        "update account set password_hash = 'mine'",
        "update account set disabled = false",
        "insert into account (login, staff, password_hash) select 'mine', id, 'x' from staff limit 1",
        "insert into account select from account where false",
        "merge into account a using staff s on s.id = a.staff when matched then update set password_hash = 'mine'",
        "with w as (update post set staff = null returning 1) select * from w",
        "update post set role = 'discipline_officer'",
        "insert into post (id, role, unit, area) select 'mine', 'auditor', unit, area from post limit 1",
        "delete from post",
        "update staff set active = true",
        "update staff set unit = unit",
        "select from staff for update",
        "insert into api_key select from api_key",
        "delete from ended_session",
        "delete from data_key",
        "update data_key set key = ''",
        "delete from retired_key",
        "delete from rate_counter",
        "update unit set parent = null",
        "update area set path = path",
        "update cell_worker set staff = staff",
        "delete from cell_version",
        "update procedure set version = version",
        "delete from routing_rule",
        "insert into checkpoint (n, at, body, hash, key, signature) values (0, '2026-01-01', '', '', '', '')",
        "insert into verification (at, through, cases, found) values ('2026-01-01', 0, 0, '[]')",
        "delete from verification",
        "insert into seat_given (id) values (gen_random_uuid())",
        "insert into staff_handover (id) values (gen_random_uuid())",
        "delete from case_access",
        "delete from cases",
        "delete from assignment",
        "delete from notice",
        "copy account to stdout",
    ],
)
def test_an_injected_statement_reaches_no_account_seat_or_signature(as_role: AsRole, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        as_role(LoginRole.SERVICE, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "update account set password_hash = 'mine'",
        "insert into account (login, staff, password_hash) select 'mine', id, 'x' from staff limit 1",
        "update account set staff = staff",
        "insert into api_key select from api_key",
        "update api_key set scopes = scopes",
        "update post set role = 'auditor'",
        "insert into post (id, role, unit, area) select 'mine', 'auditor', unit, area from post limit 1",
        "update staff set active = true",
        "insert into checkpoint (n, at, body, hash, key, signature) values (0, '2026-01-01', '', '', '', '')",
    ],
)
def test_log_ins_and_seats_change_hands_and_are_not_made(as_role: AsRole, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        as_role(LoginRole.ACCOUNTS, statement)


def test_a_temporary_table_takes_no_tables_place(as_role: AsRole) -> None:
    """Least of all in a function that runs with its owner's rights."""
    made = "create temp table staff as select gen_random_uuid() as id, 'mine' as name"
    assert as_role(LoginRole.SERVICE, made, "select from staff where name = 'mine'") == []
    assert as_role(LoginRole.SERVICE, made, "select to_regclass('staff')::text as found")[0]["found"] == "staff"


def test_what_runs_with_its_owners_rights_has_a_path_of_its_own(as_role: AsRole) -> None:
    found = as_role(
        LoginRole.OWNER,
        "select proname::text as name, proconfig from pg_proc where prosecdef and pronamespace = current_schema()::regnamespace",
    )
    assert {row["name"] for row in found} >= {"hold_staff", "key_gone"}
    for row in found:
        assert row["proconfig"] == [f"search_path={CITY}, extensions, pg_temp"], row["name"]


# --- the list of grants ---


@pytest.mark.parametrize("role", GRANTED)
def test_nothing_is_granted_beside_the_list_and_all_of_it_is(as_role: AsRole, role: LoginRole) -> None:
    held = {
        (row["relname"], row["verb"])
        for row in as_role(
            role,
            "select relname::text, verb from pg_class c,"
            " unnest('{select,insert,update,delete,truncate,references,trigger}'::text[]) verb"
            " where relnamespace = current_schema()::regnamespace and relkind in ('r', 'v') and case"
            " when verb in ('delete', 'truncate', 'trigger') then has_table_privilege(oid, verb)"
            " else has_any_column_privilege(oid, verb) end",
        )
    }
    granted = GRANTED[role]
    assert granted.excess(held) == []
    listed = {(table, verb.split()[0]) for table, verbs in granted.writes.items() for verb in verbs.split(", ")}
    assert held >= listed | {(table, "select") for table in granted.reads}
    assert granted.excess([("account", "delete"), ("nothing", "insert")]) == ["delete account", "insert nothing"]


@pytest.mark.parametrize("role", [LoginRole.READER, LoginRole.FIGURES])
def test_who_reads_writes_nothing(role: LoginRole) -> None:
    assert not GRANTED[role].writes


def test_who_counts_figures_reads_what_they_are_counted_from() -> None:
    assert not GRANTED[LoginRole.FIGURES].reads_all


def test_what_is_got_is_read_under_a_role_that_writes_nothing(client: TestClient) -> None:
    """But for the content of an attachment: that somebody looked is kept."""
    writing = {
        path
        for method, path, dependant in api_routes(client.app)
        if method == "GET" and write in set(asked_of(dependant))
    }
    assert writing == {"/v1/attachments/{attachment_id}/content"}


def asked_of(dependant: Any) -> Iterator[Any]:
    for one in dependant.dependencies:
        yield one.call
        yield from asked_of(one)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into case_access (case_id, grantee, part) select id, 'staff:mine', 'task' from cases",
        "update cases set status = 'closed'",
        "with w as (insert into event select from event returning 1) select * from w",
        "insert into message (key) values ('mine')",
        "insert into read_log (at) values ('2026-01-01')",
        "update message set read_by = null",
        "select nextval('assignment_id_seq')",
        "select from cases for update",
        "select append_events('{}', 'x', '2026-01-01', 'x', '{}')",
        "lock table cases in exclusive mode",
        "select password_hash from account",
    ],
)
@pytest.mark.parametrize("role", [LoginRole.READER, LoginRole.FIGURES])
def test_a_statement_injected_into_a_list_changes_nothing(
    as_role: AsRole, registered: None, role: LoginRole, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        as_role(role, statement)


# What commands load as the city's owner, and no login else writes.
LOADED = {
    "api_key", "area", "area_version", "calendar_day", "calendar_year", "category", "cell", "cell_version", "city",
    "dispute_kind", "procedure", "retired_key", "route", "routing_rule", "staff", "unit",
}  # fmt: skip


def test_a_table_that_the_product_writes_is_granted_to_who_writes_it_or_loaded_by_its_owner() -> None:
    written = {reference.table for reference in references() if reference.how == "write"}
    named = set[str]().union(*(granted.writes for granted in GRANTED.values()))
    assert named == written - LOADED
    assert not named & LOADED
    assert named <= set(owners())


def first_column(as_role: AsRole, table: str) -> str:
    (row,) = as_role(
        LoginRole.OWNER,
        f"select attname::text as name from pg_attribute where attrelid = '{table}'::regclass and attnum = 1",
    )
    return str(row["name"])


@pytest.mark.parametrize("table", append_only())
@pytest.mark.parametrize(
    "statement",
    ["update {} set {} = {}", "update {} set {} = {} where false", "delete from {}", "truncate {}"],
)
def test_history_cannot_be_rewritten(as_role: AsRole, registered: None, table: str, statement: str) -> None:
    column = first_column(as_role, table)
    for role in GRANTED:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            as_role(role, statement.format(table, column, column))


def test_history_is_append_only_and_the_log_of_reads_too() -> None:
    assert set(append_only()) >= {
        "checkpoint", "emergency_log", "event", "read_log", "reveal_lift", "seat_given", "staff_handover",
        "staff_handover_item", "verification", "case_note", "correction", "mediation_signature",
    }  # fmt: skip


def test_it_sees_no_other_city(as_role: AsRole, make_city: Callable[[str, str], str]) -> None:
    make_city("elsewhere", "hohhot")
    for role in each(GRANTED):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            as_role(role, "select 1 from elsewhere.cases")

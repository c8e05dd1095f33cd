"""What each login role may do in a city's database: what the capabilities say of their tables, and nothing else."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import pytest
from starlette.testclient import TestClient

from app.capabilities import append_only, grants
from app.cli.city import create_city
from app.core.database import Database, connect, database_name
from app.core.http import write
from app.core.roles import LoginRole
from app.core.settings import settings
from app.main import create_app
from seeds import load
from tests import databases
from tests.cast import CITY, Cast
from tests.house.reading.tables import owners, references
from tests.house.routes import api_routes

ROLE = f"{CITY}_app"
GRANTED = grants()
AsRole = Callable[..., Any]
CARELESS = (
    "careless"  # a city of this module's own: roles are the server's, and other workers start with the demo city's
)
# Whatever the roles of that city are and hold.
HELD = f"""
    select relname::text as name, relowner::regrole::text as owner, acl::text
    from pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner))) acl
    where relnamespace = '{CARELESS}'::regnamespace
    union all select relname || '.' || attname, '', acl::text
    from pg_attribute a join pg_class c on c.oid = attrelid, aclexplode(attacl) acl
    where relnamespace = '{CARELESS}'::regnamespace
    union all select nspname, nspowner::regrole::text, acl::text from pg_namespace, aclexplode(nspacl) acl
    where nspname = '{CARELESS}'
    union all select rolname, '', r::text from pg_roles r where rolname like '{CARELESS}_%'
    union all select roleid::regrole::text, '', member::regrole::text from pg_auth_members
    where member::regrole::text like '{CARELESS}_%' order by 1, 2, 3
"""


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


def as_admin(statement: str) -> list[Any]:
    async def work() -> list[Any]:
        admin = await asyncpg.connect(settings().database_url, server_settings={"search_path": CARELESS})
        try:
            await admin.execute(statement)
            return list(await admin.fetch(HELD))
        finally:
            await admin.close()

    return asyncio.run(work())


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


@pytest.fixture(scope="module")
def careless(database: str) -> str:
    """The city of this module's own, an empty one."""
    with databases.alone("roles"):
        create_city(CARELESS, load.read_profile(load.PROFILES["hohhot"]), bare=True)
    return CARELESS


@pytest.mark.parametrize("role", GRANTED)
def test_it_sees_no_other_city(as_role: AsRole, careless: str, role: LoginRole) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        as_role(role, f"select 1 from {careless}.cases")


# --- a start ---


@pytest.fixture
def too_much(careless: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Something that a careless administrator gave the service's role, until the test is over."""
    given, taken, told = request.param
    before = as_admin("select")
    assert as_admin(given) != before
    yield told
    assert as_admin(taken) == before, "others find the roles as they were"


@pytest.mark.parametrize(
    "too_much",
    [
        (f"alter role {CARELESS}_app superuser", f"alter role {CARELESS}_app nosuperuser", "is superuser"),
        (f"alter role {CARELESS}_app bypassrls", f"alter role {CARELESS}_app nobypassrls", "bypasses row security"),
        (
            f"grant {CARELESS}_owner to {CARELESS}_app",
            f"revoke {CARELESS}_owner from {CARELESS}_app",
            "belongs to another role",
        ),
        (
            f"grant create on schema {CARELESS} to {CARELESS}_app",
            f"revoke create on schema {CARELESS} from {CARELESS}_app",
            "may create tables",
        ),
        (f"create table mine (); alter table mine owner to {CARELESS}_app", "drop table mine", "owns tables"),
        (
            f"grant update (password_hash) on account to {CARELESS}_app",
            f"revoke update (password_hash) on account from {CARELESS}_app",
            "update account",
        ),
        (
            f"grant delete on checkpoint to {CARELESS}_app",
            f"revoke delete on checkpoint from {CARELESS}_app",
            "delete checkpoint",
        ),
        (
            f"grant update on post to {CARELESS}_figures",
            f"revoke update on post from {CARELESS}_figures",
            "update post",
        ),
    ],
    indirect=True,
    ids=lambda given: given[2],
)
def test_a_service_that_may_do_too_much_does_not_start(too_much: str) -> None:
    with pytest.raises(RuntimeError, match=f"{too_much}.*gridcase migrate"), TestClient(create_app(CARELESS)):
        pass


def test_a_service_starts_with_what_it_is_granted(careless: str) -> None:
    with TestClient(create_app(careless)) as running:
        assert running.get("/readyz").status_code == 200


def test_a_city_without_its_roles_is_told_to_migrate(careless: str) -> None:
    whose = f"alter role {CARELESS}_figures"

    async def start() -> None:
        async with Database.opened(careless, GRANTED):
            pass

    as_admin(f"{whose} nologin")
    try:
        with pytest.raises(RuntimeError, match=r"careless_figures.*gridcase migrate"):
            asyncio.run(start())
    finally:
        as_admin(f"{whose} login")
    assert database_name(settings().database_url)

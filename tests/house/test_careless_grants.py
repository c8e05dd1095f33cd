"""A service whose login may do more than it is granted, or is not let in, does not start and says what to do."""

import asyncio
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from starlette.testclient import TestClient

from app.capabilities import grants
from app.cli.city import create_city
from app.core.database import Database, database_name
from app.core.settings import settings
from app.main import create_app
from seeds import load
from tests import databases

CARELESS = "careless"  # a city of its own: roles are the server's, and other tests start with those of the demo city
GRANTED = grants()
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


def as_admin(statement: str) -> list[Any]:
    async def work() -> list[Any]:
        admin = await asyncpg.connect(settings().database_url, server_settings={"search_path": CARELESS})
        try:
            await admin.execute(statement)
            return list(await admin.fetch(HELD))
        finally:
            await admin.close()

    return asyncio.run(work())


@pytest.fixture(scope="module")
def careless(database: str) -> str:
    """The city of this module's own, an empty one."""
    with databases.alone("roles"):
        create_city(CARELESS, load.read_profile(load.PROFILES["hohhot"]), bare=True)
    return CARELESS


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

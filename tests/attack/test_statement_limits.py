"""Statements that take too long, and locks that are waited for too long, end: with a 503, and with the connection back."""

import asyncio
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from starlette.testclient import TestClient

from app.core.database import Database, database_name
from app.core.http import Read
from app.core.provision import PATIENCE
from app.core.roles import LoginRole
from app.core.settings import settings
from tests.cast import CITY, Cast, Lives
from tests.support.application import application
from tests.support.refusals import refused

SHOWN = ", ".join(f"current_setting('{name}')" for name in PATIENCE)


def as_admin(*statements: str) -> None:
    async def work() -> None:
        admin = await asyncpg.connect(settings().database_url)
        for statement in statements:
            await admin.execute(statement)
        await admin.close()

    asyncio.run(work())


@pytest.fixture
def hasty(client: TestClient) -> Iterator[TestClient]:
    """An application whose roles have less time than a city's, and one route more."""
    app, where = application(), f'in database "{database_name(settings().database_url)}"'
    roles = [f"alter role {CITY}_{role} {where}" for role in (LoginRole.SERVICE, LoginRole.READER)]

    @app.get("/endless")
    async def endless(conn: Read) -> Any:
        return await conn.fetchval("select pg_sleep(60)")

    as_admin(*(f"{whose} set {name} = '300ms'" for whose in roles for name in ("statement_timeout", "lock_timeout")))
    with TestClient(app, raise_server_exceptions=False) as own:
        yield own
    as_admin(*(f"{whose} set {name} = '{most}'" for whose in roles for name, most in PATIENCE.items()))


@pytest.mark.parametrize("patient", [False, True])
def test_a_request_has_seconds_a_runner_has_time(client: TestClient, patient: bool) -> None:
    async def work() -> list[str]:
        database = await Database.open(CITY, size=1, patient=patient)
        async with database.transaction() as conn:
            inside: list[str] = list(*await conn.fetch(f"select {SHOWN}"))
        async with database.connection() as conn:
            assert list(*await conn.fetch(f"select {SHOWN}")) == list(PATIENCE.values())
        await database.close()
        return inside

    assert asyncio.run(work()) == (["0"] * len(PATIENCE) if patient else list(PATIENCE.values()))


def test_a_statement_that_takes_too_long_is_a_503_and_the_next_is_served(hasty: TestClient) -> None:
    for _ in range(settings().pool_size + 1):
        reply = hasty.get("/endless")
        refused(reply, status=503)
        assert reply.headers["retry-after"]
    assert hasty.get("/readyz").status_code == 200


def test_a_lock_that_is_held_too_long_is_a_503_and_nothing_is_done(
    cast: Cast, hasty: TestClient, lives: Lives, sql: Any
) -> None:
    case, chen = lives.signed()["id"], Cast(hasty)("chen.housing")
    sql("begin")
    sql("select from cases where id = $1::uuid for update", case)
    try:
        refused(chen.act(case, "accept"), status=503)
    finally:
        sql("rollback")
    assert chen.act(case, "accept").status_code == 200

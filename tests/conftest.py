"""One database a module, cloned from a city built once; the real application over it; the permanent cast to speak as."""

import asyncio
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import asyncpg
import hypothesis
import pytest
from anyio.from_thread import start_blocking_portal
from starlette.testclient import TestClient

from app.capabilities import compose
from app.staff import callers
from tests import databases
from tests.cast import Cast, Lives
from tests.support import clock, processor, tiers
from tests.support.crossing import CrossingClient

CITY = "hohhot"
compose()  # as the service and the command line do
callers.TRUSTED_SECONDS = 0.0  # whoever left is out at once: no test waits a second
hypothesis.settings.register_profile("gridcase", deadline=None)  # how long an example takes is the machine's matter
hypothesis.settings.load_profile("gridcase")
_numbers = itertools.count(1)


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """The hooks of the suite."""
    for plugin in (databases, tiers, processor):
        pluginmanager.register(plugin)


def pytest_configure(config: pytest.Config) -> None:
    """Settings of the product for all tests, before any module of it is imported."""
    config.addinivalue_line("markers", "meddles: of a module that writes into the record by hand")
    os.environ["GRIDCASE_LOG_LEVEL"] = "ERROR"
    os.environ["GRIDCASE_QUERY_TRIES_PER_HOUR"] = "100000"
    os.environ["GRIDCASE_LOGIN_TRIES_PER_HOUR"] = "100000"


def _build_template() -> None:
    """The demo city without its 20,000 cases, as the product itself makes it."""
    from app.cli.city import create_city
    from app.core.database import connect
    from seeds import load

    profile = load.read_profile(load.PROFILES["hohhot"])
    create_city(CITY, profile, bare=False)

    async def fill() -> None:
        conn = await connect(CITY, "owner")
        async with conn.transaction():
            await load.load_demo_city(conn, profile, lambda _: None)
        await conn.execute("analyze")
        await conn.close()

    asyncio.run(fill())


@pytest.fixture(scope="session")
def template(worker_id: str) -> str:
    """The name of the database that all others are copied from: the demo city, made once a run."""

    def make() -> None:
        databases.use(databases.new_database("template"))
        _build_template()

    databases.once("template", make)
    return "template"


@pytest.fixture(scope="module")
def database(template: str, worker_id: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database of this module's own with the demo city in it."""
    name = f"city_{worker_id}_{next(_numbers)}"
    url = databases.clone_database(template, name)
    databases.use(url, databases.run_folder() / name)
    yield url
    if request.node.get_closest_marker("meddles") is None:
        assert asyncio.run(_faults()) == [], "whatever was done, the record holds"
    databases.drop_database(name)


async def _faults() -> list[str]:
    from app.core.database import connect
    from tests.support.record import faults

    conn = await connect(CITY, "owner")
    try:
        return await faults(conn)
    finally:
        await conn.close()


@pytest.fixture(scope="session")
def app(template: str) -> Any:
    """The application, one for the worker, in the time of the tests; whoever opens it serves the database of the module."""
    from tests.support.application import shared

    return shared()


@pytest.fixture(scope="module")
def client(app: Any, database: str) -> Iterator[TestClient]:
    """HTTP into the application; its lifespan runs for the module. Server faults are replies, not exceptions."""
    with CrossingClient(app, raise_server_exceptions=False) as running:
        yield running


@pytest.fixture(scope="module")
def cast(client: TestClient) -> Cast:
    """The permanent cast: `cast("li.window").post(...)`."""
    return Cast(client)


@pytest.fixture(scope="module")
def lives(cast: Cast) -> Lives:
    """Cases brought to a state: `lives.handling(kind="request", category="heating.outage")` gives the receipt."""
    return Lives(cast)


@pytest.fixture
def at() -> Iterator[Callable[[datetime], None]]:
    """Freeze the instant that requests see: `at(datetime(...))`."""
    with clock.standing() as freeze:
        yield freeze


@pytest.fixture(scope="module")
def sql(database: str) -> Iterator[Callable[..., list[Any]]]:
    """Look into the tables as the city's owner: `sql("select …", argument)` gives rows. One connection a city.

    `now()` in a statement is the present of the tests, not the server's.
    """
    from app.core.database import connect

    owners: dict[str, asyncpg.Connection] = {}
    alone = asyncio.Lock()

    async def ask(city: str, statement: str, arguments: Sequence[Any]) -> list[Any]:
        async with alone:
            if city not in owners or owners[city].is_closed():
                owners[city] = await connect(city, "owner")
            at = f"'{clock.present().isoformat()}'::timestamptz"
            return list(await owners[city].fetch(statement.replace("now()", at), *arguments))

    async def leave() -> None:
        for owner in owners.values():
            await owner.close()

    with start_blocking_portal(backend_options={"use_uvloop": True}) as portal:
        yield lambda statement, *arguments, city=CITY: portal.call(ask, city, statement, arguments)
        portal.call(leave)


@pytest.fixture
def make_city(database: str) -> Iterator[Callable[[str, str], str]]:
    """Make another city beside the demo: `make_city("boston", "boston")` (name, profile) gives its name."""
    from app.cli.city import create_city
    from app.core.settings import settings
    from seeds import load

    made: list[str] = []

    def make(name: str, profile: str) -> str:
        with databases.alone("roles"):
            create_city(name, load.read_profile(load.PROFILES[profile]), bare=True)
        made.append(name)
        return name

    yield make

    async def drop() -> None:
        admin = await asyncpg.connect(settings().database_url)
        for name in made:
            await admin.execute(f'drop schema "{name}" cascade')
        await admin.close()

    asyncio.run(drop())

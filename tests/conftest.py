"""One database a worker, cloned from a city built once; the real application over it; the permanent cast to speak as."""

import asyncio
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.capabilities import compose
from tests import databases
from tests.cast import Cast, Lives
from tests.databases import pytest_configure, pytest_unconfigure  # noqa: F401 (hooks)

CITY = "hohhot"
compose()  # as the service and the command line do


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


def _use(url: str) -> None:
    from app.core.settings import settings

    os.environ["DATABASE_URL"] = url
    settings.cache_clear()


@pytest.fixture(scope="session")
def database(worker_id: str) -> Iterator[str]:
    """The URL of this worker's own database with the demo city in it."""
    from app.core import provision

    os.environ["GRIDCASE_HOME"] = str(databases.run_folder())
    # Files belong to one database: to another worker's they would be orphans.
    os.environ["GRIDCASE_ATTACHMENT_FOLDER"] = str(databases.run_folder() / f"attachments_{worker_id}")
    os.environ["GRIDCASE_LOG_LEVEL"] = "ERROR"
    os.environ["GRIDCASE_QUERY_TRIES_PER_HOUR"] = "100000"
    os.environ["GRIDCASE_LOGIN_TRIES_PER_HOUR"] = "100000"

    def make() -> None:
        _use(databases.new_database("template"))
        _build_template()

    databases.once("template", make)
    url = databases.clone_database("template", f"city_{worker_id}")
    _use(url)
    with databases.alone("roles"):
        asyncio.run(
            provision.create_schema_and_roles(CITY)
        )  # settings of roles belong to a database: a clone needs its own
    yield url
    databases.drop_database(f"city_{worker_id}")


@pytest.fixture(scope="session")
def app(database: str) -> Any:
    """The application, one for the worker."""
    from app.main import create_app

    return create_app(CITY)


@pytest.fixture(scope="session")
def client(app: Any) -> Iterator[TestClient]:
    """HTTP into the application; its lifespan runs for the whole session. Server faults are replies, not exceptions."""
    with TestClient(app, raise_server_exceptions=False) as running:
        yield running


@pytest.fixture(scope="session")
def cast(client: TestClient) -> Cast:
    """The permanent cast: `cast("li.window").post(...)`."""
    return Cast(client)


@pytest.fixture(scope="session")
def lives(cast: Cast) -> Lives:
    """Cases brought to a state: `lives.handling(kind="request", category="heating.outage")` gives the receipt."""
    return Lives(cast)


@pytest.fixture
def at(app: Any) -> Iterator[Callable[[datetime], None]]:
    """Freeze the instant that requests see: `at(datetime(...))`."""
    clock = app.state.clock

    def freeze(instant: datetime) -> None:
        app.state.clock = lambda: instant

    yield freeze
    app.state.clock = clock


@pytest.fixture
def sql(database: str) -> Callable[..., list[Any]]:
    """Look into the tables as the city's owner: `sql("select …", argument)` gives rows."""
    from app.core.database import connect

    def ask(statement: str, *arguments: Any, city: str = CITY) -> list[Any]:
        async def work() -> list[Any]:
            conn = await connect(city, "owner")
            try:
                return await conn.fetch(statement, *arguments)
            finally:
                await conn.close()

        return asyncio.run(work())

    return ask


@pytest.fixture
def make_city(database: str) -> Iterator[Callable[[str, str], str]]:
    """Make another city beside the demo: `make_city("boston", "boston")` (name, profile) gives its name."""
    import asyncpg

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

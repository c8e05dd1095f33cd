"""Every statement of the product is one that PostgreSQL understands, and none asks the database for the time."""

import asyncio
import io
import re
from collections.abc import Iterator

import asyncpg
import pytest
from alembic import command
from alembic.config import Config

from app.core import provision
from app.core.database import connect
from app.core.settings import settings
from tests import databases
from tests.cast import CITY
from tests.house.owing import compare
from tests.house.reading.files import ROOT, tracked
from tests.house.reading.statements import every_statement
from tests.house.reading.tables import READ_FROM, Text, texts

LONGEST = 15  # lines; a longer statement lies in a file of its own
PREPARED = re.compile(r"\s*(?:--.*\s+)*(?:select|with|insert|update|delete|merge)\b")
TEMPORARY = re.compile(r"\s*(?:--.*\s+)*create (?:temp|index)")
CLOCK = re.compile(
    r"\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\(\)"
    r"|\b(?:current|local)_?(?:date|timestamp|time)\b|'(?:now|today|tomorrow|yesterday)'"
)


@pytest.fixture(scope="module")
def migrated(worker_id: str) -> Iterator[str]:
    """An empty city at the newest schema."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", databases.new_database(f"statements_{worker_id}"))
        patch.setenv("GRIDCASE_HOME", str(databases.run_folder()))
        settings.cache_clear()
        with databases.alone("roles"):
            asyncio.run(provision.create_schema_and_roles(CITY))
        config = Config(stdout=io.StringIO())
        config.set_main_option("script_location", str(ROOT / "migrations"))
        config.cmd_opts = type("Options", (), {"x": [f"city={CITY}"]})()
        command.upgrade(config, "head")
        yield CITY
    settings.cache_clear()


def test_postgresql_prepares_every_statement(migrated: str) -> None:
    assert len(every_statement()) > 400
    assert not [s.where for s in every_statement() if not s.text.strip()], "what is run here is not understood"
    found = asyncio.run(refused(migrated))
    assert not found, "\n".join(found)


async def refused(city: str) -> list[str]:
    """What PostgreSQL says of the statements that it does not take. Temporary tables are made before they are used."""
    conn = await connect(city, "owner")
    found: list[str] = []
    try:
        async with conn.transaction():
            for statement in sorted(every_statement(), key=lambda s: "create temp" not in s.text):
                for text in re.split(r";\s*(?:\n|$)", statement.text):
                    try:
                        async with conn.transaction():
                            if TEMPORARY.match(text):
                                await conn.execute(text)
                            elif PREPARED.match(text):
                                await conn.prepare(text)
                    except asyncpg.PostgresError as error:
                        found.append(f"{statement.where}: {error}\n{text}\n")
    finally:
        await conn.close()
    return found


def every_text() -> Iterator[Text]:
    for path in tracked("app", "migrations/functions"):
        if path.suffix in READ_FROM:
            yield from texts(path)


def test_no_statement_asks_the_database_for_the_time() -> None:
    compare("instants", {f"{text.path} asks {word}" for text in every_text() for word in CLOCK.findall(text.said)})


def test_long_statements_lie_in_files_of_their_own() -> None:
    compare("long_statements", {found for text in every_text() for found in long_in_python(text)})


def long_in_python(text: Text) -> Iterator[str]:
    """A statement in the code that has more lines than a reader takes for a line of it."""
    said = text.said.strip()
    if text.path.suffix == ".py" and said.count("\n") >= LONGEST and PREPARED.match(said):
        first, *_, last = said.splitlines()
        yield f"{text.path}: {first.strip()[:50]} … {last.strip()[-50:]}"

"""Every statement of the product is one that PostgreSQL understands, and none asks the database for the time."""

import asyncio
import io
from collections.abc import Iterator

import asyncpg
import pytest
from alembic import command
from alembic.config import Config

from app.core import provision
from app.core.database import connect
from app.core.settings import settings
from scripts.reading import functions
from scripts.reading.names import Piece
from scripts.reading.samples import every_statement
from scripts.reading.statements import ROOT, Statement
from scripts.reading.tables import instants, parts
from tests import databases
from tests.cast import CITY
from tests.house.owing import compare

LONGEST = 15  # lines; a longer statement lies in a file of its own
PREPARED = ("SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt")
TEMPORARY = ("CreateStmt", "CreateTableAsStmt", "IndexStmt")


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
    found = asyncio.run(refused(migrated))
    assert not found, "\n".join(found)


async def refused(city: str) -> list[str]:
    """What PostgreSQL says of the statements that it does not take. Temporary tables are made before they are used."""
    conn = await connect(city, "owner")
    found: list[str] = []
    try:
        async with conn.transaction():
            for statement in sorted(every_statement(), key=lambda s: "create temp" not in s.text):
                for kind, text in parts(statement.text):
                    try:
                        async with conn.transaction():
                            if kind in TEMPORARY:
                                await conn.execute(text)
                            elif kind in PREPARED:
                                await conn.prepare(text)
                    except asyncpg.PostgresError as error:
                        found.append(f"{statement.where}: {error}; filled in: {statement.fills}\n{text}\n")
    finally:
        await conn.close()
    return found


def test_no_statement_asks_the_database_for_the_time() -> None:
    own = [Statement(f, 1, (Piece(text, f, 1),)) for f in functions.files() for text in functions.bodies(f)]
    asked = {f"{piece.path} asks {word}" for s in (*every_statement(), *own) for piece, word in instants(s)}
    compare("instants", asked)


def test_long_statements_lie_in_files_of_their_own() -> None:
    compare("long_statements", {found for statement in every_statement() for found in long_in_python(statement)})


def long_in_python(statement: Statement) -> Iterator[str]:
    """The Python files in which this statement has more lines than a reader takes for a line of the code."""
    for path in {piece.path for piece in statement.pieces if piece.path.suffix == ".py"}:
        text = "".join(piece.text for piece in statement.pieces if piece.path == path).strip()
        if text.count("\n") >= LONGEST:
            first, *_, last = text.splitlines()
            yield f"{path}: {first.strip()[:50]} … {last.strip()[-50:]}"

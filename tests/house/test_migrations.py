"""Migrations: they make what the models declare, they go back and forth, they know nothing of the application."""

import ast
import asyncio
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.core import provision
from app.core.database import connect
from app.core.settings import settings
from tests import databases
from tests.cast import CITY

ROOT = Path(__file__).parents[2]
VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))
versions = pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.stem)


def alembic() -> Config:
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.cmd_opts = type("Options", (), {"x": [f"city={CITY}"]})()
    return config


def rows(statement: str, *arguments: Any) -> list[Any]:
    async def ask() -> list[Any]:
        conn = await connect(CITY, "owner")
        try:
            return await conn.fetch(statement, *arguments)
        finally:
            await conn.close()

    return asyncio.run(ask())


def left_in_the_schema() -> set[str]:
    found = rows(
        "select relname::text as name from pg_class where relnamespace = current_schema()::regnamespace"
        " union select proname::text from pg_proc where pronamespace = current_schema()::regnamespace"
        " union select typname::text from pg_type where typnamespace = current_schema()::regnamespace"
    )
    return {row["name"] for row in found} - {"alembic_version", "_alembic_version", "alembic_version_pkc"}


@pytest.fixture
def empty(database: str, worker_id: str) -> Iterator[str]:
    """A database with room for the city and nothing in it."""
    url = databases.new_database(f"migrations_{worker_id}")
    with in_use(url):
        with databases.alone("roles"):
            asyncio.run(provision.create_schema_and_roles(CITY))
        yield url
    databases.drop_database(f"migrations_{worker_id}")


@contextmanager
def in_use(url: str) -> Iterator[None]:
    before = os.environ["DATABASE_URL"]
    os.environ["DATABASE_URL"] = url
    settings.cache_clear()
    yield
    os.environ["DATABASE_URL"] = before
    settings.cache_clear()


def test_the_database_in_use_has_what_the_models_declare(database: str) -> None:
    command.check(alembic())


def test_they_go_down_to_nothing_and_up_again(empty: str) -> None:
    command.upgrade(alembic(), "head")
    made = left_in_the_schema()
    assert {"cases", "event", "cell"} <= made
    command.downgrade(alembic(), "base")
    assert left_in_the_schema() == set()
    command.upgrade(alembic(), "head")
    assert left_in_the_schema() == made
    command.check(alembic())


def test_each_step_can_be_taken_back_alone(empty: str) -> None:
    for _ in VERSIONS:
        command.upgrade(alembic(), "+1")
        command.downgrade(alembic(), "-1")
        command.upgrade(alembic(), "+1")
    with pytest.raises(command.util.CommandError):
        command.upgrade(alembic(), "+1")


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(alembic()).get_heads()) == 1


@versions
def test_it_imports_nothing_from_the_house(version: Path) -> None:
    for node in ast.walk(ast.parse(version.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            assert name.split(".")[0] not in {"app", "geo", "seeds", "scripts", "tests"}, name


@versions
def test_it_carries_no_data(version: Path) -> None:
    text = version.read_text(encoding="utf-8")
    assert not re.search(r"\b(insert\s+into|bulk_insert|copy\s+\w+\s+from|\.insert\(\))", text, re.I)


@versions
def test_it_names_no_schema_and_waits_for_no_lock_forever(version: Path) -> None:
    text = version.read_text(encoding="utf-8")
    assert not re.search(rf"\b({CITY}|public|extensions)\.\w", text)
    assert text.count("lock_timeout") >= 2, "both directions: see migrations/script.py.mako"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-\d{4}_[a-z0-9_]+", version.stem)

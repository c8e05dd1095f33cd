"""Migrations: they go back and forth, and know nothing of the application."""

import ast
import asyncio
import io
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from app.core import provision
from app.core.database import connect
from app.core.settings import settings
from tests import databases
from tests.cast import CITY
from tests.support.each import each

ROOT = Path(__file__).parents[2]
MIGRATIONS = ROOT / "migrations"
VERSIONS = sorted((MIGRATIONS / "versions").glob("*.py"))
FUNCTIONS = sorted((MIGRATIONS / "functions").glob("*.sql"))
STATEMENTS = [*VERSIONS, *FUNCTIONS, *sorted((MIGRATIONS / "tables").glob("*.sql"))]
versions = pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.stem)
statements = pytest.mark.parametrize("file", STATEMENTS, ids=lambda path: path.name)


def alembic() -> Config:
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(MIGRATIONS))
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


def test_they_go_down_to_nothing_and_up_again(empty: str) -> None:
    command.upgrade(alembic(), "head")
    made = left_in_the_schema()
    assert {"cases", "event", "cell"} <= made
    command.downgrade(alembic(), "base")
    assert left_in_the_schema() == set()
    command.upgrade(alembic(), "head")
    assert left_in_the_schema() == made


def test_each_step_can_be_taken_back_alone(empty: str) -> None:
    command.upgrade(alembic(), "+1")
    for _ in VERSIONS[1:]:
        command.downgrade(alembic(), "-1")
        command.upgrade(alembic(), "+2")  # the one taken back, and the next
    command.downgrade(alembic(), "-1")
    command.upgrade(alembic(), "+1")
    with pytest.raises(CommandError):
        command.upgrade(alembic(), "+1")


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(alembic()).get_heads()) == 1


@versions
def test_it_imports_nothing_from_the_house(version: Path) -> None:
    for node in each(ast.walk(ast.parse(version.read_text(encoding="utf-8")))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            assert name.split(".")[0] not in {"app", "geo", "seeds", "scripts", "tests"}, name


@versions
def test_it_waits_for_no_lock_forever(version: Path) -> None:
    text = version.read_text(encoding="utf-8")
    assert text.count("lock_timeout") >= 2, "both directions: see migrations/script.py.mako"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-\d{4}_[a-z0-9_]+", version.stem)


@statements
def test_it_carries_no_data_and_names_no_schema(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(rf"\b({CITY}|public|extensions)\.\w", text)
    if file not in FUNCTIONS:  # a function may write when it is called
        assert not re.search(r"\b(insert\s+into|bulk_insert|copy\s+\w+\s+from|\.insert\(\))", text, re.I)


def test_each_file_is_run_by_a_migration() -> None:
    run = "".join(version.read_text(encoding="utf-8") for version in VERSIONS)
    for file in {*STATEMENTS} - {*VERSIONS}:
        assert f'"{file.parent.name}/{file.name}"' in run


def newest_functions() -> list[str]:
    """The text of each function, trigger and view: `name.3.sql` comes after `name.2.sql` and `name.sql`."""
    newest: dict[str, tuple[int, Path]] = {}
    for file in FUNCTIONS:
        name, _, number = file.stem.partition(".")
        newest[name] = max(newest.get(name, (0, file)), (int(number or 1), file))
    return [file.read_text(encoding="utf-8") for _, file in newest.values()]


DEFINITIONS = """
    select p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as definition from pg_proc p
    where p.pronamespace = current_schema()::regnamespace
    union all
    select t.tgname || ' on ' || c.relname, pg_get_triggerdef(t.oid) from pg_trigger t
    join pg_class c on c.oid = t.tgrelid where not t.tgisinternal and c.relnamespace = current_schema()::regnamespace
    union all
    select relname, pg_get_viewdef(oid) from pg_class
    where relkind = 'v' and relnamespace = current_schema()::regnamespace
"""
DROP_ALL = """
    do $$ declare doomed text; begin
        for doomed in select 'view if exists ' || relname from pg_class
            where relkind = 'v' and relnamespace = current_schema()::regnamespace
            union all select 'function if exists ' || oid::regprocedure from pg_proc
            where pronamespace = current_schema()::regnamespace
        loop execute 'drop ' || doomed || ' cascade'; end loop;
    end $$
"""


def test_the_files_are_what_the_database_holds(empty: str) -> None:
    command.upgrade(alembic(), "head")

    async def held_and_made_anew() -> tuple[dict[str, str], dict[str, str]]:
        conn = await connect(CITY, "owner")
        try:
            held = {name: definition for name, definition in await conn.fetch(DEFINITIONS)}
            await conn.execute(DROP_ALL)
            for text in newest_functions():
                await conn.execute(text)
            return held, {name: definition for name, definition in await conn.fetch(DEFINITIONS)}
        finally:
            await conn.close()

    held, made_anew = asyncio.run(held_and_made_anew())
    assert "keep_held on party" in held
    assert held == made_anew


def test_a_second_deployment_waits_for_the_first(empty: str) -> None:
    async def while_another_migrates(second: ThreadPoolExecutor) -> None:
        conn = await connect(CITY, "owner")
        try:
            await conn.execute("select pg_advisory_lock(hashtext($1))", f"gridcase migrate {CITY}")
            waiting = second.submit(command.upgrade, alembic(), "head")
            with pytest.raises(TimeoutError):
                waiting.result(timeout=2)
            assert await conn.fetchval("select to_regclass('cases') is null")
        finally:
            await conn.close()  # which frees the lock
        waiting.result(timeout=60)

    with ThreadPoolExecutor(max_workers=1) as second:
        asyncio.run(while_another_migrates(second))
    assert "cases" in left_in_the_schema()

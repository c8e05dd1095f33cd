"""Looks at a record that somebody has just meddled with, in transactions that do not stay."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import asyncpg

from app.checkpoints.actions.signing import trusted_keys
from app.checkpoints.actions.verifying import Report, Trust, verify
from app.checkpoints.queries.tables import CaseTable
from app.core.database import _prepare
from app.core.settings import settings
from tests.access.tampering import REFUSED, change
from tests.conftest import CITY
from tests.support.clock import present

T = TypeVar("T")
spoilt: set[str] = set()  # cases whose rows a test has changed for good


class Undo(Exception):
    """Ends a transaction that is not to stay."""


@asynccontextmanager
async def mighty() -> AsyncIterator[asyncpg.Connection]:
    """The administrator of the server, whom no foreign key and no trigger holds, in a transaction that is undone."""
    conn = await asyncpg.connect(settings().database_url)
    try:
        await _prepare(conn)
        await conn.execute(f"set search_path to {CITY}, extensions; set session_replication_role to replica")
        async with conn.transaction(isolation="repeatable_read"):
            yield conn
            raise Undo
    except Undo:
        pass
    finally:
        await conn.close()


async def look(conn: asyncpg.Connection, **trust: Any) -> Report:
    """One look, whose own tables do not stay."""
    found: list[Report] = []
    try:
        async with conn.transaction():
            found.append(await verify(conn, Trust(**{"keys": trusted_keys(), **trust}), present()))
            raise Undo
    except Undo:
        found[0].findings = [finding for finding in found[0].findings if finding.where not in spoilt]
        return found[0]


@asynccontextmanager
async def undone(conn: asyncpg.Connection) -> AsyncIterator[Callable[[], None]]:
    """A transaction, or a part of one, that does not stay unless it is told to."""
    kept: list[bool] = []
    with suppress(Undo):
        async with conn.transaction():
            yield lambda: kept.append(True)
            if not kept:
                raise Undo


async def unfound(conn: asyncpg.Connection, planted: dict[str, str], **trust: Any) -> list[str]:
    """What was planted, by its place, and one look does not find there."""
    found = (await look(conn, **trust)).findings
    return [
        f"{what} of {where}: {found}" for where, what in planted.items() if not any(where in f.where for f in found)
    ]


async def rows_of(conn: asyncpg.Connection, table: CaseTable, case: str) -> list[Any]:
    """Where the rows of a case lie in a table, the oldest first."""
    statement = f"select t.ctid from {table.table} t{table.joins} where {table.case} = $1 order by 1"
    return [ctid for (ctid,) in await conn.fetch(statement, case)]


async def meddle(conn: asyncpg.Connection, case: str, table: CaseTable, n: int, column: Any) -> str:
    """Change a column of the n-th row of a case, or without one take the row away; nothing where the database refuses."""
    ctid = (await rows_of(conn, table, case))[n]
    try:
        async with conn.transaction():
            if column is None:
                await conn.execute(f"delete from {table.table} where ctid = $1", ctid)
            else:
                await change(conn, table.table, column, ctid)
    except REFUSED:
        return ""
    return f"{table.table} {column}"


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """One part after another, of this size."""
    for start in range(0, len(items), size):
        yield items[start : start + size]

"""The writes of a request, gathered: one after another in the code, one statement on the way to the database."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import asyncpg

from app.core.acts import VOUCH, Act

Plain = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy

# How a write begins that is known to meet no row of those before it.
OTHER_ROWS = "-- of other rows\n"
_GATHERED = re.compile(rf"\s*({OTHER_ROWS}\s*)?(insert|update|delete|select append_events)\b")
_WRITTEN = re.compile(r"\b(?:insert into|update|delete from)\s+(?!set\b)(\w+)")
_ADDED = re.compile(r"\s*insert into (\w+)(?!.*\bdo update\b)", re.S)
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\$(\d+)")
_WRITES = re.compile(r"\b(insert into|delete from|append_events|update \w+( \w+)? set)\b")
# What a view is made of, and what a function writes.
_BEHIND = {"open_clock": {"clock"}, "running_clock": {"clock"}, "append_events": {"cases", "event"}}


class Gathering:
    """A connection in a transaction whose writes wait for the next read or the end (`send`), in their order.

    Parts of one statement do not see what the others did. So a write that names a table which a waiting one writes does
    not join it, unless it only adds rows or says that its rows are others: everything is done as if one by one.
    """

    def __init__(self, conn: Plain) -> None:
        self._conn, self._at_once, self._vouched = conn, False, False
        self._waiting: list[tuple[str, tuple[object, ...]]] = []
        self._written: set[str] = set()

    async def execute(self, statement: str, *values: object) -> None:
        """Gather a write, or run what is none."""
        if self._at_once or not _GATHERED.match(statement):
            await self._ready(statement)
            await self._conn.execute(statement, *values)
            return
        writes, names = _tables(statement)
        if self._written & names and OTHER_ROWS not in statement:
            await self.send()
        self._waiting.append((statement, values))
        self._written |= writes

    async def send(self) -> None:
        """Carry out what waits."""
        waiting, self._waiting, self._written = self._waiting, [], set()
        if waiting:
            if not self._vouched:
                waiting, self._vouched = [(VOUCH, (Act.new().as_setting(),)), *waiting], True
            values = [value for _, given in waiting for value in given]
            await self._conn.execute(_together(tuple((text, len(given)) for text, given in waiting)), *values)

    async def _ready(self, statement: str) -> None:
        """Carry out what waits before a statement that goes by itself; if it is the first that writes, vouch for it."""
        await self.send()
        if not self._vouched and _WRITES.search(statement):
            self._vouched = True
            await self._conn.execute(VOUCH, Act.new().as_setting())

    async def executemany(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """One write for many rows."""
        await self._ready(statement)
        await self._conn.executemany(statement, rows)

    async def fetch(self, statement: str, *values: object) -> list[Any]:
        """All rows; what waits is carried out before."""
        await self._ready(statement)
        return await self._conn.fetch(statement, *values)

    async def fetchrow(self, statement: str, *values: object) -> Any:
        """The first row."""
        await self._ready(statement)
        return await self._conn.fetchrow(statement, *values)

    async def fetchval(self, statement: str, *values: object) -> Any:
        """The first value of the first row."""
        await self._ready(statement)
        return await self._conn.fetchval(statement, *values)

    async def copy_records_to_table(self, table: str, *, columns: Sequence[str], records: Any) -> str:
        """Binary COPY."""
        await self._ready(f"insert into {table}")
        return await self._conn.copy_records_to_table(table, columns=list(columns), records=records)

    async def copy_to_table(self, table: str, **how: Any) -> str:
        """COPY as it is written."""
        await self.send()
        return await self._conn.copy_to_table(table, **how)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """A savepoint: what is done in it may be taken back or fail, so there nothing waits."""
        await self.send()
        before, self._at_once = self._at_once, True
        try:
            async with self._conn.transaction():
                yield
        finally:
            self._at_once = before

    def is_in_transaction(self) -> bool:
        """It always is."""
        return True


@lru_cache(maxsize=1000)
def _tables(statement: str) -> tuple[set[str], set[str]]:
    """The tables that a write writes, and the words by which it may read others: all but that of one it only adds to."""
    words = _WORD.findall(statement)
    names = set(words).union(*(_BEHIND.get(word, set()) for word in words))
    writes = set(_WRITTEN.findall(statement))
    writes |= {table for word in words for table in _BEHIND.get(word, ())}
    added = _ADDED.match(statement.removeprefix(OTHER_ROWS))
    if added and words.count(added[1]) == 1:
        names.discard(added[1])
    if "append_events" in words:  # its own statements see all that was written before
        names -= _BEHIND["append_events"]
    return writes, names


def _shifted(statement: str, by: int) -> str:
    return _NUMBER.sub(lambda found: f"${int(found[1]) + by}", statement)


@lru_cache(maxsize=1000)
def _together(writes: tuple[tuple[str, int], ...]) -> str:
    """Writes as one statement. Conditions of a CASE are looked at one by one, which is what keeps their order."""
    if len(writes) == 1:
        return writes[0][0]
    parts: list[str] = []
    before = 0
    for number, (text, values) in enumerate(writes):
        gives = re.search(r"\breturning\b|^\s*select\b", text)
        parts.append(f"write_{number} as ({_shifted(text, before)}{'' if gives else ' returning true'})")
        before += values
    in_order = " ".join(f"when (select count(*) from write_{n}) < 0 then {n}" for n in range(len(writes)))
    return f"with {', '.join(parts)} select case {in_order} end"

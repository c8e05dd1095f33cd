"""Writes that wait for each other go as one statement and do what they would do one by one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from app.core.database import connect
from app.core.gathering import Gathering
from tests.cast import CITY

TABLES = """
    create temporary table basket (id int primary key, name text);
    create temporary table fruit (basket int references basket deferrable, name text, unique (name))
"""


@pytest.fixture
def run(database: str) -> Callable[[Callable[[Gathering], Awaitable[Any]]], Any]:
    """Run something on a connection that gathers; gives what it gave and the statements that were sent."""

    async def ran(work: Callable[[Gathering], Awaitable[Any]]) -> Any:
        conn = await connect(CITY, "owner")
        try:
            async with conn.transaction():
                await conn.execute(TABLES)
                gathering = Gathering(conn)
                sent: list[str] = []
                conn.add_query_logger(lambda record: sent.append(record.query))
                given = await work(gathering)
                await gathering.send()
                return given, sent
        finally:
            await conn.close()

    def of(work: Callable[[Gathering], Awaitable[Any]]) -> Any:
        given, sent = asyncio.run(ran(work))
        return given, [statement for statement in sent if statement != "COMMIT;"]

    return of


def test_writes_of_several_tables_are_one_statement_in_their_order(run: Any) -> None:
    async def work(conn: Gathering) -> list[Any]:
        await conn.execute("insert into basket values ($1, $2)", 1, "round")
        await conn.execute("insert into fruit values ($1, $2)", 1, "apple")
        await conn.execute("insert into fruit values ($1, $2), ($1, $3)", 1, "pear", "plum")
        return await conn.fetch("select b.name, f.name from basket b join fruit f on f.basket = b.id order by 2")

    rows, sent = run(work)
    assert [tuple(row) for row in rows] == [("round", "apple"), ("round", "pear"), ("round", "plum")]
    assert len(sent) == 2


@pytest.mark.parametrize(
    "later",
    [
        "update fruit set name = name || '!'",
        "delete from fruit where name = 'pear'",
        "insert into basket select 2, name from fruit",
        "insert into fruit values (1, 'apple') on conflict (name) do update set name = 'apple!'",
    ],
)
def test_a_write_that_may_meet_the_rows_of_one_before_waits_for_it(run: Any, later: str) -> None:
    async def both(conn: Gathering) -> list[Any]:
        await conn.execute("insert into basket values (1, 'round')")
        await conn.send()
        await conn.execute("insert into fruit values (1, 'apple')")
        await conn.execute(later)
        return await conn.fetch("select name from fruit union all select name from basket order by 1")

    async def one_by_one(conn: Gathering) -> list[Any]:
        await conn.execute("insert into basket values (1, 'round')")
        await conn.send()
        await conn.execute("insert into fruit values (1, 'apple')")
        await conn.send()
        await conn.execute(later)
        return await conn.fetch("select name from fruit union all select name from basket order by 1")

    assert run(both)[0] == run(one_by_one)[0]


def test_a_limit_is_known_by_its_views_too(run: Any) -> None:
    async def work(conn: Gathering) -> None:
        await conn.execute("update clock set level = 1 where id = -1")
        await conn.execute("update open_clock set level = 2 where id = -1")

    assert len(run(work)[1]) == 2


def test_in_a_savepoint_nothing_waits(run: Any) -> None:
    async def work(conn: Gathering) -> list[Any]:
        await conn.execute("insert into basket values (1, 'round')")
        with pytest.raises(asyncpg.UniqueViolationError):
            async with conn.transaction():
                await conn.execute("insert into basket values (1, 'square')")
        await conn.execute("insert into basket values (2, 'oval')")
        return await conn.fetch("select name from basket order by id")

    assert [row["name"] for row in run(work)[0]] == ["round", "oval"]


def test_what_fails_fails_as_a_whole(run: Any) -> None:
    async def work(conn: Gathering) -> None:
        await conn.execute("insert into basket values (1, 'round')")
        await conn.execute("insert into fruit values (7, 'apple')")
        await conn.send()

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        run(work)

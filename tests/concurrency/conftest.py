"""The service as a process of its own over the worker's city, and what the model must know of its units."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.core import tokens
from app.staff.queries import get_actor
from scripts.service import Service
from seeds.hohhot.staff import staff_id
from tests.concurrency.model import Seat, Town, Unit
from tests.support.sessions import account_of

CITY = "hohhot"
# Up, down, beside, in another county and in another system: whoever the cases of the test are passed between.
POSTS = (
    "C150102001001.window_clerk.1", "C150102001.coordinator.1", "C150102.coordinator.1", "C150100.coordinator.1",
    "D150102_housing.handler.1", "D150102_housing.organ_head.1", "P150102.handler.1", "D150102001_urban.handler.1",
    "D150105_housing.handler.1", "C150105.coordinator.1", "D150100_housing.handler.1", "150102001001001.grid_worker",
)  # fmt: skip
REGISTRAR = "I150100.coordinator.1"


@pytest.fixture(scope="module")
def service(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """`gridcase serve` with two workers, asked over real HTTP."""
    log: Path = tmp_path_factory.mktemp("service") / "log"
    running = Service(CITY, log)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def town(database: str) -> Town:
    """Units and seats as the database has them."""
    from app.core.database import connect

    async def read() -> Town:
        conn = await connect(CITY, "owner")
        try:
            units = await conn.fetch(
                "select u.code, u.kind, u.tier, u.area, a.path::text, ltree2text(u.path) as line"
                " from unit u join area a on a.code = u.area"
            )
            seats = {}
            for post in (*POSTS, REGISTRAR):
                actor = await get_actor(conn, staff_id(post))
                (held,) = actor.posts
                token, _ = tokens.issue(await account_of(conn, staff_id(post)), CITY, datetime.now(UTC))
                seats[post] = Seat(post, actor.id, held.unit, held.role.value, held.area, token)
        finally:
            await conn.close()
        known = {
            r["code"]: Unit(
                r["code"],
                r["kind"],
                r["tier"],
                r["area"],
                tuple(r["path"].split(".")),
                tuple(r["line"].split(".")[:-1]),
            )
            for r in units
        }
        return Town(known, seats)

    return asyncio.run(read())


@pytest.fixture
def ask(database: str) -> Callable[..., list[Any]]:
    """Rows of one statement, as the owner."""
    from app.core.database import connect

    def rows(statement: str, *arguments: Any) -> list[Any]:
        async def work() -> list[Any]:
            conn = await connect(CITY, "owner")
            try:
                return await conn.fetch(statement, *arguments)
            finally:
                await conn.close()

        return asyncio.run(work())

    return rows

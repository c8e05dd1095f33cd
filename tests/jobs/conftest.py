"""The runner over the worker's city."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest

CITY = "hohhot"


@pytest.fixture
def settle(client: object) -> Callable[[datetime], int]:
    """Take what is due at an instant, as `gridcase jobs` does; gives how many clocks moved."""
    from app.core.database import Database
    from app.core.roles import LoginRole
    from app.jobs.actions import settle_due

    def go(now: datetime) -> int:
        async def work() -> int:
            database = await Database.open(CITY, LoginRole.RUNNER, size=2)
            try:
                return await settle_due(database, now)
            finally:
                await database.close()

        return asyncio.run(work())

    return go

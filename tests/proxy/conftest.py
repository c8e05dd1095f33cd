"""The runner over the worker's city, and everybody logged in before any test freezes the time."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest

from tests.cast import CITY


@pytest.fixture
def tend(client: object) -> Callable[[datetime], int]:
    """What is due of proxies at an instant, as `gridcase jobs` does it; gives how many ended or were told."""
    from app.core.database import Database
    from app.core.roles import LoginRole
    from app.proxy.actions.sweep import sweep_proxies

    def go(now: datetime) -> int:
        async def work() -> int:
            database = await Database.open(CITY, LoginRole.RUNNER, size=2)
            try:
                return await sweep_proxies(database, now)
            finally:
                await database.close()

        return asyncio.run(work())

    return go

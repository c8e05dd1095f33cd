"""The runner over the worker's city, and everybody logged in before any test freezes the time."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest

from tests.cast import CITY, Cast
from tests.proxy.doors import CHEN, LI, WANG


@pytest.fixture(autouse=True)
def logged_in(cast: Cast) -> None:
    """A token is judged by the clock of the machine."""
    for login in (LI, WANG, CHEN, "sun.coordinator", "zhao.grid", "xu.discipline"):
        cast(login)


@pytest.fixture
def tend(client: object) -> Callable[[datetime], int]:
    """What is due of proxies at an instant, as `gridcase jobs` does it; gives how many ended or were told."""
    from app.core.database import Database
    from app.proxy.actions import sweep_proxies

    def go(now: datetime) -> int:
        async def work() -> int:
            database = await Database.open(CITY, size=2)
            try:
                return await sweep_proxies(database, now)
            finally:
                await database.close()

        return asyncio.run(work())

    return go

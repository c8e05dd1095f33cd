"""The runner over the worker's city."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest

CITY = "hohhot"


@pytest.fixture
def run_jobs(client: object) -> Callable[[datetime], dict[str, int]]:
    """What is due at an instant, as `gridcase jobs` takes it; what each job did. Messages are left where they are."""
    from app.core.database import Database
    from app.core.roles import LoginRole
    from app.jobs.actions import flag_obligations, settle_due

    def go(now: datetime) -> dict[str, int]:
        async def work() -> dict[str, int]:
            database = await Database.open(CITY, LoginRole.RUNNER, size=2)
            try:
                return {"clocks": await settle_due(database, now), "agreements": await flag_obligations(database, now)}
            finally:
                await database.close()

        return asyncio.run(work())

    return go

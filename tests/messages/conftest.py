"""Carrying messages as the job does, and looking at what left."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.core.database import Database
from app.core.roles import LoginRole
from app.core.settings import settings
from app.messages.actions import deliver_messages

CITY = "hohhot"


@pytest.fixture
def outbox(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], list[Any]]]:
    """What was written for a channel: `outbox("sms")`; the folder is the test's own, and no message of others waits."""
    from app.core.crypto import keys

    keys()  # of the run's folder, before it is changed
    monkeypatch.setattr(settings(), "home", tmp_path)
    in_city(lambda database: _execute(database, "delete from message"), LoginRole.OWNER)

    def read(channel: str) -> list[Any]:
        file = tmp_path / "outbox" / f"{channel}.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    yield read
    in_city(lambda database: _execute(database, "delete from message"), LoginRole.OWNER)


async def _execute(database: Database, statement: str) -> None:
    async with database.connection() as conn:
        await conn.execute(statement)


def in_city(work: Callable[[Database], Any], role: LoginRole = LoginRole.RUNNER) -> Any:
    """Run `work(database)` with a pool of the runner's role, or another."""

    async def run() -> Any:
        database = await Database.open(CITY, role, size=4)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def carry(now: datetime) -> int:
    """One run of the job."""
    return int(in_city(lambda database: deliver_messages(database, now)))

"""The ground of measurements and drills: a private durable cluster in a temporary folder, gone at the end, also after a kill."""

import asyncio
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from app.cli.city import create_city
from app.core.database import connect
from app.core.settings import settings
from scripts import cluster
from seeds import load

T = TypeVar("T")


def say(text: str) -> None:
    """Progress, beside the table that goes to standard output."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


@contextmanager
def ground(name: str, **of_process: str) -> Iterator[Path]:
    """Start the cluster and point this process at it, with these variables set; the folder for logs and scripts."""
    home = Path(tempfile.gettempdir()) / f"gridcase-{name}-{secrets.token_hex(6)}"
    home.mkdir()
    home.chmod(0o711)  # the database user passes through it to its data
    guard = cluster.spawn_guard(home, os.getpid(), throw_away=True)
    try:
        say("starting a private PostgreSQL with fsync on")
        os.environ |= {"DATABASE_URL": cluster.start(home), "GRIDCASE_HOME": str(home / "keys"), **of_process}
        settings.cache_clear()
        yield home
    finally:
        cluster.discard(home)
        guard.terminate()
        guard.wait()


def make_city(name: str) -> None:
    """An empty city with the demo's profile and reference data."""
    create_city(name, load.read_profile(load.PROFILES["hohhot"]), bare=False)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run one piece of asynchronous work to its end."""
    return asyncio.run(work)


def as_owner(city: str, act: Callable[[Any], Coroutine[Any, Any, T]], *, transaction: bool = True) -> T:
    """Run `act` with a connection of the city's owner."""

    async def work() -> T:
        conn = await connect(city, "owner")
        try:
            if not transaction:
                return await act(conn)
            async with conn.transaction():
                return await act(conn)
        finally:
            await conn.close()

    return asyncio.run(work())

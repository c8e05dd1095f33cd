"""The runner: what is due happens, on time and once."""

import asyncio
import signal
from datetime import UTC, datetime
from typing import Annotated

import asyncpg
import typer

from app.capabilities import grants
from app.cli import app, console, run
from app.core.database import Database
from app.core.roles import LoginRole
from app.core.settings import settings
from app.jobs.actions import run_once


@app.command("jobs")
def jobs(
    once: Annotated[bool, typer.Option("--once", help="Take what is due now, say what was done, and end.")] = False,
    every: Annotated[int, typer.Option(min=1, max=3600, help="Seconds between two looks.")] = 20,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing of what was done.")] = False,
) -> None:
    """Take what is due: warnings, breaches, urging, criticism, escalation, lapses, messages.

    Any number of these may run, on any number of machines, and be stopped at any moment: each action happens once.
    After a week of sleep the first look catches up.

    Example: gridcase jobs --once
    Example: gridcase --city hohhot jobs --every 20
    """
    if once:
        done = run(_once())
        console.print("; ".join(f"{name}: {number:,}" for name, number in done.items()))
        return
    run(_keep_on(every, quiet))


async def _once() -> dict[str, int]:
    database = await Database.open(settings().city, LoginRole.RUNNER, size=2, patient=True)
    try:
        await database.check(grants()[LoginRole.RUNNER])
        return await run_once(database, datetime.now(UTC))
    finally:
        await database.close()


async def _keep_on(every: int, quiet: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    database = await Database.open(settings().city, LoginRole.RUNNER, size=2, patient=True)
    try:
        await database.check(grants()[LoginRole.RUNNER])
        while not stop.is_set():
            await _look(database, quiet)
            try:
                await asyncio.wait_for(stop.wait(), every)
            except TimeoutError:
                continue
    finally:
        await database.close()


async def _look(database: Database, quiet: bool) -> None:
    """One look. A database that is away is waited for: nothing is lost, since what is due stays due."""
    try:
        done = await run_once(database, datetime.now(UTC))
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        console.print(f"[red]gridcase:[/red] the database does not answer ({type(error).__name__}); trying again")
        return
    if not quiet and any(done.values()):
        console.print("; ".join(f"{name}: {number:,}" for name, number in done.items() if number))

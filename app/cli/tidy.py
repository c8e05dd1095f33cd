"""Housekeeping for a timer (cron, systemd)."""

from datetime import UTC, datetime, timedelta

import typer

from app.attachments.actions import Store, collect
from app.cli import app, console, owner, run
from app.core.idempotency import KEEP_DAYS, forget
from app.core.settings import settings

ORPHAN_DAYS = 1  # a file is written moments before its row is committed


@app.command("tidy")
def tidy() -> None:
    """Forget remembered answers older than 30 days; delete attached files that no row names. Run it once a day.

    Example: gridcase tidy
    """

    async def work() -> tuple[int, int, int]:
        city, now = settings().city, datetime.now(UTC)
        async with owner(city) as conn:
            forgotten = await forget(conn, now - timedelta(days=KEEP_DAYS))
            return forgotten, *await collect(conn, Store.of(city), before=now - timedelta(days=ORPHAN_DAYS))

    forgotten, orphans, lost = run(work())
    console.print(f"{forgotten} remembered answers dropped; {orphans} files that belong to nothing deleted")
    if lost:
        console.print(f"{lost} attachments miss their file: restore the folder of attachments from its backup")
        raise typer.Exit(1)

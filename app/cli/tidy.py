"""Housekeeping for a timer (cron, systemd)."""

from datetime import UTC, datetime, timedelta

from app.cli import app, console, run
from app.core.database import connect
from app.core.idempotency import KEEP_DAYS, forget
from app.core.settings import settings


@app.command("tidy")
def tidy() -> None:
    """Forget remembered answers older than 30 days. Run it once a day.

    Example: gridcase tidy
    """

    async def work() -> int:
        conn = await connect(settings().city, "owner")
        try:
            return await forget(conn, datetime.now(UTC) - timedelta(days=KEEP_DAYS))
        finally:
            await conn.close()

    console.print(f"{run(work())} remembered answers dropped")

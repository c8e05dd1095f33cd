"""What falls due to be erased."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from app.areas.queries import get_city
from app.cases.actions.retention_sweep import Due, list_due
from app.cli import app, console, in_city
from app.core.database import Connection

SHOWN = 200


@app.command("retention")
def show_retention(
    days: Annotated[int, typer.Option(min=0, max=36_600, help="How many days to look ahead.")] = 90,
) -> None:
    """List the archived cases whose years of keeping end within so many days: the runner erases them on the day after.

    Look before that day: put under legal hold what somebody needs, hand over what an archive takes. Cases under hold are
    listed too, and stay.

    Example: gridcase retention --days 365
    """

    async def work(conn: Connection) -> list[Due]:
        today = datetime.now(UTC).astimezone((await get_city(conn)).tz).date()
        return await list_due(conn, today, days, SHOWN + 1)

    found = in_city(work)
    if not found:
        console.print(f"nothing falls due within {days} days")
        return
    table = Table("number", "procedure", "class", "kept until", "")
    for due in found[:SHOWN]:
        held = "held" if due.held else ""
        table.add_row(due.number, due.procedure, due.retention, due.kept_until.isoformat(), held)
    console.print(table)
    if len(found) > SHOWN:
        console.print(f"and more: the first {SHOWN} are shown")

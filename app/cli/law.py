"""The rules of a city that are data: calendars and procedures."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app.areas.queries import get_city
from app.cases.actions.recompute import recompute_provisional
from app.cases.queries.one import count_under
from app.cli import app, console, existing, in_city
from app.core.database import Connection
from app.deadlines.actions import load_calendar, load_procedures, withdraw_procedure
from app.deadlines.queries import list_calendar_years, list_procedures
from app.reference.queries import load as load_rules
from seeds.reference import load as reference

calendar_app = typer.Typer(no_args_is_help=True, help="Working-day calendars.")
procedures_app = typer.Typer(no_args_is_help=True, help="Procedures: how long a case may take, and on what ground.")
app.add_typer(calendar_app, name="calendar")
app.add_typer(procedures_app, name="procedures")


@calendar_app.command("load")
def load_years(
    name: Annotated[str, typer.Argument(help="Calendar, such as china.")] = "china",
    folder: Annotated[
        Path, typer.Option("--from", help="Folder with NAME.yaml (years and their sources) and NAME.csv (their days).")
    ] = reference.CALENDARS,
) -> None:
    """Load the published years of a calendar, and count again the limits that waited for them.

    A resident's limit never moves earlier than the date told, an authority's never later. Without --from, what comes along
    with the software is loaded. May be repeated.

    Example: gridcase calendar load china --from notices/
    """
    now = datetime.now(UTC)
    years, days = reference.read_calendar_years(name, folder), reference.read_calendar_days(name, folder)

    async def work(conn: Connection) -> tuple[int, int]:
        await load_calendar(
            conn, name, [(y.year, y.source) for y in years], [(d.day, d.is_workday, d.name) for d in days]
        )
        return await recompute_provisional(conn, await load_rules(conn, now), now=now)

    looked, moved = in_city(work)
    console.print(f"{name}: {years[0].year} to {years[-1].year}, {len(days)} days that differ from Mon-Fri")
    console.print(f"{looked:,} provisional limits counted again, {moved:,} of them moved")


async def _missing_years(conn: Connection) -> tuple[list[int], int]:
    """The years that open clocks need and no calendar has, and how many limits wait for them."""
    facts = await get_city(conn)
    if facts.calendar == "weekdays":
        return [], 0
    published = await list_calendar_years(conn, facts.calendar)
    ((first, last, waiting),) = await conn.fetch(
        "select min(due) filter (where provisional), max(due), count(*) filter (where provisional) from open_clock"
    )
    years = [datetime.now(facts.tz).year, *(due.astimezone(facts.tz).year for due in (first, last) if due)]
    return [year for year in range(min(years), max(years) + 1) if year not in published], waiting


@calendar_app.command("check")
def check() -> None:
    """List the years that cases need and no calendar has: their due dates are provisional.

    Example: gridcase calendar check || echo "load the new notice"
    """

    missing, waiting = in_city(_missing_years)
    if missing:
        years = ", ".join(map(str, missing))
        console.print(f"not published yet: {years}; {waiting:,} open limits are provisional")
        raise typer.Exit(2)
    console.print("every year that an open clock needs is published")


@procedures_app.command("list")
def show_procedures() -> None:
    """Every version of every procedure, with the days between which new cases begin under it."""
    table = Table("procedure", "version", "from", "withdrawn from", "名称", "name")
    for (code, version), p in in_city(list_procedures).items():
        table.add_row(code, str(version), str(p.valid_from), str(p.withdrawn_from or ""), p.name_zh, p.name_en)
    console.print(table)


@procedures_app.command("load")
def load_versions(
    file: Annotated[
        Path, typer.Argument(help="Procedures as in seeds/reference/procedures.yaml.")
    ] = reference.PROCEDURES,
) -> None:
    """Add the versions that the city does not have yet. A version that cases may run under is never rewritten.

    Example: gridcase procedures load our-procedures.yaml
    """
    read = reference.read_procedures(existing(file))
    added = in_city(lambda conn: load_procedures(conn, read))
    console.print(f"{added} new versions, {len(read) - added} known")


@procedures_app.command("withdraw")
def withdraw(
    code: Annotated[str, typer.Argument(help="Procedure.")],
    version: Annotated[int, typer.Argument(help="Version.")],
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day without it.")],
) -> None:
    """Let no new case begin under a version from a day on. Cases that began under it keep it to their end.

    Refused where no other version would take the cases of that day.

    Example: gridcase procedures withdraw appeal 1 --from 2027-01-01
    """
    day = date(since.year, since.month, since.day)

    async def withdrawn(conn: Connection) -> int:
        await withdraw_procedure(conn, code, version, day)
        return await count_under(conn, code, version)

    running = in_city(withdrawn)
    console.print(f"{code} version {version}: no new cases from {day} on; {running:,} live cases keep it")

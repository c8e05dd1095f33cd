"""Cities: make room, migrate, load the reference data; calendars."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from alembic import command
from alembic.config import Config

from app.areas.actions import found
from app.areas.queries import get_city
from app.cli import app, console, existing, run
from app.core import provision
from app.core.database import connect
from app.core.settings import settings
from app.deadlines.actions import load_calendar
from app.deadlines.queries import list_calendar_years
from seeds import load
from seeds.reference import load as reference

city_app = typer.Typer(no_args_is_help=True, help="Make and list cities.")
calendar_app = typer.Typer(no_args_is_help=True, help="Working-day calendars.")
app.add_typer(city_app, name="city")
app.add_typer(calendar_app, name="calendar")


def migrate_city(name: str) -> None:
    """Bring the city's schema to the newest revision and grant its app role."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "migrations"))
    config.cmd_opts = type("Options", (), {"x": [f"city={name}"]})()
    command.upgrade(config, "head")
    run(provision.grant_app(name))


async def _found(name: str, profile: dict[str, Any], *, bare: bool) -> None:
    conn = await connect(name, "owner")
    try:
        async with conn.transaction():
            await found(conn, profile)
            await load.load_reference(conn, profile)
            if bare:
                await load.load_bare_city(conn, profile)
    finally:
        await conn.close()


def create_city(name: str, profile: dict[str, Any], *, bare: bool) -> None:
    """Room, schema, profile and reference data; may be repeated."""
    run(provision.make_room(name))
    migrate_city(name)
    run(_found(name, profile, bare=bare))


@city_app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Schema and role prefix: lower-case letters, digits, _.")],
    profile: Annotated[str, typer.Option(help="A profile file, or one that comes along: hohhot, boston, hohhot_real.")],
) -> None:
    """Make a city beside the others on the same server.

    Example: gridcase city create boston --profile boston
    """
    path = load.PROFILES.get(profile) or existing(Path(profile))
    create_city(name, load.read_profile(path), bare=True)
    console.print(f"city {name} is ready; serve it with: gridcase --city {name} serve")


@app.command("migrate")
def migrate() -> None:
    """Bring the city's schema to the newest revision (safe to repeat)."""
    migrate_city(settings().city)
    console.print(f"{settings().city}: schema is at the newest revision")


@calendar_app.command("load")
def load_years(name: Annotated[str, typer.Argument(help="Calendar of seeds/reference/calendar.")] = "china") -> None:
    """Load the published years of a calendar that comes along with the software."""

    async def work() -> None:
        years, days = reference.read_calendar_years(name), reference.read_calendar_days(name)
        conn = await connect(settings().city, "owner")
        try:
            async with conn.transaction():
                await load_calendar(
                    conn, name, [(y.year, y.source) for y in years], [(d.day, d.is_workday, d.name) for d in days]
                )
        finally:
            await conn.close()
        console.print(f"{name}: {years[0].year} to {years[-1].year}, {len(days)} days that differ from Mon-Fri")

    run(work())


@calendar_app.command("check")
def check() -> None:
    """List the years that cases need and no calendar has: their due dates are provisional."""

    async def work() -> list[int]:
        conn = await connect(settings().city, "owner")
        try:
            facts = await get_city(conn)
            if facts.calendar == "weekdays":
                return []
            published = {y["year"] for y in await list_calendar_years(conn, facts.calendar)}
            last = await conn.fetchval("select max(due) from clock where met_at is null and stopped_at is null")
            return [year for year in range(date.today().year, max(date.today().year, last.year if last else 0) + 1)  # noqa: DTZ011
                    if year not in published]  # fmt: skip
        finally:
            await conn.close()

    missing = run(work())
    if missing:
        console.print(f"not published yet: {', '.join(map(str, missing))}; due dates there are provisional")
        raise typer.Exit(2)
    console.print("every year that an open clock needs is published")

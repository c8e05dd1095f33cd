"""The demo city: load it once, show how to get in."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.cli import app, console, run
from app.cli.city import create_city, migrate_city
from app.core import provision
from app.core.database import connect
from app.core.settings import settings
from seeds import load
from seeds.hohhot.city import build_city

demo_app = typer.Typer(no_args_is_help=True, help="The demo city of Hohhot (synthetic map, invented people).")
app.add_typer(demo_app, name="demo")


async def _loaded(name: str) -> bool:
    conn = await connect(name, "owner")
    try:
        return bool(await conn.fetchval("select exists (select from cell)"))
    finally:
        await conn.close()


@demo_app.command("load")
def load_demo(
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day of its history; default today.")
    ] = None,
) -> None:
    """Make the demo city unless it is there: areas, 1,388 centres, 3,300 cells, staff, 20,000 cases.

    Example: gridcase demo load --as-of 2026-11-01
    """
    name = settings().city
    if run(provision.exists(name)):
        migrate_city(name)
        if run(_loaded(name)):
            console.print(f"{name} is loaded already")
            return
    profile = load.read_profile(load.PROFILES["hohhot"])
    day = (as_of or datetime.now(UTC)).date()
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("建库 making room")
        create_city(name, profile, bare=False)

        async def work() -> None:
            conn = await connect(name, "owner")
            try:
                async with conn.transaction():
                    await load.load_demo_city(conn, profile, lambda said: progress.update(task, description=said))
            finally:
                await conn.close()

        run(work())
        progress.update(task, description=f"完成 done, as of {day}")


@app.command("accounts")
def accounts() -> None:
    """Show the demo accounts with their passwords, and the sandbox key."""
    city = build_city()
    table = Table("login", "password", "who", "谁", title="Demo accounts")
    for member in city.cast:
        table.add_row(member.login, load.demo_password(member.login), member.who_en, member.who_zh)
    console.print(table)
    for machine in city.machines:
        console.print(f"API key of {machine.name_en}: {load.demo_key(machine.id)}", soft_wrap=True)

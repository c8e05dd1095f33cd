"""Cities: make room, migrate, load the reference data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from app.areas.actions import found
from app.capabilities import grants
from app.cli import app, console, existing, in_city, run
from app.core import provision
from app.core.database import Connection
from app.core.settings import settings
from seeds import load

city_app = typer.Typer(no_args_is_help=True, help="Make and list cities.")
app.add_typer(city_app, name="city")


def migrate_city(name: str) -> None:
    """Bring the city's schema to the newest revision and grant its login roles."""
    from alembic import command  # half a second, which no other command is to wait
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "migrations"))
    config.cmd_opts = type("Options", (), {"x": [f"city={name}"]})()
    command.upgrade(config, "head")
    run(provision.grant(name, grants()))


def create_city(name: str, profile: Mapping[str, object], *, bare: bool) -> None:
    """Room, schema, profile and reference data; may be repeated."""

    async def fill(conn: Connection) -> None:
        await found(conn, profile)
        await load.load_reference(conn, profile)
        if bare:
            await load.load_bare_city(conn, profile)

    run(provision.create_schema_and_roles(name))
    migrate_city(name)
    in_city(fill, name)


@city_app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Schema and role prefix: lower-case letters, digits, _.")],
    profile: Annotated[str, typer.Option(help="A profile file, or one that comes along: hohhot, boston, hohhot_real.")],
) -> None:
    """Make a city beside the others on the same server.

    Example: gridcase city create boston --profile boston
    """
    path = load.PROFILES.get(profile) or existing(Path(profile))
    try:
        read = load.read_profile(path)
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong)) from wrong
    create_city(name, read, bare=True)
    console.print(f"city {name} is ready; serve it with: gridcase --city {name} serve")


@app.command("migrate")
def migrate() -> None:
    """Bring the city's schema to the newest revision (safe to repeat)."""
    run(provision.create_schema_and_roles(settings().city))  # a newer version may ask more of the roles
    migrate_city(settings().city)
    console.print(f"{settings().city}: schema is at the newest revision")

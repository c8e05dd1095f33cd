"""The `gridcase` command."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import asyncpg
import typer
from rich.console import Console

from app.capabilities import compose
from app.core.acts import VOUCH, Act
from app.core.database import Connection, connect
from app.core.settings import settings

T = TypeVar("T")
app = typer.Typer(
    name="gridcase", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="群众诉求一站式受理。One-stop intake, routing and follow-through for a city's cases.",
)  # fmt: skip
console = Console()
errors = Console(stderr=True)


@app.callback()
def choose(
    city: Annotated[
        str, typer.Option(help="City to work on; GRIDCASE_CITY does the same.", show_default="hohhot")
    ] = "",
) -> None:
    """Options for every command."""
    compose()
    if city:
        os.environ["GRIDCASE_CITY"] = city
        settings.cache_clear()


def run(work: Coroutine[object, None, T]) -> T:
    """Run one command's coroutine; what the user can mend is said in one line, exit status 1."""
    try:
        return asyncio.run(work)
    except (ValueError, LookupError, RuntimeError, OSError) as error:
        errors.print(f"[red]gridcase:[/red] {error}", highlight=False)
        raise typer.Exit(1) from error


@asynccontextmanager
async def owner(city: str | None = None) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the owner of a city: the one chosen, if none is named."""
    conn = await connect(city or settings().city, "owner")
    try:
        yield conn
    finally:
        await conn.close()


def in_city(work: Callable[[Connection], Awaitable[T]], city: str | None = None) -> T:
    """Run `work` as the city's owner, all of it or nothing."""

    async def all_or_nothing() -> T:
        async with owner(city) as conn, conn.transaction():
            await conn.execute(VOUCH, Act.new().as_setting())
            return await work(conn)

    return run(all_or_nothing())


def existing(path: Path) -> Path:
    """The path; raises BadParameter when there is no such file."""
    if not path.is_file():
        raise typer.BadParameter(f"{path}: there is no such file")
    return path

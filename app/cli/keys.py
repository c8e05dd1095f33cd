"""The ring of sealing keys: looking at it, and changing it while the service runs."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import asyncpg
import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.cli import app, console, errors, owner, run
from app.core import provision, rekeying
from app.core.crypto import PURPOSES, keys, reread_keys
from app.core.database import connect
from app.core.keyring import ByHand, SealingKey, source
from app.core.settings import settings

keys_app = typer.Typer(no_args_is_help=True, help="The ring of sealing keys: list, add, rotate, retire.")
app.add_typer(keys_app, name="keys")


def _in_ring(change: Callable[[], None]) -> None:
    """Change the ring, or say how it is changed by hand."""
    try:
        change()
    except ByHand as how:
        console.print(str(how), highlight=False, soft_wrap=True)
        raise typer.Exit from how
    except (OSError, RuntimeError) as error:
        errors.print(f"[red]gridcase:[/red] {error}", highlight=False)
        raise typer.Exit(1) from error
    reread_keys()


@keys_app.command("list")
def list_keys() -> None:
    """Show the ring: which key is current, and how many contents of the city are sealed under each.

    Below it the purposes that have keys of their own. These follow from the master key and stay when the ring changes.

    Example: gridcase keys list
    """

    async def work() -> dict[bytes, int]:
        async with owner() as conn:
            return await rekeying.count_wrapped(conn)

    held, ring = run(work()), keys().sealing
    console.print(f"{settings().city}: {source().where}", highlight=False, soft_wrap=True)
    table = Table("key", "", "contents")
    for key in ring:
        table.add_row(key.id.hex(), "current" if key is ring[-1] else "opens", f"{held.pop(key.id, 0):,}")
    destroyed = held.pop(b"", 0)
    for missing, number in held.items():
        table.add_row(missing.hex(), "[red]missing[/red]", f"{number:,}")
    console.print(table)
    console.print(f"destroyed: {destroyed:,} contents")
    console.print("of their own: " + ", ".join(f"{purpose} {keys().purpose_id(purpose)}" for purpose in PURPOSES))
    if held:
        raise typer.Exit(1)


@keys_app.command("add")
def add() -> None:
    """Put a fresh key at the end of the ring: it seals what is new from now on, and the others still open.

    A running service notices within a second where the ring is a file, within five minutes where a program keeps it.
    Where it stands in the environment, a fresh key is printed for you to add. Back the ring up before going on.

    Example: gridcase keys add
    """

    _in_ring(source().add)
    console.print(f"key {keys().sealing[-1].id.hex()} is current; next: back the ring up, then gridcase keys rotate")


@keys_app.command("rotate")
def rotate(
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Wrap the keys of all contents under the current key, while the service runs. Ctrl-C is safe; run it again to go on.

    Example: gridcase keys rotate
    """
    progress = Progress(SpinnerColumn(), TextColumn("{task.completed:,} keys"), TimeElapsedColumn(), console=errors,
                        disable=quiet or not errors.is_terminal)  # fmt: skip

    async def work() -> tuple[int, int]:
        with progress:
            task, done = progress.add_task("", total=None), 0

            def moved(number: int) -> None:
                nonlocal done
                done += number
                progress.advance(task, number)

            async with owner() as conn:
                lost = await rekeying.wrap_anew(conn, moved)
            return done, lost

    done, lost = run(work())
    console.print(f"{done:,} keys are wrapped under {keys().sealing[-1].id.hex()}")
    if lost:
        console.print(f"[red]{lost:,} could not be opened[/red]: their key is not in the ring (gridcase keys list)")
        raise typer.Exit(1)


@keys_app.command("retire")
def retire(key: Annotated[str, typer.Argument(help="Its id, as `gridcase keys list` shows it.")]) -> None:
    """Destroy a key that nothing needs any more. Whatever an older backup holds under it stays closed for ever.

    Refused for the current key, and while anything in any city of this server is wrapped under it.

    Example: gridcase keys retire 3f9a12c4
    """

    async def work(found: SealingKey) -> None:
        for city in await provision.list_cities():
            try:
                conn = await connect(city, "owner")
            except asyncpg.InvalidPasswordError:
                continue  # of another installation, with other keys
            try:
                async with conn.transaction():
                    left = await rekeying.forbid(conn, found, datetime.now(UTC))
            finally:
                await conn.close()
            if left:
                raise ValueError(f"{city} needs it for {left:,} contents or more: gridcase --city {city} keys rotate")

    ring = keys().sealing
    found = next((one for one in ring if one.id.hex() == key), None)
    if found is None:
        raise typer.BadParameter(f"the ring has no key {key}")
    if found is ring[-1]:
        raise typer.BadParameter(f"{key} is current: gridcase keys add makes another one")
    run(work(found))
    _in_ring(lambda: source().destroy(found))
    console.print(f"key {key} is destroyed; take it out of the backups of the ring too")

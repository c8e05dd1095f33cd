"""The record: signing it, and finding out whether it was changed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from app.checkpoints import queries
from app.checkpoints.actions.signing import sign_record, trusted_keys
from app.checkpoints.actions.verifying import Report, Trust, verify
from app.checkpoints.settings import CheckpointSettings
from app.cli import app, console, errors, owner, run
from app.core.database import Connection, Database
from app.core.roles import LoginRole
from app.core.settings import section, settings


@app.command("checkpoint")
def checkpoint() -> None:
    """Sign what is new in the record, now; the runner does the same every few minutes.

    Keep the public key that it prints in a place of its own: with it anybody can verify the record.

    Example: gridcase checkpoint
    """

    async def work() -> int:
        database = await Database.open(settings().city, LoginRole.OWNER, size=2)
        try:
            return await sign_record(database, datetime.now(UTC), force=True)
        finally:
            await database.close()

    console.print(f"{run(work()):,} cases bound; public key {trusted_keys()[0]}", highlight=False)


@app.command("verify")
def verify_record(
    case: Annotated[str, typer.Option(help="Number of one case; without it the whole city.")] = "",
    key: Annotated[
        list[str] | None, typer.Option("--public-key", help="Trust this key alone (base64); may be given again.")
    ] = None,
    copies: Annotated[
        Path | None, typer.Option(help="Folder with copies of the checkpoints; without it, that of the settings.")
    ] = None,
) -> None:
    """Find what was changed in the record past the service: what, where, and since which checkpoint.

    Ends with status 1 when something is found.

    Example: gridcase verify
    Example: gridcase verify --public-key 8bJk…= --copies checkpoints/
    """
    folder = copies or section(CheckpointSettings).checkpoint_folder
    if copies is not None and not copies.is_dir():
        raise typer.BadParameter(f"{copies}: there is no such folder")

    async def work() -> Report:
        async with owner() as conn, conn.transaction(isolation="repeatable_read"):
            one = await _case(conn, case) if case else None
            trust = Trust(key or trusted_keys(), folder, one, seals=not key)
            return await verify(conn, trust, datetime.now(UTC), lambda what: errors.print(f"verifying {what} ..."))

    _show(run(work()))


async def _case(conn: Connection, number: str) -> UUID:
    found = await queries.find_case(conn, number)
    if found is None:
        raise LookupError(f"there is no case {number}")
    return found


def _show(report: Report) -> None:
    if not report.through:
        console.print("no checkpoint yet: only the chains of events can be verified; run `gridcase checkpoint`")
    if not report.findings:
        console.print(f"the record holds: {report.through:,} checkpoints, {report.cases:,} cases row by row")
        return
    table = Table("where", "what", "last signed")
    for found in report.findings:
        table.add_row(found.where, found.what, "" if found.since is None else f"checkpoint {found.since}")
    console.print(table)
    console.print(f"[red]{len(report.findings):,} findings[/red]")
    raise typer.Exit(1)

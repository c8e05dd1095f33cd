"""Bringing the history of other systems in."""

import asyncio
from pathlib import Path
from typing import Annotated

import asyncpg
import typer
from rich.progress import BarColumn, Progress, ProgressColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.cli import app, console, errors, run
from app.core.database import connect
from app.core.settings import settings
from app.imports import actions as imports
from app.imports.actions import Outcome

import_app = typer.Typer(no_args_is_help=True, help="Bring in what other systems hold.")
app.add_typer(import_app, name="import")

SOME_REFUSED, STOPPED = 2, 130


@import_app.command("cases")
def cases(
    file: Annotated[Path, typer.Argument(help="CSV with a header row, plain or gzipped (.gz).")],
    mapping: Annotated[Path, typer.Option(help="YAML: which column feeds which field (see examples/).")],
    report: Annotated[
        Path | None, typer.Option(help="CSV of the rows not taken; FILE.not-taken.csv in this folder if left out.")
    ] = None,
) -> None:
    """Import cases from a CSV file: history keeps its times and starts no clocks, offers or notices.

    Every row that is not taken stands in the report with its line, the reason and what to mend. A case is known by its
    source system and number, so the same file may be imported again, whole or mended: nothing is doubled. Ctrl-C is
    safe; the next run goes on. Times without a zone are local to the city: one that the clock showed twice is the first
    of the two, one that it never showed is counted from before the change.

    Exit status: 0 every row is in, 1 it could not start, 2 some rows were not taken.

    \b
    Examples:
      gridcase import cases examples/requests.csv --mapping examples/requests.yaml
      gridcase --city boston import cases 311.csv.gz --mapping examples/boston.yaml --report refused.csv
    """
    not_taken = report or Path(f"{file.name}.not-taken.csv")
    for path in (file, mapping):
        if not path.is_file():
            errors.print(f"[red]gridcase:[/red] {path}: there is no such file", highlight=False)
            raise typer.Exit(1)
    outcome = run(_import(file, mapping, not_taken))
    if outcome is None:
        console.print("stopped; whole batches are in. Run the same command again to go on: nothing is doubled.")
    else:
        _show(outcome)
        if outcome.refused:
            _show_refused(outcome)
    if not_taken.exists():
        console.print(f"every row not taken, with its line: {not_taken}")
    if outcome is None or outcome.refused:
        raise typer.Exit(STOPPED if outcome is None else SOME_REFUSED)


class _Bar(Progress):
    """How far the file is read, and how fast."""

    @classmethod
    def get_default_columns(cls) -> tuple[ProgressColumn, ...]:
        return (
            TextColumn("{task.fields[rows]:,} rows"), BarColumn(), TaskProgressColumn(),
            TextColumn("{task.fields[rate]:,.0f} rows/s"), TimeRemainingColumn(),
        )  # fmt: skip

    def told(self, now: imports.Progress) -> None:
        """So far."""
        if not self.tasks:
            self.add_task("", rows=0, rate=0.0)
        task = self.tasks[0]
        rate = now.read / task.elapsed if task.elapsed else 0.0
        self.update(task.id, total=now.total, completed=now.done, rows=now.read, rate=rate)


async def _import(file: Path, mapping: Path, report: Path) -> Outcome | None:
    """The outcome, or None where Ctrl-C stopped it."""
    read = imports.read_mapping(mapping)
    conn = await connect(settings().city, "runner")
    try:
        with _Bar(console=console) as bar:
            return await imports.import_cases(conn, file, read, told=bar.told, report=report)
    except asyncio.CancelledError:
        return None
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise RuntimeError(
            f"the database broke off ({error}); whole batches are in, run the same command again"
        ) from error
    finally:
        conn.terminate()


def _show(outcome: Outcome) -> None:
    rate = outcome.read / outcome.seconds if outcome.seconds else 0.0
    console.print(
        f"{outcome.read:,} rows: {outcome.taken:,} taken, {outcome.repeated:,} filed before,"
        f" {outcome.refused.total():,} not taken; {outcome.without_cell:,} of those taken lie outside every cell;"
        f" {outcome.seconds:,.1f} s, {rate:,.0f} rows/s"
    )
    if outcome.read and outcome.repeated == outcome.read:
        console.print("every row had been filed before: nothing was added")
    if outcome.dropped:
        console.print(f"columns of a kind that is never kept of a person, dropped: {', '.join(outcome.dropped)}")
    if outcome.doubled or outcome.skipped:
        console.print(
            f"local times on the nights the clocks change: {outcome.doubled:,} shown twice (taken as the first),"
            f" {outcome.skipped:,} never shown (counted from before the change)"
        )


def _show_refused(outcome: Outcome) -> None:
    table = Table("reason", "rows", "请修改", "what to mend", title="Rows not taken")
    for reason, number in outcome.refused.most_common():
        table.add_row(reason.value, f"{number:,}", reason.words.zh, reason.words.en)
    console.print(table)

"""`import_cases`: a file of another system's cases, streamed into the city."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import asyncpg

from app.core.access import Actor
from app.core.database import Connection, be_patient
from app.imports.actions.mapping import check
from app.imports.actions.reading import Rows, open_rows
from app.imports.actions.report import Report
from app.imports.actions.rows import RowMaker
from app.imports.rules import Reason, Refused
from app.imports.schemas import Mapping
from app.intake.actions.bulk import Filed, Staged, begin_run, end_run, register_batch
from app.reference import queries as reference

BATCH = 20_000


@dataclass(slots=True)
class Outcome:
    """What became of a file. `taken` were filed now, `repeated` before; the rest is `refused`, by reason.

    `without_cell` of the rows taken lie outside every cell. `doubled` and `skipped` count local times that the clock
    showed twice or never. `dropped` are columns of kinds that are never kept.
    """

    read: int = 0
    taken: int = 0
    repeated: int = 0
    without_cell: int = 0
    refused: Counter[Reason] = field(default_factory=Counter)
    dropped: list[str] = field(default_factory=list)
    doubled: int = 0
    skipped: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running import is: bytes of the file, and rows."""

    done: int
    total: int
    read: int
    taken: int


async def import_cases(
    conn: Connection,
    path: Path,
    mapping: Mapping,
    *,
    told: Callable[[Progress], None],
    report: Path,
    batch: int = BATCH,
) -> Outcome:
    """File every row of the CSV at `path` (plain or .gz) that is not filed yet, in batches committed one by one.

    `told` hears of progress every thousand rows; rows that are not taken are written to `report`. An import that is
    stopped has filed whole batches, and the next one goes on. Raises ValueError for a mapping that does not fit the file
    or the city, before anything is stored, and RuntimeError while the same source is being imported.
    """
    facts = await reference.load(conn, datetime.now(UTC))
    outcome, began = Outcome(), time.monotonic()
    with open_rows(path, mapping.file) as rows:
        outcome.dropped = check(mapping, rows.header, facts)
        maker = RowMaker(mapping, rows.header, facts, datetime.now(UTC))
        first = await begin_run(conn, mapping.source.system)
        try:
            with Report(report) as not_taken:
                run = _Run(conn, mapping, first, outcome, not_taken)
                made = run.make(rows, maker, told)
                while await run.file(islice(made, batch)) == batch:
                    told(Progress(rows.done, rows.total, outcome.read, outcome.taken))
                told(Progress(rows.total, rows.total, outcome.read, outcome.taken))
        finally:
            outcome.doubled, outcome.skipped = maker.doubled, maker.skipped
            outcome.seconds = time.monotonic() - began
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):  # the lock goes with the connection
                await end_run(conn, mapping.source.system)
    return outcome


@dataclass(frozen=True, slots=True)
class _Run:
    conn: Connection
    mapping: Mapping
    first: str
    outcome: Outcome
    not_taken: Report

    def make(self, rows: Rows, maker: RowMaker, told: Callable[[Progress], None]) -> Iterator[Staged]:
        """The rows that fit, as they are read; the others go to the report."""
        for line, cells, refusal in rows:
            self.outcome.read += 1
            if self.outcome.read % 1000 == 0:
                told(Progress(rows.done, rows.total, self.outcome.read, self.outcome.taken))
            try:
                if refusal is not None:
                    raise refusal
                yield maker.make(line, cells)
            except Refused as why:
                external_id = maker.external_id(cells) if cells else ""
                self._refuse(line, external_id, why.reason, why.field, why.value)

    async def file(self, staged: Iterator[Staged]) -> int:
        """One batch in a transaction of its own; how many rows it held."""
        system = self.mapping.source.system
        async with self.conn.transaction():
            await be_patient(self.conn)
            filed: Filed = await register_batch(
                self.conn, staged, system=system, crs=self.mapping.location.crs, first=self.first,
                actor=Actor(id=f"import:{system}", kind="system"),
            )  # fmt: skip
        self.outcome.taken += filed.filed
        self.outcome.repeated += filed.repeated
        self.outcome.without_cell += filed.without_cell
        for line, external_id, why in filed.left:
            self._refuse(line, external_id, Reason(why))
        return filed.read

    def _refuse(self, line: int, external_id: str, reason: Reason, where: str = "", value: str = "") -> None:
        self.outcome.refused[reason] += 1
        self.not_taken.add(line, external_id, reason, where, value)

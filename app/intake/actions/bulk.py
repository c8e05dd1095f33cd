"""`register_batch`: the same rule text over a staged batch, for history that comes in by the ten thousand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from uuid import UUID

from app.core.access import Actor
from app.core.acts import Act
from app.core.crypto import keys
from app.core.database import Connection
from app.intake.actions.register import statement


class Staged(NamedTuple):
    """One row of history, decided but for its place. `n` is unique in the batch; texts as `as_written` gives them; point in
    degrees, WGS84."""

    n: int
    id: UUID
    kind: str
    petition_class: str
    category: str
    channel: str
    procedure: str
    procedure_version: int
    title: str | None
    description: str | None
    address: str | None
    sealed: bytes | None
    seal_key: bytes | None
    lon: float | None
    lat: float | None
    chosen: str | None
    located_by: str
    external_id: str
    at: datetime
    received_at: datetime
    status: str
    closed_at: datetime | None
    digest: str


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a batch. `left` holds (n, external_id, why) of rows that were neither filed now nor before."""

    read: int
    filed: int
    without_cell: int
    repeated: int
    left: list[tuple[int, str, str]]


@cache
def _script(name: str) -> str:
    return (files("app.intake") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


async def begin_run(conn: Connection, system: str) -> str:
    """Take the lock of a source system for this connection; gives the first transaction that belongs to the run.

    Raises RuntimeError while another run brings rows of the same system.
    """
    if not await conn.fetchval("select pg_try_advisory_lock(hashtextextended('import ' || $1, 0))", system):
        raise RuntimeError(f"another import of {system} is running; wait until it ends")
    first: str = await conn.fetchval("select pg_snapshot_xmax(pg_current_snapshot())::text")
    return first


async def end_run(conn: Connection, system: str) -> None:
    """Give the lock back."""
    await conn.execute("select pg_advisory_unlock(hashtextextended('import ' || $1, 0))", system)


async def register_batch(
    conn: Connection, rows: Iterable[Staged], *, system: str, crs: str | None, actor: Actor, first: str
) -> Filed:
    """File `rows` of the source `system` in the caller's transaction: staged, located, then the rule text once.

    History keeps its times and ends as it ended; it starts no clock, offer or notice. A source number that was filed
    before is not filed again. `crs` names the system the points came in; `first` is from `begin_run`.
    """
    # `auto`: the statement is planned for the batch at hand, the checks of its foreign keys only once.
    await conn.execute("set local plan_cache_mode = auto; set local work_mem = '64MB'")
    await conn.execute(_script("stage"))
    told = await conn.copy_records_to_table("staged", columns=Staged._fields, records=rows)
    await conn.execute(_script("locate"))
    found = await conn.fetch(
        statement("staged", "staged_tail"), system, crs, actor.id, f"{actor.kind}:{actor.id}", first, keys().number_key,
        *Act.new(),
    )  # fmt: skip
    counts = {row["why"]: row["n"] for row in found if row["external_id"] is None}
    return Filed(
        int(told.split()[-1]), counts["filed"], counts["without_cell"], counts["repeated"],
        [(row["n"], row["external_id"], row["why"]) for row in found if row["external_id"] is not None],
    )  # fmt: skip

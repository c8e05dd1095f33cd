"""Loading procedures and calendars, and moving the clocks of a case."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from pydantic import TypeAdapter

from app.core.database import Connection
from app.deadlines.rules import ClockKind, Due, PlannedClock, Procedure

_procedure = TypeAdapter(Procedure)


async def load_procedures(conn: Connection, procedures: Iterable[Procedure]) -> int:
    """Add versions; one that cases may run under is never rewritten. Returns how many are new."""
    added = 0
    for procedure in procedures:
        done = await conn.execute(
            "insert into procedure (code, version, valid_from, definition) values ($1, $2, $3, $4) on conflict do nothing",
            procedure.code, procedure.version, procedure.valid_from,
            _procedure.dump_python(procedure, mode="json"),
        )  # fmt: skip
        added += done.endswith("1")
    return added


async def load_calendar(
    conn: Connection, name: str, years: Sequence[tuple[int, str]], days: Sequence[tuple[date, bool, str]]
) -> None:
    """Replace the given years: (year, source) and (day, is_workday, name) of the days that differ from Mon-Fri."""
    numbers = [year for year, _ in years]
    await conn.execute(
        "delete from calendar_day where calendar = $1 and extract(year from day)::int = any($2::int[])", name, numbers
    )
    await conn.execute("delete from calendar_year where calendar = $1 and year = any($2::int[])", name, numbers)
    await conn.executemany(
        "insert into calendar_year (calendar, year, source) values ($1, $2, $3)", [(name, y, s) for y, s in years]
    )
    await conn.executemany(
        "insert into calendar_day (calendar, day, is_workday, name) values ($1, $2, $3, $4)",
        [(name, d, w, n) for d, w, n in days if d.year in set(numbers)],
    )


def as_stored(clock: PlannedClock, tz: tzinfo) -> dict[str, Any]:
    """A planned clock as the intake statement and the API show it; instants as RFC 3339 in the city's time zone."""
    return {
        "kind": clock.kind.value, "rule": clock.rule, "basis": clock.basis_zh,
        "due": clock.due.astimezone(tz).isoformat(),
        "due_unrolled": clock.due_unrolled.astimezone(tz).isoformat(), "provisional": clock.provisional,
    }  # fmt: skip


async def start(conn: Connection, case_id: uuid.UUID, clocks: Iterable[PlannedClock]) -> None:
    """Set clocks running."""
    await conn.executemany(
        "insert into clock (case_id, kind, rule, version, basis, start, due, due_unrolled, provisional)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            (case_id, c.kind.value, c.rule, c.version, c.basis_zh, c.start, c.due, c.due_unrolled, c.provisional)
            for c in clocks
        ],
    )


async def meet(conn: Connection, case_id: uuid.UUID, kind: ClockKind, at: datetime) -> None:
    """The duty was done at `at`."""
    await conn.execute(
        "update clock set met_at = $3 where case_id = $1 and kind = $2 and met_at is null and stopped_at is null",
        case_id, kind.value, at,
    )  # fmt: skip


async def stop_all(conn: Connection, case_id: uuid.UUID, at: datetime, *, but: ClockKind | None = None) -> None:
    """Nothing is due any more, the case ended on another way; only a clock `but` runs on until its notice is served."""
    await conn.execute(
        "update clock set stopped_at = $2 where case_id = $1 and met_at is null and stopped_at is null"
        " and kind is distinct from $3",
        case_id, at, but.value if but else None,
    )  # fmt: skip


async def resume_stopped(conn: Connection, case_id: uuid.UUID, stopped_at: datetime) -> None:
    """Undo a stop: the clocks stopped at that instant run on with the limits they had."""
    await conn.execute("update clock set stopped_at = null where case_id = $1 and stopped_at = $2", case_id, stopped_at)


async def lengthen(
    conn: Connection, clock: int, before: datetime, due: Due, *, days: int, approver: uuid.UUID, now: datetime
) -> None:
    """Record one approved extension."""
    await conn.execute(
        "update clock set due = $2, due_unrolled = $3, provisional = $4, extensions = extensions + 1 where id = $1",
        clock, due.due, due.due_unrolled, due.provisional,
    )  # fmt: skip
    await conn.execute(
        "insert into clock_extension (clock, days, approver, approved_at, due_before, due_after)"
        " values ($1, $2, $3, $4, $5, $6)",
        clock, days, approver, now, before, due.due,
    )  # fmt: skip

"""Loading procedures and calendars, and moving the clocks of a case."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, tzinfo

from pydantic import TypeAdapter

from app.core.database import Connection
from app.deadlines.queries import in_force, list_procedures
from app.deadlines.rules import (
    OUTLIVING,
    Calendar,
    ClockKind,
    Due,
    EscalationPolicy,
    Owner,
    PlannedClock,
    Procedure,
    first,
    paused,
)

_procedure = TypeAdapter(Procedure)


async def load_procedures(conn: Connection, procedures: Iterable[Procedure]) -> int:
    """Add versions; one that cases may run under is never rewritten. Returns how many are new."""
    added = 0
    for procedure in procedures:
        new = await conn.fetchval(
            "insert into procedure (code, version, valid_from, definition) values ($1, $2, $3, $4)"
            " on conflict do nothing returning true",
            procedure.code, procedure.version, procedure.valid_from,
            _procedure.dump_python(procedure, mode="json"),
        )  # fmt: skip
        added += bool(new)
    return added


async def withdraw_procedure(conn: Connection, code: str, version: int, day: date) -> None:
    """From `day` on no case begins under this version.

    Raises LookupError for an unknown version, ValueError where no other version would take the cases of that day.
    """
    known = await list_procedures(conn)
    if (code, version) not in known:
        raise LookupError(f"there is no version {version} of procedure {code}")
    try:
        in_force({k: p for k, p in known.items() if k != (code, version)}, code, day)
    except KeyError as nothing:
        raise ValueError(f"no other version of {code} takes cases on {day}: load its successor first") from nothing
    await conn.execute("update procedure set withdrawn_from = $3 where code = $1 and version = $2", code, version, day)


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


def as_stored(clock: PlannedClock, tz: tzinfo) -> dict[str, object]:
    """A planned clock as the intake statement stores it; instants as RFC 3339 in the city's time zone."""
    return {
        "kind": clock.kind.value, "rule": clock.rule, "basis": clock.basis_zh,
        "due": clock.due.astimezone(tz).isoformat(),
        "due_unrolled": clock.due_unrolled.astimezone(tz).isoformat(), "provisional": clock.provisional,
        "level": clock.level, "next_at": clock.next_at.isoformat(),
    }  # fmt: skip


async def start(conn: Connection, case_id: uuid.UUID, clocks: Iterable[PlannedClock], *, subject: str = "") -> None:
    """Set clocks running. `subject` tells several of one kind apart."""
    await start_all(conn, [(case_id, clock, subject) for clock in clocks])


_START = """
    insert into clock (case_id, kind, rule, version, basis, start, due, due_unrolled, provisional, owner, subject, level, next_at)
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[], $6::timestamptz[], $7::timestamptz[],
        $8::timestamptz[], $9::boolean[], $10::text[], $11::text[], $12::smallint[], $13::timestamptz[])
"""


async def start_all(conn: Connection, clocks: Iterable[tuple[uuid.UUID, PlannedClock, str]]) -> None:
    """Set clocks of many cases running: of each the case, the clock and its subject."""
    rows = [
        (case_id, c.kind.value, c.rule, c.version, c.basis_zh, c.start, c.due, c.due_unrolled, c.provisional,
         c.owner.value, subject, c.level, c.next_at)
        for case_id, c, subject in clocks
    ]  # fmt: skip
    if rows:
        await conn.execute(_START, *map(list, zip(*rows, strict=True)))


# A clock that ends late keeps its breach, whoever looked in between; no time counts while it is paused.
_BREACHED = "case when owner <> 'resident' and least({at}, paused_at) > due then due end"


async def meet(
    conn: Connection, case_id: uuid.UUID, kind: ClockKind, at: datetime, *, subject: str | None = None
) -> None:
    """The duty was done at `at`; of several of a kind, that of `subject`."""
    await finish(conn, case_id, at, met=(kind,), subject=subject)


async def pause(conn: Connection, case_id: uuid.UUID, kind: ClockKind, at: datetime) -> None:
    """No time counts from `at` on, until `resume`."""
    await conn.execute(
        "update running_clock set paused_at = $3 where case_id = $1 and kind = $2", case_id, kind.value, at
    )


async def resume(
    conn: Connection,
    case_id: uuid.UUID,
    kind: ClockKind,
    at: datetime,
    *,
    ladder: EscalationPolicy,
    calendar: Calendar,
    tz: tzinfo,
) -> Due | None:
    """Time counts again: the limit moves on by the local days from the pause to `at`, both left out. None: not paused."""
    row = await conn.fetchrow(
        "select id, owner, start, due, due_unrolled, provisional, paused_at from open_clock"
        " where case_id = $1 and kind = $2 and paused_at is not null",
        case_id, kind.value,
    )  # fmt: skip
    if row is None:
        return None
    told = Due(row["due"], row["due_unrolled"], row["provisional"])
    due = paused(told, row["paused_at"], at, calendar=calendar, tz=tz)
    level, next_at = first(ladder, Owner(row["owner"]), row["start"], due.due, calendar=calendar, tz=tz)
    await conn.execute(
        "update clock set due = $2, due_unrolled = $3, provisional = $4, level = $5, next_at = $6, paused_at = null"
        " where id = $1",
        row["id"], due.due, due.due_unrolled, due.provisional, level, next_at,
    )  # fmt: skip
    return due


async def stop(
    conn: Connection, case_id: uuid.UUID, kind: ClockKind, at: datetime, *, subject: str | None = None
) -> None:
    """One limit no longer counts: something else took its place."""
    await finish(conn, case_id, at, stopped=(kind,), subject=subject)


_ENDED = "case when kind = any($3::text[]) then $6::timestamptz else $2::timestamptz end"
_FINISH = f"""
    update open_clock set met_at = case when kind = any($3::text[]) then $6::timestamptz end,
        stopped_at = case when kind = any($4::text[]) then $2::timestamptz end,
        breached_at = {_BREACHED.format(at=_ENDED)}
    where case_id = $1 and kind = any($3::text[] || $4::text[]) and subject = coalesce($5, subject)
"""


async def finish(
    conn: Connection,
    case_id: uuid.UUID,
    at: datetime,
    *,
    met: Sequence[str] = (),
    stopped: Sequence[str] = (),
    subject: str | None = None,
    met_at: datetime | None = None,
) -> None:
    """Several limits end at once: the duties of `met` were done (at `met_at`, where that was before), those of `stopped` no
    longer count."""
    await conn.execute(_FINISH, case_id, at, list(met), list(stopped), subject, met_at or at)


async def stop_these(conn: Connection, clocks: Sequence[int], at: datetime) -> None:
    """These limits no longer count."""
    await conn.execute(
        f"update clock set stopped_at = $2, breached_at = {_BREACHED.format(at='$2')} where id = any($1::bigint[])",
        clocks, at,
    )  # fmt: skip


async def stop_all(conn: Connection, case_id: uuid.UUID, at: datetime, *, but: ClockKind | None = None) -> None:
    """Nothing is due any more, the case ended on another way; a clock `but` runs on until its notice is served, and what
    an agreement set running goes on."""
    await conn.execute(
        f"update open_clock set stopped_at = $2, breached_at = {_BREACHED.format(at='$2')}"
        " where case_id = $1 and kind is distinct from $3 and kind <> all($4::text[])",
        case_id, at, but.value if but else None, [kind.value for kind in OUTLIVING],
    )  # fmt: skip


async def stop_of_all(conn: Connection, cases: Sequence[uuid.UUID], kinds: Collection[ClockKind], at: datetime) -> None:
    """Limits of these kinds no longer count in any of these cases."""
    await conn.execute(
        f"update open_clock set stopped_at = $3, breached_at = {_BREACHED.format(at='$3')}"
        " where case_id = any($1::uuid[]) and kind = any($2::text[])",
        cases, [kind.value for kind in kinds], at,
    )  # fmt: skip


async def give_way(conn: Connection, case_id: uuid.UUID, kinds: Collection[ClockKind], at: datetime) -> None:
    """Limits of these kinds are about to be counted anew, under another procedure: what was late is not judged here."""
    await conn.execute(
        "update open_clock set stopped_at = $3 where case_id = $1 and kind = any($2::text[])",
        case_id, [kind.value for kind in kinds], at,
    )  # fmt: skip


async def resume_stopped(conn: Connection, case_id: uuid.UUID, stopped_at: datetime) -> None:
    """Undo a stop: the clocks stopped at that instant run on with the limits they had."""
    await conn.execute("update clock set stopped_at = null where case_id = $1 and stopped_at = $2", case_id, stopped_at)


async def extend_clock(
    conn: Connection, clock: int, before: datetime, due: Due, *, days: int, approver: uuid.UUID, now: datetime,
    climbs: tuple[int, datetime],
) -> None:  # fmt: skip
    """Record one approved extension. `climbs`: the level and next instant of the new limit (`rules.first`)."""
    await conn.execute(
        "update clock set due = $2, due_unrolled = $3, provisional = $4, extensions = extensions + 1, level = $5,"
        " next_at = $6 where id = $1",
        clock, due.due, due.due_unrolled, due.provisional, *climbs,
    )  # fmt: skip
    await conn.execute(
        "insert into clock_extension (clock, days, approver, approved_at, due_before, due_after)"
        " values ($1, $2, $3, $4, $5, $6)",
        clock, days, approver, now, before, due.due,
    )  # fmt: skip


async def start_extended(
    conn: Connection, case_id: uuid.UUID, kind: ClockKind, due: Due, *, climbs: tuple[int, datetime]
) -> None:
    """An extension that was granted before holds for the limit that took its place."""
    await conn.execute(
        "update open_clock set due = $3, due_unrolled = $4, provisional = $5, extensions = 1, level = $6, next_at = $7"
        " where case_id = $1 and kind = $2",
        case_id, kind.value, due.due, due.due_unrolled, due.provisional, *climbs,
    )  # fmt: skip


async def move_clock(conn: Connection, clock: int, due: Due, *, climbs: tuple[int, datetime]) -> None:
    """The limit was counted again. Where it stays, so does what was done about it."""
    await conn.execute(
        "update clock set due = $2, due_unrolled = $3, provisional = $4, level = case when $2 = due then level else $5"
        " end, next_at = case when $2 = due then next_at else $6 end where id = $1",
        clock, due.due, due.due_unrolled, due.provisional, *climbs,
    )  # fmt: skip


_CLIMB = """
    update clock k set level = p.level, next_at = p.next_at,
        breached_at = case when p.breached then k.due else k.breached_at end,
        stopped_at = case when p.lapsed then k.due else k.stopped_at end
    from unnest($1::bigint[], $2::int[]) m(id, n)
    join unnest($3::int[], $4::smallint[], $5::timestamptz[], $6::boolean[], $7::boolean[])
        p(n, level, next_at, breached, lapsed) using (n)
    where k.id = m.id
"""
Climb = tuple[int, int, datetime | None, bool, bool]


async def climb(conn: Connection, clocks: Sequence[int], places: Sequence[int], plans: Sequence[Climb]) -> None:
    """Each clock takes the plan of its place: (place, new level, next instant, whether it is breached, whether it lapsed)."""
    await conn.execute(_CLIMB, clocks, places, *map(list, zip(*plans, strict=True)))

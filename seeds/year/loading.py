"""Making the year: lives are lived once by the product's actions, and copied into the year before the day."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

from app.cases.actions.deadline_sweep import process_due_clocks
from app.core.access import Permission, Role
from app.core.crypto import keys
from app.core.database import Connection
from app.core.gathering import Plain
from app.deadlines.settings import quiet_hours
from app.reference import queries as reference
from app.reference.actions import ActionContext
from app.reference.queries import Reference
from app.supervision import actions as supervision
from app.supervision.rules import CardLevel, ProblemType, SupervisionKind
from seeds.hohhot.records import City
from seeds.year.copying import Copier, Copy
from seeds.year.living import Cast, Living
from seeds.year.pattern import Stage, Surroundings
from seeds.year.plan import REPORTS, Planner
from seeds.year.rows import SETTLED, RowReader, Table, list_tables
from seeds.year.scripts import scripts

Told = Callable[[str], None]
Moved = Callable[[int, int], None]  # so many done, of so many
BATCH = 500
_PRESSED = 21  # days before the end: nothing in hand was late before

# Of this transaction alone: rows are read as UTC, titles are indexed in one go at the end, sorts stay in memory.
_SETTINGS = """
    set local timezone = 'UTC'; set local datestyle = 'ISO'; set local bytea_output = 'hex'; set local jit = off;
    set local gin_pending_list_limit = '128MB'; set local work_mem = '64MB'
"""
# An interrupted load leaves dead rows behind, and figures about them that lead the planner astray. There are no cases, so
# nothing that belongs to a case is lost.
_EMPTY = f"""
    {SETTLED};
    truncate cases restart identity cascade;
    truncate data_key;
    alter sequence case_number restart;
    analyze area, area_version, unit, staff, post, cell, cell_version, cell_worker, route, routing_rule, category
"""

# Foreign keys and plain indexes of the tables: checked and built over all rows at once, they take a fraction of the time.
# Each row holds how to drop it and how to make it again; indexes come first, as the keys are checked with them.
_CHECKED_AT_THE_END = """
    select 'drop index ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid) from pg_index i
    where i.indrelid = any($1::regclass[]) and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
    union all
    select format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname),
        format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
    from pg_constraint c where c.contype = 'f' and c.conrelid = any($1::regclass[])
"""

_DIGITS = "select case_digits(n, $1) as digits from generate_series(1, $2::bigint) n order by n"
_SUPERVISED = r"""
    select id, lead_unit from cases where county = $1 and status in ('accepted', 'handling') and updated_at < $2
        and lead_unit ~ '^[CD]\d{9}(_|$)' and not guarded order by due, id limit 2
"""


async def load_year(
    conn: Plain, city: City, *, end: datetime, seed: int = 1, count: int = REPORTS, told: Told, moved: Moved
) -> None:
    """Fill the year before `end` with `count` cases.

    Runs in the caller's transaction, which then holds all or nothing. Numbers begin anew. Raises RuntimeError when the
    city has cases already: theirs would be taken.
    """
    if await conn.fetchval("select exists (select from cases)"):
        raise RuntimeError(
            "the city has cases of its own; make the demo in another one: gridcase --city demo demo load"
        )
    await conn.execute(_SETTINGS)
    await conn.execute(_EMPTY)
    rules, tables = await reference.load(conn, at=end), await list_tables(conn)
    told("办理样本 living")
    stages = await live_all(conn, city, rules, tables, moved)
    await conn.execute(_EMPTY)
    told("编排全年 planning")
    copier = Copier(city, rules, seed)
    copies = Planner(copier, stages, end=end, count=count).copies()
    copier.digits = [row["digits"] for row in await conn.fetch(_DIGITS, keys().number_key, _cases(copies))]
    told("登记办理 filing")
    later = await conn.fetch(_CHECKED_AT_THE_END, list(tables))
    await conn.execute(";".join(drop for drop, _ in later))
    await _write(conn, copier, copies, tables, moved)
    told("索引 indexes")
    await conn.execute(";".join(make for _, make in later))
    told("期限处理 limits")
    await _press(conn, rules, end)
    await _supervise(conn, rules, city, end)


async def live_all(
    conn: Connection, city: City, rules: Reference, tables: dict[str, Table], moved: Moved
) -> list[Stage]:
    """Every stage of every life; the lived cases stay in the city."""
    await conn.execute("set local plan_cache_mode = force_generic_plan")
    lives = await Living(conn, rules, Cast(city), RowReader(conn, tables)).live(scripts(), moved)
    await conn.execute("set local plan_cache_mode = auto")
    around = Surroundings(tables, rules, {str(post.staff): post.id for post in city.posts})
    return [Stage(life, number, around) for life in lives for number in range(len(life.acts))]


async def _write(conn: Plain, copier: Copier, copies: Sequence[Copy], tables: dict[str, Table], moved: Moved) -> None:
    """Python makes the next batch in a thread while the database takes the present one."""
    whole = _cases(copies)
    starts = range(0, len(copies), BATCH)
    following = asyncio.ensure_future(asyncio.to_thread(_rows, copier, copies[:BATCH]))
    for start in starts:
        rows = await following
        following = asyncio.ensure_future(asyncio.to_thread(_rows, copier, copies[start + BATCH : start + 2 * BATCH]))
        for name, table in tables.items():
            if name in rows:
                await conn.copy_to_table(
                    name, source=BytesIO(rows[name]), columns=list(table.columns), format="text", freeze=True
                )
        moved(min(copier.number, whole), whole)
    await following
    for name, last in copier.serials.items():
        await conn.execute("select setval(pg_get_serial_sequence($1, $2), $3)", name, tables[name].serial, last)
    await conn.execute("select setval('case_number', $1)", copier.number)


async def _press(conn: Connection, rules: Reference, end: datetime) -> None:
    """What the runner would have done by now where limits came near or were missed, day by day."""
    await conn.execute("analyze cases, clock, event, assignment, case_access")
    for days in range(_PRESSED, -1, -1):
        day = end - timedelta(days=days)
        at = day.replace(hour=12, minute=0) if days else day
        while await process_due_clocks(conn, rules, now=at, quiet=quiet_hours()):
            pass


async def _supervise(conn: Connection, rules: Reference, city: City, end: datetime) -> None:
    """What waits for the supervisor of the cast: units were asked where limits press, and their answers are to be checked."""
    cast, supervisor = Cast(city), next(member for member in city.cast if member.role == Role.SUPERVISOR)
    asked, answered = end - timedelta(days=2), end - timedelta(days=1)
    for case, unit in await conn.fetch(_SUPERVISED, supervisor.area, asked):
        by = replace(cast.by_desk[supervisor.post], at=asked)
        made = await supervision.issue(
            ActionContext(conn, rules, by, asked, 0), case, kind=SupervisionKind.SUPERVISE, unit=unit,
            level=CardLevel.YELLOW, problem=ProblemType.LATE_COMPLETION, answer_by=None,
            text="该件临近或者超过办理期限，请说明办理进展和预计办结时间。",
        )  # fmt: skip
        to = next(actor for actor in cast.of_unit[unit] if actor.may(Permission.SUPERVISION_ANSWER))
        context = ActionContext(conn, rules, replace(to, at=answered), answered, 1)
        await supervision.answer(context, made, text="已到现场核实，正在抓紧办理，办结后即书面答复。")


def _cases(copies: Sequence[Copy]) -> int:
    return sum(len(copy.stage.statuses) for copy in copies)


def _rows(copier: Copier, copies: Sequence[Copy]) -> dict[str, bytes]:
    """Of each table the rows of these copies."""
    rows: dict[str, list[str]] = {}
    for copy in copies:
        for name, text in copier.rows(copy).items():
            rows.setdefault(name, []).append(text)
    return {name: ("\n".join(texts) + "\n").encode() for name, texts in rows.items()}

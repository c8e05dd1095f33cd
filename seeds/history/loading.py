"""Loading the year as a whole, in the caller's transaction."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime

from app.core.database import Connection
from app.reference import queries as reference
from seeds.history.lives import live, steps_of
from seeds.history.reports import Moved, file_reports
from seeds.hohhot.cases import REPORTS, demo_reports
from seeds.hohhot.records import City

Told = Callable[[str], None]

# Of this transaction alone: titles are indexed in one go at the end, sorts and temporary tables stay in memory.
_SETTINGS = """
    set local gin_pending_list_limit = '128MB';
    set local work_mem = '64MB';
    set local temp_buffers = '64MB'
"""


# An interrupted load leaves dead rows behind, and figures about them that lead the planner astray. There are no cases, so
# nothing that belongs to a case is lost.
_FRESH = """
    truncate cases cascade;
    alter sequence case_number restart;
    analyze area, area_version, unit, staff, post, cell, cell_version, cell_worker, route, routing_rule, category
"""


async def load_history(
    conn: Connection, city: City, *, as_of: date, seed: int = 1, count: int = REPORTS, told: Told, moved: Moved
) -> Counter[str]:
    """File `count` reports of the year before `as_of` and live their lives; gives the steps left out, by action.

    Runs in the caller's transaction, which then holds all or nothing. Numbers begin anew. Raises RuntimeError when the
    city has cases already: theirs would be taken.
    """
    if await conn.fetchval("select exists (select from cases)"):
        raise RuntimeError(
            "the city has cases of its own; make the demo in another one: gridcase --city demo demo load"
        )
    await conn.execute(_SETTINGS)
    await conn.execute(_FRESH)
    rules = await reference.load(conn, datetime.now(UTC))
    told("登记诉求 registering")
    # The plan of the intake statement serves every batch; the lives below meet full tables, and are planned for them.
    await conn.execute("set local plan_cache_mode = force_generic_plan")
    reports = await file_reports(
        conn, rules, city, demo_reports(city, as_of=as_of, seed=seed, count=count), count, moved=moved
    )
    await conn.execute("set local plan_cache_mode = auto")
    await conn.execute("analyze assignment, clock, case_access")
    told("办理经过 handling")
    void = await live(conn, rules, city, steps_of(reports), moved=moved)
    await conn.execute("analyze cases, event")
    return void

"""Units put under others, as a reorganisation does, and what the runner does after it."""

from dataclasses import replace

from app.cases.actions.bars_sweep import sweep_bars
from app.core.database import Connection, Database
from app.core.roles import LoginRole
from app.core.rows import fetch_all
from app.units.actions import load
from app.units.schemas import UnitOut
from tests.access.town import in_city, off_loop
from tests.cast import CITY
from tests.support.clock import present

KEPT = "select code, kind, function, tier, area, parent, name, name_en from unit where code = any($1::text[])"


def moved(**parents: str) -> list[UnitOut]:
    """Put units under other ones; gives them as they were."""

    async def move(conn: Connection) -> list[UnitOut]:
        before = await fetch_all(conn, UnitOut, KEPT, list(parents))
        await load(conn, [replace(unit, parent=parents[unit.code]) for unit in before])
        return before

    return list(in_city(move))


def swept() -> int:
    """What the runner does after it."""

    async def work() -> int:
        database = await Database.open(CITY, LoginRole.RUNNER, size=2)
        try:
            return await sweep_bars(database, present())
        finally:
            await database.close()

    return int(off_loop(work()))

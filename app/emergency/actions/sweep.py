"""What the clock does: new cases get the faster limit, and an emergency whose time is over ends by itself."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from app.core.access import SYSTEM
from app.core.database import Connection, Database
from app.emergency import queries
from app.emergency.actions.clocks import lift_clocks, lift_strayed, set_clocks
from app.emergency.actions.switch import log
from app.reference import queries as reference
from app.reference.actions import ActionContext


async def sweep_emergencies(database: Database, now: datetime) -> int:
    """End what is over and lift its limits, also of cases that match no longer; set those of what stands; gives how many.

    May run in several processes at once and be killed anywhere: each batch is a transaction, and cases that somebody
    holds wait for the next run.
    """
    async with database.snapshot() as conn:
        rules = await reference.load(conn, now)

    def context(conn: Connection) -> ActionContext:
        return ActionContext(conn, rules, replace(SYSTEM, at=now), now, 0)

    async def batches(work: Callable[[ActionContext], Awaitable[int]]) -> int:
        return await database.drain(lambda conn: work(context(conn)))

    async with database.transaction() as conn:
        lapsed = await queries.list_to_end(conn, now)
        await conn.execute(
            "update emergency set ended_at = ends_at, version = version + 1 where id = any($1::uuid[])", lapsed
        )
        for emergency in lapsed:
            await log(context(conn), emergency, "lapsed")
    async with database.connection() as conn:
        over, standing = await queries.list_to_lift(conn), await queries.list_standing(conn, now)
    done = len(lapsed)
    for ended in over:
        done += await batches(partial(lift_clocks, emergency=ended.id, at=ended.ended_at))
    for one in standing:
        done += await batches(partial(lift_strayed, standing=one))
        done += await batches(partial(set_clocks, standing=one))
    return done

"""What the clock does: new cases get the faster limit, and an emergency whose time is over ends by itself."""

from datetime import datetime
from typing import Any

from app.core.access import SYSTEM
from app.core.database import Database
from app.emergency.actions.clocks import lift_clocks, lift_strayed, set_clocks
from app.emergency.actions.switch import log
from app.emergency.queries import list_standing, list_to_end, list_to_lift

WHO = f"{SYSTEM.kind}:{SYSTEM.id}"


async def sweep_emergencies(database: Database, now: datetime) -> int:
    """End what is over and lift its limits, also of cases that match no longer; set those of what stands; gives how many.

    May run in several processes at once and be killed anywhere: each batch is a transaction, and cases that somebody
    holds wait for the next run.
    """
    done = 0
    async with database.transaction() as conn:
        for row in await list_to_end(conn, now):
            await conn.execute(
                "update emergency set ended_at = ends_at, version = version + 1 where id = $1", row["id"]
            )
            await log(conn, row["id"], "lapsed", actor=WHO, at=now, facts={})
            done += 1
    async with database.connection() as conn:
        over, standing = await list_to_lift(conn), await list_standing(conn, now)
    for row in over:
        done += await _until_none(database, lambda conn, row=row: lift_clocks(
            conn, row["id"], at=row["ended_at"], now=now, actor=WHO
        ))  # fmt: skip
    for row in standing:
        done += await _until_none(database, lambda conn, row=row: lift_strayed(
            conn, row["id"], tier=row["tier"], area=row["area"], category=row["category"], now=now, actor=WHO
        ))  # fmt: skip
        done += await _until_none(database, lambda conn, row=row: set_clocks(
            conn, row["id"], tier=row["tier"], area=row["area"], category=row["category"], hours=row["hours"],
            began_at=row["began_at"], now=now, actor=WHO,
        ))  # fmt: skip
    return done


async def _until_none(database: Database, batch: Any) -> int:
    done = 0
    while True:
        async with database.transaction() as conn:
            taken = await batch(conn)
        if not taken:
            return done
        done += taken

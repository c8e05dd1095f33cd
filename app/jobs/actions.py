"""What the clock brings: every job takes what is due and may run in several processes at once, or be killed anywhere."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from app.areas.queries import get_city
from app.capabilities import compose
from app.cases.actions.bars_sweep import sweep_bars
from app.cases.actions.codes import answer_requests
from app.cases.actions.deadline_sweep import process_due_clocks
from app.cases.actions.retention_sweep import erase_due
from app.checkpoints.actions.nightly import verify_nightly
from app.checkpoints.actions.signing import sign_record
from app.core.database import Database
from app.deadlines.settings import quiet_hours
from app.emergency.actions import sweep_emergencies
from app.mediation.actions.keep import flag_missed
from app.messages.actions import deliver_messages
from app.privacy.actions import order_granted, press_late
from app.proxy.actions.sweep import sweep_proxies
from app.reference import queries as reference

Job = Callable[[Database, datetime], Awaitable[int]]


async def settle_due(database: Database, now: datetime) -> int:
    """Warn, breach, urge, criticise, escalate and let lapse whatever is due; gives how many clocks moved.

    The rules are read anew at every run: a calendar published a minute ago counts.
    """
    async with database.snapshot() as conn:
        rules = await reference.load(conn, now)
    return await database.drain(lambda conn: process_due_clocks(conn, rules, now=now, quiet=quiet_hours()))


async def flag_obligations(database: Database, now: datetime) -> int:
    """Mark what an agreement owed by a day that is over, and tell; gives how many."""
    async with database.snapshot() as conn:
        today = now.astimezone((await get_city(conn)).tz).date()
    return await database.drain(lambda conn: flag_missed(conn, now=now, today=today))


async def sign(database: Database, now: datetime) -> int:
    """Bind what is new in the record with a signed checkpoint; gives how many cases."""
    return await sign_record(database, now)


async def verify_record(database: Database, now: datetime) -> int:
    """Once a night, hold the whole record against what was signed; gives how much does not hold."""
    async with database.snapshot() as conn:
        tz = (await get_city(conn)).tz
    return await verify_nightly(database, now, tz)


# Emergencies first: the faster limit of one that is over presses nobody, however long the runner slept. Then bars: nobody is
# urged who must not lead.
JOBS: tuple[tuple[str, Job], ...] = (
    ("emergencies", sweep_emergencies),
    ("bars", sweep_bars),
    ("clocks", settle_due),
    ("proxies", sweep_proxies),
    ("agreements", flag_obligations),
    ("data requests", press_late),
    ("codes", answer_requests),
    ("messages", deliver_messages),
    ("granted erasures", order_granted),
    ("retention", erase_due),
    ("checkpoints", sign),
    ("verification", verify_record),
)


async def run_once(database: Database, now: datetime) -> dict[str, int]:
    """Every job once, in order; what each did."""
    compose()
    return {name: await job(database, now) for name, job in JOBS}

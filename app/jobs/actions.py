"""What the clock brings: every job takes what is due and may run in several processes at once, or be killed anywhere."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from app.cases.actions.clockwork import settle
from app.cases.queries import reference
from app.core.database import Database
from app.core.settings import settings
from app.deadlines.rules import QuietHours
from app.emergency.actions import tend_emergencies
from app.messages.actions import carry_messages
from app.proxy.actions import tend_proxies

Job = Callable[[Database, datetime], Awaitable[int]]


async def settle_due(database: Database, now: datetime) -> int:
    """Warn, breach, urge, criticise, escalate and let lapse whatever is due; gives how many clocks moved.

    The rules are read anew at every run: a calendar published a minute ago counts.
    """
    quiet, moved = QuietHours(settings().quiet_from, settings().quiet_until), 0
    async with database.snapshot() as conn:
        rules = await reference.load(conn)
    while True:
        async with database.transaction() as conn:
            taken = await settle(conn, rules, now=now, quiet=quiet)
        if not taken:
            return moved
        moved += taken


# Emergencies first: the faster limit of one that is over presses nobody, however long the runner slept.
JOBS: tuple[tuple[str, Job], ...] = (
    ("emergencies", tend_emergencies),
    ("clocks", settle_due),
    ("proxies", tend_proxies),
    ("messages", carry_messages),
)


async def run_once(database: Database, now: datetime) -> dict[str, int]:
    """Every job once, in order; what each did."""
    return {name: await job(database, now) for name, job in JOBS}

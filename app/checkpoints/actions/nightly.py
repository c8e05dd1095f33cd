"""The runner's own look at the record, once a night: kept, and told to the auditors when something does not hold."""

from dataclasses import asdict
from datetime import datetime, time
from zoneinfo import ZoneInfo

from app.checkpoints import queries
from app.checkpoints.actions.signing import trusted_keys
from app.checkpoints.actions.verifying import Trust, verify
from app.checkpoints.settings import CheckpointSettings
from app.core.database import Database
from app.core.settings import section
from app.messages.actions.queue import InApp, queue_all

FOUND_MOST = 100  # of one night that are kept


async def verify_nightly(database: Database, now: datetime, tz: ZoneInfo) -> int:
    """Verify the whole record if this night's look is still to come; gives how much was found."""
    settings = section(CheckpointSettings)
    night = datetime.combine(now.astimezone(tz).date(), time(settings.verify_hour), tz)
    if now < night:
        return 0
    async with database.snapshot(writes=True) as conn:
        last = await queries.get_last(conn)
        if last is None or await queries.is_verified_since(conn, night):
            return 0
        if not await conn.fetchval("select pg_try_advisory_xact_lock(hashtext('verification ' || current_schema()))"):
            return 0
        report = await verify(conn, Trust(trusted_keys(), settings.checkpoint_folder), now)
        found = [asdict(finding) for finding in report.findings]
        number = await conn.fetchval(
            "insert into verification (at, through, cases, found) values ($1, $2, $3, $4) returning id",
            now, report.through, report.cases, found[:FOUND_MOST],
        )  # fmt: skip
        if found:
            facts = {"found": len(found), "through": report.through}
            auditors = await queries.list_auditors(conn)
            await queue_all(
                conn, [InApp(f"verification {number} {post}", f"post:{post}", "record_broken", facts=facts)
                       for post in auditors], now=now,
            )  # fmt: skip
        return len(found)

"""到期销毁: what has been kept for its years, or was ordered to be erased, is erased in batches by whoever runs the clock.

A file under legal hold, taken out again, or kept for ever is passed over. What falls due is listed beforehand
(`gridcase retention`), so that it can be held, or given to an archive.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.areas.queries import get_city
from app.cases.actions.erasure import erase, mark_of
from app.cases.rules.retention import Basis
from app.cases.rules.terms import LIVE
from app.cases.settings import CasesSettings
from app.core.access import CLOCK
from app.core.database import Connection, Database
from app.core.rows import fetch_all
from app.core.settings import section

BATCH = 200
# $1 the day: files whose last day of keeping lies before it.
_OVER = """
    from archive a join cases c on c.id = a.case_id
    where a.kept_until < $1 and a.taken_out_at is null and not exists (select from tombstone t where t.case_id = a.case_id)
"""
_NEXT = f"""
    select c.id {_OVER} and not exists (select from legal_hold h where h.case_id = c.id and h.released_at is null)
        and c.status <> all($3::text[])
    order by a.kept_until, c.id limit $2 for update of c skip locked
"""
_LIST = f"""
    select c.number, c.procedure, a.retention, a.kept_until, a.archived_at,
        exists (select from legal_hold h where h.case_id = c.id and h.released_at is null) as held
    {_OVER} order by a.kept_until, c.number limit $2
"""


_ORDERED = """
    select o.case_id, o.at, o.by, o.basis, o.mark from erasure_order o join cases c on c.id = o.case_id
    where c.status <> all($2::text[]) and not exists (select from tombstone t where t.case_id = o.case_id)
        and not exists (select from legal_hold h where h.case_id = o.case_id and h.released_at is null)
    order by o.at, o.case_id limit $1 for update of c skip locked
"""
_LIVE = [status.value for status in LIVE]


@dataclass(frozen=True, slots=True)
class _Found:
    id: uuid.UUID


@dataclass(frozen=True, slots=True)
class _Order:
    case_id: uuid.UUID
    at: datetime
    by: str
    basis: Basis
    mark: bytes


@dataclass(frozen=True, slots=True)
class Due:
    """A file whose years are over by a day."""

    number: str
    procedure: str
    retention: str
    kept_until: date
    archived_at: datetime
    held: bool


async def erase_due(database: Database, now: datetime) -> int:
    """Erase what was ordered, and the cases whose years are over; gives how many. Of these nothing where the city erases by
    hand."""
    done = await database.drain(lambda conn: _obey(conn, now))
    if not section(CasesSettings).retention_erases:
        return done
    async with database.snapshot() as conn:
        today = now.astimezone((await get_city(conn)).tz).date()
    return done + await database.drain(lambda conn: _clear_out(conn, today, now))


async def _obey(conn: Connection, now: datetime) -> int:
    """The next orders; one that this service did not make is no order (`gridcase verify` tells of it)."""
    orders = await fetch_all(conn, _Order, _ORDERED, BATCH, _LIVE)
    true = [o for o in orders if o.mark == mark_of(o.case_id, None, o.at, o.by, o.basis)]
    for order in true:
        await erase(conn, [order.case_id], basis=order.basis, by=order.by, at=now)
    return len(true)


async def _clear_out(conn: Connection, today: date, now: datetime) -> int:
    found = await fetch_all(conn, _Found, _NEXT, today, BATCH, _LIVE)
    ids = [case.id for case in found]
    return len(await erase(conn, ids, basis=Basis.RETENTION, by=f"{CLOCK.kind}:{CLOCK.id}", at=now))


async def list_due(conn: Connection, today: date, days: int, limit: int) -> list[Due]:
    """The files whose years are over within so many days, the first ones first; held ones too, which stay."""
    return await fetch_all(conn, Due, _LIST, today + timedelta(days=days), limit)

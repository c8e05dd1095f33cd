"""What time brings to proxies: authorities run out, people must stand back, duties are remembered. Each exactly once.

Whatever this finds has been so already: an authority is judged by its own period, access by `until`. Only the record is made
here.
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.access import CLOCK
from app.core.database import Connection, Database
from app.core.rows import fetch_all
from app.core.settings import section
from app.proxy.actions.arranging import expire
from app.proxy.actions.step import Reminder, end, tell
from app.proxy.queries import CARRIERS, ProxyRow, get_candidate, list_open_duties, read_proxy
from app.proxy.rules import CARRYING, State, not_fit, reports_owed
from app.proxy.settings import ProxySettings
from app.reference import queries as references
from app.reference.actions import ActionContext
from app.reference.queries import Reference

BATCH = 500
_EXPIRED = """
    select p.id, p.case_id from proxy_authority a join proxy p on p.id = a.proxy
    where a.ended_at is null and a.valid_until <= $1 order by a.valid_until limit $2
"""
# Posts and units change: who stands under a unit complained of by now, or carries nothing here any more.
_UNFIT = """
    select p.id, p.case_id from proxy p join cases c on c.id = p.case_id join staff s on s.id = p.staff
    where p.state in ('authorised', 'reporting') and (not s.active or s.id = any(c.barred_staff)
        or exists (select from unit u where (u.code = s.unit or u.code in (select o.unit from post o where o.staff = s.id))
            and withheld_from(c.barred_units, c.waits_above, u.path, u.tier))
        or not exists (select from post o join area a on a.code = o.area where o.staff = s.id and o.role = any($1::text[])
            and a.path @> c.area_path))
    limit $2
"""
_HOLD = "select id from cases where id = $1 for update skip locked"


@dataclass(frozen=True, slots=True)
class _Found:
    id: uuid.UUID
    case_id: uuid.UUID


Step = Callable[[ActionContext, ProxyRow], Awaitable[bool]]


async def sweep_proxies(database: Database, now: datetime) -> int:
    """End what is over and remind of what is owed; gives how many proxies ended or people were told."""
    async with database.snapshot() as conn:
        rules = await references.load(conn, now)
        over = await fetch_all(conn, _Found, _EXPIRED, now, BATCH)
        unfit = await fetch_all(conn, _Found, _UNFIT, list(CARRIERS), BATCH)
    done, steps = 0, [(found, _expire) for found in over] + [(found, _recuse) for found in unfit]
    for found, step in steps:
        async with database.transaction() as conn:
            done += await _one(conn, found, step, rules, now)
    async with database.transaction() as conn:
        return done + await remind(conn, rules, now=now)


async def _one(conn: Connection, found: _Found, step: Step, rules: Reference, now: datetime) -> int:
    """One proxy under the lock of its case; what lies in other hands is left for the next round."""
    if await conn.fetchval(_HOLD, found.case_id) is None:
        return 0
    proxy = await read_proxy(conn, found.id, now=now)
    return 0 if proxy.ended_at else int(await step(ActionContext(conn, rules, CLOCK, now, proxy.version), proxy))


async def _expire(act: ActionContext, proxy: ProxyRow) -> bool:
    if proxy.state is not State.EXPIRED:
        return False
    await expire(act, proxy)
    return True


async def _recuse(act: ActionContext, proxy: ProxyRow) -> bool:
    if proxy.state not in CARRYING or proxy.staff is None:
        return False
    found = await get_candidate(act.conn, proxy.staff, proxy.case_id)
    if not_fit(found) is None:
        return False
    barred = found is not None and found.barred
    state, kind = (State.CONFLICT, "recuse_proxy") if barred else (State.STEPPED_DOWN, "step_down_proxy")
    await end(act, proxy, state, kind)
    return True


# --- Reminders: a message's key tells the occasion, and what was said is not said again. Only live proxies are looked at.

_LATE = """
    select p.id, p.case_id, p.staff, c.lead_unit, p.state
    from proxy p join cases c on c.id = p.case_id
    where p.ended_at is null and (p.state in ('requested', 'offered') and p.authority_due < $1
        or p.state = 'authorised' and p.filing_due < $1)
"""
_REPORTS = """
    select p.id, p.case_id, p.staff, coalesce((select max(e.done_at) from proxy_errand e where e.proxy = p.id
        and e.kind = 'report_back' and e.state = 'done'), (select min(a.recorded_at) from proxy_authority a
        where a.proxy = p.id)) as last
    from proxy p where p.state in ('authorised', 'reporting')
"""


@dataclass(frozen=True, slots=True)
class _Late:
    id: uuid.UUID
    case_id: uuid.UUID
    staff: uuid.UUID | None
    lead_unit: str
    state: State


@dataclass(frozen=True, slots=True)
class _Reporting:
    id: uuid.UUID
    case_id: uuid.UUID
    staff: uuid.UUID
    last: datetime


async def remind(conn: Connection, rules: Reference, *, now: datetime) -> int:
    """Tell whoever owes something, once for each occasion: in the app, so that nobody is woken. Gives how many."""
    found = [*await _of_authorities(conn, now), *await _of_reports(conn, now), *await _of_notices(conn, rules, now)]
    rows = await conn.fetch("select key from message where key = any($1::text[])", [said.key for said in found])
    known = {key for (key,) in rows}
    new = [said for said in found if said.key not in known]
    for said in new:
        await tell(conn, said, now)
    return len(new)


async def _of_authorities(conn: Connection, now: datetime) -> list[Reminder]:
    return [
        Reminder(row.id, row.case_id, "filing_late", f"staff:{row.staff}") if row.state is State.AUTHORISED
        else Reminder(row.id, row.case_id, "authority_late", f"unit:{row.lead_unit}")
        for row in await fetch_all(conn, _Late, _LATE, now)
    ]  # fmt: skip


async def _of_reports(conn: Connection, now: datetime) -> list[Reminder]:
    every, found = section(ProxySettings).report_days, []
    for row in await fetch_all(conn, _Reporting, _REPORTS):
        if owed := reports_owed(row.last, now, every):
            mark = f"{int(row.last.timestamp())}+{owed}"
            found.append(Reminder(row.id, row.case_id, "report_due", f"staff:{row.staff}", mark=mark))
    return found


async def _of_notices(conn: Connection, rules: Reference, now: datetime) -> list[Reminder]:
    found = []
    for duty in await list_open_duties(conn):
        said = Reminder(
            duty.proxy, duty.case_id, "notice", f"staff:{duty.staff}", {"kind": duty.kind}, str(duty.notice)
        )  # fmt: skip
        found += [said, replace(said, what="notice_late")] if duty.owed_by(rules) < now else [said]
    return found

"""What time brings to proxies: authorities run out, people must stand back, duties are remembered. Each exactly once.

Whatever this finds has been so already: an authority judges by its own period, sight by `until`. Only the record is made here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.cases.queries.one import load_linked
from app.core.database import Connection, Database
from app.core.settings import section
from app.proxy import queries
from app.proxy.actions.relation import CLOCK
from app.proxy.actions.step import Begun, end, key_of, tell
from app.proxy.rules import CARRYING, Candidate, State, not_fit, reports_owed
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
    where p.state in ('authorised', 'reporting') and $2::int > 0 and (not s.active or s.id = any(c.barred_staff)
        or exists (select from unit u where (u.code = s.unit or u.code in (select o.unit from post o where o.staff = s.id))
            and c.barred_units @> u.path)
        or not exists (select from post o join area a on a.code = o.area where o.staff = s.id and o.role = any($1::text[])
            and a.path @> c.area_path))
    limit $2
"""
_OPEN = "p.state in ('authorised', 'reporting') and w.at is null and not (n.state = 'served' and s.method <> 'proxy')"
_HOLD = "select id from cases where id = $1 for update skip locked"


async def sweep_proxies(database: Database, now: datetime) -> int:
    """End what is over and remind of what is owed; gives how many proxies ended or people were told."""
    async with database.snapshot() as conn:
        rules = await references.load(conn, now)
        over = await conn.fetch(_EXPIRED, now, BATCH)
        unfit = await conn.fetch(_UNFIT, list(queries.CARRIERS), BATCH)
    done = 0
    for rows, step in ((over, _expire), (unfit, _recuse)):
        for found in rows:
            async with database.transaction() as conn:
                done += await _one(conn, found, step, rules, now)
    async with database.transaction() as conn:
        return done + await remind(conn, rules, now=now)


Step = Callable[[ActionContext, Begun], Any]


async def _one(conn: Connection, found: Any, step: Step, rules: Reference, now: datetime) -> int:
    """One proxy under the lock of its case; what lies in other hands is left for the next round."""
    if await conn.fetchval(_HOLD, found["case_id"]) is None:
        return 0
    row = await queries.get_by_id(conn, found["id"])
    if State(row["state"]) not in CARRYING:
        return 0
    case = await load_linked(conn, found["case_id"], rules)
    return int(await step(ActionContext(conn, rules, CLOCK, now, row["version"]), Begun(case, row)))


async def _expire(act: ActionContext, begun: Begun) -> bool:
    if queries.state_of(begun.row, act.now) is not State.EXPIRED:
        return False
    await end(act, begun, State.EXPIRED, "expire_proxy", at=begun.row["valid_until"])
    return True


async def _recuse(act: ActionContext, begun: Begun) -> bool:
    found: Candidate | None = await queries.get_candidate(act.conn, begun.row["staff"], begun.row["case_id"])
    if not_fit(found) is None:
        return False
    barred = found is not None and found.barred
    state, kind = (State.CONFLICT, "recuse_proxy") if barred else (State.STEPPED_DOWN, "step_down_proxy")
    await end(act, begun, state, kind)
    return True


# --- Reminders

# A message's key tells the occasion: what was said is not said again. Only live proxies are looked at.
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
class _Word:
    """Something to tell somebody."""

    row: Any  # id and case_id of the proxy
    what: str
    grantee: str
    mark: str = ""
    facts: Mapping[str, Any] | None = None


async def remind(conn: Connection, rules: Reference, *, now: datetime) -> int:
    """Tell whoever owes something, once for each occasion: in the app, so that nobody is woken. Gives how many."""
    words = [*await _of_authorities(conn, now), *await _of_reports(conn, now), *await _of_notices(conn, rules, now)]
    keys = [key_of(word.row, word.what, word.grantee, word.mark) for word in words]
    known = {row["key"] for row in await conn.fetch("select key from message where key = any($1::text[])", keys)}
    new = [word for word, key in zip(words, keys, strict=True) if key not in known]
    for word in new:
        await tell(conn, word.row, word.what, word.grantee, now, mark=word.mark, facts=word.facts)
    return len(new)


async def _of_authorities(conn: Connection, now: datetime) -> list[_Word]:
    return [
        _Word(row, "filing_late", f"staff:{row['staff']}") if State(row["state"]) is State.AUTHORISED
        else _Word(row, "authority_late", f"unit:{row['lead_unit']}")
        for row in await conn.fetch(_LATE, now)
    ]  # fmt: skip


async def _of_reports(conn: Connection, now: datetime) -> list[_Word]:
    every, found = section(ProxySettings).report_days, []
    for row in await conn.fetch(_REPORTS):
        if owed := reports_owed(row["last"], now, every):
            found.append(_Word(row, "report_due", f"staff:{row['staff']}", f"{int(row['last'].timestamp())}+{owed}"))
    return found


async def _of_notices(conn: Connection, rules: Reference, now: datetime) -> list[_Word]:
    found = []
    for duty in await conn.fetch(queries.DUTIES.format(where=_OPEN)):
        row = {"id": duty["proxy"], "case_id": duty["case_id"]}
        said = _Word(row, "notice", f"staff:{duty['staff']}", str(duty["notice"]), {"kind": duty["kind"]})
        late = queries.duty_due(duty, rules) < now
        found += [said, replace(said, what="notice_late")] if late else [said]
    return found

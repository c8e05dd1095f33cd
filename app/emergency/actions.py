"""Switching an emergency on and off by a head whose area covers it, its rota, and the faster limits. Each on the record.

Limits are set on matching cases, and taken off when it is over: set-wise, one event a case. Only clocks of the kind
`emergency` are ever touched: a legal limit, and any limit of a resident's, stays what it was.
"""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from app.cases.actions.record import record_all
from app.core import errors
from app.core.access import SYSTEM, Post
from app.core.database import Connection, Database, uuid7
from app.core.rows import change_row, fetch_all
from app.core.settings import section
from app.deadlines import actions as deadlines
from app.emergency import queries
from app.emergency.queries import Standing
from app.emergency.rules import RULE, WORKFLOW, Emergency, faster_limit, head_post, matches_any, why_not
from app.emergency.schemas import OnDuty
from app.emergency.settings import EmergencySettings
from app.messages.actions import InApp, queue_all
from app.reference import queries as reference
from app.reference.actions import ActionContext

BATCH = 1_000

_MATCHES = (
    "c.{tier} = {area} and ({category}::text is null or c.category = {category}"
    " or starts_with(c.category, {category} || '.'))"
)
# Cases nobody has begun to handle, in the area and the category, but for accusations (their desk has its own rules).
# Those in other hands are left for the next round.
_MEANT = f"""
    select c.id, c.lead_unit, c.registered_at
    from cases c
    where c.status in ('registered', 'accepted') and c.petition_class is distinct from 'accusation'
        and {_MATCHES}
        and not exists (select from clock k where k.case_id = c.id and k.kind = 'emergency' and k.subject = $1::text)
    order by c.id limit $4
    for update of c skip locked
"""
_LIMITED = """
    select c.id as case_id, k.id as clock
    from cases c join open_clock k on k.case_id = c.id
    where k.kind = 'emergency' and k.subject = $1::text{strayed}
    order by c.id limit $2
    for update of c skip locked
"""


@dataclass(frozen=True, slots=True)
class _Meant:
    """A case that an emergency is about."""

    id: uuid.UUID
    lead_unit: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class _Limited:
    """A case with the faster limit, which still runs."""

    case_id: uuid.UUID
    clock: int


async def set_clocks(act: ActionContext, standing: Standing) -> int:
    """Give at most BATCH matching cases the faster limit, each told to its lead unit; gives how many."""
    subject, tier, calendar, tz = str(standing.id), standing.tier, act.reference.calendar, act.reference.city.tz
    statement = _MEANT.format(tier=tier, area="$2", category="$3")
    meant = await fetch_all(act.conn, _Meant, statement, subject, standing.area, standing.category, BATCH)
    limits = {
        case.id: faster_limit(
            max(case.registered_at, standing.began_at), standing.hours, calendar=calendar, tz=tz
        )
        for case in meant
    }  # fmt: skip
    await deadlines.start_all(act.conn, [(case, limit, subject) for case, limit in limits.items()])
    told = [
        InApp(
            f"emergency {subject} {case.id}", f"unit:{case.lead_unit}", "emergency_limit", case.id,
            {"hours": standing.hours},
        )
        for case in meant
    ]  # fmt: skip
    await queue_all(act.conn, told, now=act.now)
    said = [
        (case, {"emergency": subject, "rule": RULE, "due": limit.due.timestamp()}) for case, limit in limits.items()
    ]
    await record_all(act.conn, said, "emergency_on", actor=act.actor.who, at=act.now)
    return len(meant)


async def lift_clocks(act: ActionContext, emergency: uuid.UUID, *, at: datetime) -> int:
    """Stop at most BATCH limits that still run, as of `at`; gives how many."""
    statement = _LIMITED.format(strayed="")
    return await _lift(act, emergency, await fetch_all(act.conn, _Limited, statement, str(emergency), BATCH), at)


async def lift_strayed(act: ActionContext, standing: Standing) -> int:
    """Stop the limits of cases that were placed or classified anew and match no longer; at most BATCH, gives how many."""
    tier = standing.tier
    matches = _MATCHES.format(tier=tier, area="$3", category="$4")
    limited = await fetch_all(
        act.conn, _Limited, _LIMITED.format(strayed=f" and ({matches}) is not true"),
        str(standing.id), BATCH, standing.area, standing.category,
    )  # fmt: skip
    return await _lift(act, standing.id, limited, act.now)


async def _lift(act: ActionContext, emergency: uuid.UUID, limited: Sequence[_Limited], at: datetime) -> int:
    await deadlines.stop_these(act.conn, [one.clock for one in limited], at)
    said = [(one.case_id, {"emergency": str(emergency)}) for one in limited]
    await record_all(act.conn, said, "emergency_off", actor=act.actor.who, at=act.now)
    return len(limited)


async def switch_on(
    act: ActionContext, *, area: str, category: str | None, ends_at: datetime, reason: str, rota: Sequence[OnDuty]
) -> uuid.UUID:
    """Faster limits for units on matching cases until `ends_at`; at once on the first thousand of those open.

    Raises Invalid (no such area, category or person, an end too late), Forbidden (an area not covered by a post as head)
    or Conflict (the same is on already).
    """
    post = _head(act, area)
    _require_fitting(act, category, ends_at)
    if await queries.stands_already(act.conn, area, category, act.now):
        raise errors.Conflict("该区域该类别已处于应急状态。", "This area and category are in emergency mode already.")
    made, hours = uuid7(), section(EmergencySettings).hours
    await act.conn.execute(
        "insert into emergency (id, area, category, unit, switched_on_by, reason, hours, began_at, ends_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        made, area, category, post.unit, act.actor.id, reason, hours, act.now, ends_at,
    )  # fmt: skip
    await log(act, made, "began", area=area, category=category, ends_at=ends_at.timestamp(), hours=hours)
    if rota:
        await _write_rota(act, made, area, ends_at, rota)
    await set_clocks(act, Standing(made, area, act.reference.tiers[area], category, hours, act.now))
    return made


def _head(act: ActionContext, area: str) -> Post:
    """The post as a head whose area covers the area; raises Invalid or Forbidden."""
    if area not in act.reference.tiers:
        raise errors.Invalid("没有这个区域代码。", "There is no such area code.", pointer="#/body/area")
    post = head_post(act.actor, act.reference.lines[area])
    if post is None:
        raise errors.Forbidden(
            "应急状态只能由覆盖该区域的单位负责人启停。", "For the head of a unit whose area covers this one."
        )
    return post


def _require_fitting(act: ActionContext, category: str | None, ends_at: datetime) -> None:
    if not matches_any(category, act.reference.categories):
        raise errors.Invalid("没有这个类别或类别组。", "There is no such category or group.", pointer="#/body/category")
    refused = why_not(act.now, ends_at, section(EmergencySettings).most_days)
    if refused is not None:
        raise errors.Invalid(refused.zh, refused.en, pointer="#/body/ends_at")


async def _begin(act: ActionContext, emergency: uuid.UUID, action: str) -> Emergency:
    """Lock and judge; raises NotFound, Stale, ActionRefused or Forbidden."""
    found = await queries.get_for_change(act.conn, emergency, act.reference, act.now)
    current = {"state": found.state, "ends_at": found.ends_at.isoformat()}
    WORKFLOW.check(found, action, act.actor, act.now, version=act.version, current=current)
    return found


async def end(act: ActionContext, emergency: uuid.UUID) -> None:
    """The faster limits that still run are lifted, the first thousand at once; the legal ones were never touched."""
    await _begin(act, emergency, "end")
    await change_row(act.conn, "emergency", emergency, {"ended_at": act.now})
    await log(act, emergency, "ended")
    await lift_clocks(act, emergency, at=act.now)


async def set_rota(act: ActionContext, emergency: uuid.UUID, *, rota: Sequence[OnDuty]) -> None:
    """The whole of it anew from today on: members of the area's units, on days of the emergency. Who stood on days gone by
    stays written. It opens no case to anybody."""
    found = await _begin(act, emergency, "set_rota")
    today = act.now.astimezone(act.reference.city.tz).date()
    await act.conn.execute("delete from emergency_shift where emergency = $1 and day >= $2", emergency, today)
    await change_row(act.conn, "emergency", emergency, {})
    await _write_rota(act, emergency, found.area, found.ends_at, rota)


_ADD_SHIFTS = "insert into emergency_shift (emergency, day, shift, staff, unit) values ($1, $2, $3, $4, $5)"


async def _write_rota(
    act: ActionContext, emergency: uuid.UUID, area: str, ends_at: datetime, rota: Sequence[OnDuty]
) -> None:
    """Members of the area's own units, on days still to come, each once a shift; on the record, and they are told.

    Shifts of days gone by may be sent again as they stand. Raises Invalid.
    """
    units = await queries.units_of_staff(act.conn, area, {shift.staff for shift in rota})
    gone = set(await queries.list_shifts(act.conn, emergency))
    first, last = (instant.astimezone(act.reference.city.tz).date() for instant in (act.now, ends_at))
    for n, shift in enumerate(rota):
        if shift not in gone and (shift.staff not in units or not first <= shift.day <= last):
            raise errors.Invalid(
                "值班人员须为该区域内单位的在岗人员，日期须在应急期间内且不早于今日（已过的班次不可改）。",
                "On duty are members of units in the area, on days of the emergency from today on; past shifts stay.",
                pointer=f"#/body/rota/{n}",
            )  # fmt: skip
    if len(set(rota)) < len(rota):
        raise errors.Invalid("同一人同一班次只列一次。", "Nobody stands twice in one shift.", pointer="#/body/rota")
    fresh = [(shift.day, shift.shift, shift.staff, units[shift.staff]) for shift in rota if shift not in gone]
    await act.conn.executemany(_ADD_SHIFTS, [(emergency, *shift) for shift in fresh])
    await _tell(act, emergency, area, {staff for _, _, staff, _ in fresh})
    shifts = [[day.isoformat(), half, str(staff), unit] for day, half, staff, unit in fresh]
    await log(act, emergency, "rota", shifts=shifts)


async def _tell(act: ActionContext, emergency: uuid.UUID, area: str, staff: set[uuid.UUID]) -> None:
    """Once in an emergency, however often its rota is written anew."""
    told = [
        InApp(f"emergency {emergency} staff:{person}", f"staff:{person}", "emergency_duty", None, {"area": area})
        for person in staff
    ]
    await queue_all(act.conn, told, now=act.now)


async def pass_duty(act: ActionContext, emergency: uuid.UUID, shift: OnDuty, to: uuid.UUID | None) -> None:
    """Take a shift off an absent person; `to`, of a unit in the area, stands in. On the record, and whoever stands in is told."""
    area = await act.conn.fetchval(  # locks it, as a new rota does
        "update emergency set version = version + 1 where id = $1 returning area", emergency
    )
    await act.conn.execute(
        "delete from emergency_shift where emergency = $1 and day = $2 and shift = $3 and staff = $4",
        emergency, shift.day, shift.shift, shift.staff,
    )  # fmt: skip
    if to is not None:
        units = await queries.units_of_staff(act.conn, area, {to})
        await act.conn.execute(_ADD_SHIFTS, emergency, shift.day, shift.shift, to, units[to])
        await _tell(act, emergency, area, {to})
    passed = {"from": str(shift.staff), "to": str(to) if to else None}
    await log(act, emergency, "handed_over", day=shift.day.isoformat(), shift=shift.shift, **passed)


async def log(act: ActionContext, emergency: uuid.UUID, what: str, **facts: object) -> None:
    """One line of the record."""
    await act.conn.execute(
        "insert into emergency_log (emergency, at, actor, what, facts) values ($1, $2, $3, $4, $5)",
        emergency, act.now, act.actor.who, what, facts,
    )  # fmt: skip


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

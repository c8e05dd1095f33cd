"""Switching on, ending early, and the rota: by an organ head whose area covers it, each on the record."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.core import errors
from app.core.access import Actor, Permission, Post
from app.core.database import Connection, uuid7
from app.core.settings import section
from app.emergency import queries
from app.emergency.actions.clocks import lift_clocks, set_clocks
from app.emergency.rules import Emergency, Shift, why_not
from app.emergency.settings import EmergencySettings
from app.messages.actions import IN_APP
from app.messages.actions.queue import ON_TWICE
from app.reference.queries import Reference

# Once in an emergency, however often its rota is written anew.
_ON_DUTY = f"""
    {IN_APP}
    select 'emergency ' || $1::text || ' staff:' || s, 'staff:' || s, 'emergency_duty', null::uuid,
        jsonb_build_object('area', $3::text), $4::timestamptz
    from unnest($2::uuid[]) s
    {ON_TWICE}
"""


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One person's shift."""

    day: date
    shift: Shift
    staff: uuid.UUID


@dataclass(frozen=True, slots=True)
class Begin:
    """What is switched on."""

    area: str
    category: str | None
    ends_at: datetime
    reason: str
    rota: tuple[OnDuty, ...] = ()


async def switch_on(conn: Connection, rules: Reference, begin: Begin, *, actor: Actor, now: datetime) -> uuid.UUID:
    """启动应急: faster limits for units on matching cases until `ends_at`; at once on the first thousand of those open.

    Raises Invalid (no such area, category or person, an end too late), Forbidden (an area not covered by a post as head)
    or Conflict (the same is on already).
    """
    post = _head(rules, actor, begin.area)
    _fits(rules, begin, now)
    if await queries.stands_already(conn, begin.area, begin.category, now):
        raise errors.Conflict("该区域该类别已处于应急状态。", "This area and category are in emergency mode already.")
    made, hours = uuid7(), section(EmergencySettings).hours
    await conn.execute(
        "insert into emergency (id, area, category, unit, switched_on_by, reason, hours, began_at, ends_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        made, begin.area, begin.category, post.unit, actor.id, begin.reason, hours, now, begin.ends_at,
    )  # fmt: skip
    who = f"{actor.kind}:{actor.id}"
    facts = {"area": begin.area, "category": begin.category, "ends_at": begin.ends_at.timestamp(), "hours": hours}
    await log(conn, made, "began", actor=who, at=now, facts=facts)
    if begin.rota:
        await _write_rota(conn, rules, made, begin.area, (now, begin.ends_at), begin.rota, actor=actor, now=now)
    await set_clocks(
        conn, made, tier=rules.tiers[begin.area], area=begin.area, category=begin.category, hours=hours, began_at=now,
        now=now, actor=who,
    )  # fmt: skip
    return made


def _head(rules: Reference, actor: Actor, area: str) -> Post:
    """The post as a head whose area covers the area; raises Invalid or Forbidden."""
    if area not in rules.tiers:
        raise errors.Invalid("没有这个区域代码。", "There is no such area code.", pointer="#/body/area")
    units = actor.units_with(Permission.EMERGENCY_SWITCH)
    for post in actor.posts:
        if post.unit in units and post.area in rules.lines[area]:
            return post
    raise errors.Forbidden(
        "应急状态只能由覆盖该区域的单位负责人启停。", "For the head of a unit whose area covers this one."
    )


def _fits(rules: Reference, begin: Begin, now: datetime) -> None:
    meant = Emergency(now, begin.ends_at, None, begin.category)
    if not any(meant.matches(code) for code in rules.categories):
        raise errors.Invalid("没有这个类别或类别组。", "There is no such category or group.", pointer="#/body/category")
    refused = why_not(now, begin.ends_at, section(EmergencySettings).most_days)
    if refused is not None:
        raise errors.Invalid(refused.zh, refused.en, pointer="#/body/ends_at")


async def _begin(
    conn: Connection, rules: Reference, emergency: uuid.UUID, *, version: int, actor: Actor, now: datetime
) -> Any:  # fmt: skip
    row = await conn.fetchrow("select * from emergency where id = $1 for update", emergency)
    if row is None:
        raise errors.NotFound
    if row["version"] != version:
        raise errors.Stale(
            "应急状态已被更新，请按 current 重新确认后再提交。", "The emergency has changed; look at `current`.",
            current={"version": row["version"], "ends_at": row["ends_at"].isoformat()},
        )  # fmt: skip
    _head(rules, actor, row["area"])
    if not Emergency(row["began_at"], row["ends_at"], row["ended_at"], row["category"]).stands(now):
        raise errors.Conflict("该应急状态已经结束。", "This emergency is over.")
    return row


async def end(
    conn: Connection, rules: Reference, emergency: uuid.UUID, *, version: int, actor: Actor, now: datetime
) -> None:  # fmt: skip
    """解除应急, before its time: the faster limits that still run are lifted, the first thousand at once."""
    await _begin(conn, rules, emergency, version=version, actor=actor, now=now)
    await conn.execute("update emergency set ended_at = $2, version = version + 1 where id = $1", emergency, now)
    who = f"{actor.kind}:{actor.id}"
    await log(conn, emergency, "ended", actor=who, at=now, facts={})
    await lift_clocks(conn, emergency, at=now, now=now, actor=who)


async def set_rota(
    conn: Connection, rules: Reference, emergency: uuid.UUID, rota: Sequence[OnDuty], *, version: int, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """值班表: from today on the whole of it anew; who stood on days gone by stays written. It opens no case to anybody."""
    row = await _begin(conn, rules, emergency, version=version, actor=actor, now=now)
    today = now.astimezone(rules.city.tz).date()
    await conn.execute("delete from emergency_shift where emergency = $1 and day >= $2", emergency, today)
    await conn.execute("update emergency set version = version + 1 where id = $1", emergency)
    await _write_rota(conn, rules, emergency, row["area"], (now, row["ends_at"]), rota, actor=actor, now=now)


async def _write_rota(
    conn: Connection, rules: Reference, emergency: uuid.UUID, area: str, during: tuple[datetime, datetime],
    rota: Sequence[OnDuty], *, actor: Actor, now: datetime,
) -> None:  # fmt: skip
    """Members of the area's own units, on days still to come, each once a shift; on the record, and they are told.

    Shifts of days gone by may be sent again as they stand. Raises Invalid.
    """
    units = await queries.units_of_staff(conn, area, {shift.staff for shift in rota})
    gone = {OnDuty(*stood) for stood in await queries.list_shifts(conn, emergency)}
    first, last = (instant.astimezone(rules.city.tz).date() for instant in during)
    for n, shift in enumerate(rota):
        if shift not in gone and (shift.staff not in units or not first <= shift.day <= last):
            raise errors.Invalid(
                "值班人员须为该区域内单位的在岗人员，日期须在应急期间内且不早于今日（已过的班次不可改）。",
                "On duty are members of units in the area, on days of the emergency from today on; past shifts stay.",
                pointer=f"#/body/rota/{n}",
            )  # fmt: skip
    if len(set(rota)) < len(rota):
        raise errors.Invalid("同一人同一班次只列一次。", "Nobody stands twice in one shift.", pointer="#/body/rota")
    fresh = [(shift.day, shift.shift.value, shift.staff, units[shift.staff]) for shift in rota if shift not in gone]
    await conn.executemany(
        "insert into emergency_shift (emergency, day, shift, staff, unit) values ($1, $2, $3, $4, $5)",
        [(emergency, *shift) for shift in fresh],
    )
    await conn.execute(_ON_DUTY, str(emergency), list({shift[2] for shift in fresh}), area, now)
    facts = {"shifts": [[day.isoformat(), half, str(staff), unit] for day, half, staff, unit in fresh]}
    await log(conn, emergency, "rota", actor=f"{actor.kind}:{actor.id}", at=now, facts=facts)


async def pass_duty(
    conn: Connection, emergency: uuid.UUID, shift: OnDuty, to: uuid.UUID | None, *, actor: Actor, now: datetime
) -> None:  # fmt: skip
    """Take a shift off an absent person; `to`, of a unit in the area, stands in. On the record, and whoever stands in is told."""
    at = (emergency, shift.day, shift.shift.value)
    area = await conn.fetchval(
        "update emergency set version = version + 1 where id = $1 returning area", emergency
    )  # locks it, as a new rota does
    await conn.execute(
        "delete from emergency_shift where emergency = $1 and day = $2 and shift = $3 and staff = $4", *at, shift.staff
    )
    if to is not None:
        units = await queries.units_of_staff(conn, area, {to})
        await conn.execute(
            "insert into emergency_shift (emergency, day, shift, staff, unit) values ($1, $2, $3, $4, $5)",
            *at,
            to,
            units[to],
        )
        await conn.execute(_ON_DUTY, str(emergency), [to], area, now)
    facts = {
        "day": shift.day.isoformat(),
        "shift": shift.shift.value,
        "from": str(shift.staff),
        "to": str(to) if to else None,
    }
    await log(conn, emergency, "handed_over", actor=f"{actor.kind}:{actor.id}", at=now, facts=facts)


async def log(
    conn: Connection, emergency: uuid.UUID, what: str, *, actor: str, at: datetime, facts: Mapping[str, Any]
) -> None:  # fmt: skip
    """One line of the record."""
    await conn.execute(
        "insert into emergency_log (emergency, at, actor, what, facts) values ($1, $2, $3, $4, $5)",
        emergency, at, actor, what, dict(facts),
    )  # fmt: skip

"""Keeping a centre, by the head or coordinator of it or of one above it: its hours, windows, rooms and stations.

What changes is ended and set anew: the rows are the record.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import asyncpg

from app.centres.queries import list_windows
from app.centres.queries.rooms import list_taken
from app.centres.rules import CENTRES, MOST_AHEAD, KeptCentre, RoomKind, Stationing, unfit_spans
from app.centres.schemas.shown import HoursIn
from app.centres.schemas.taken import DayHoursIn
from app.core import errors
from app.core.database import Connection, uuid7
from app.core.errors import NotFound
from app.core.rows import fetch_one
from app.reference.actions import ActionContext


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a centre's set-up, begun: the centre is locked, and its version has moved on."""

    act: ActionContext
    centre: str

    @property
    def conn(self) -> Connection:
        """The connection of the request's transaction."""
        return self.act.conn

    @property
    def now(self) -> datetime:
        """The instant of the change."""
        return self.act.now

    @property
    def by(self) -> str:
        """Who makes it."""
        return self.act.actor.id

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.astimezone(self.act.reference.city.tz).date()


@dataclass(frozen=True, slots=True)
class _Moved:
    """A centre whose version has moved on."""

    path: str
    version: int
    changed_at: datetime


# Two changes of a centre never bear the same instant, whatever clocks say: what one sets, the next can end.
_MOVE_ON = """
    insert into centre (unit, version, changed_at, changed_by)
    select u.code, 1, $2, $3 from unit u where u.code = $1 and u.kind = 'centre'
    on conflict (unit) do update set version = centre.version + 1, changed_by = $3,
        changed_at = greatest($2, centre.changed_at + interval '1 microsecond')
    returning version, changed_at, (select u.path::text from unit u where u.code = $1) as path
"""


async def begin(act: ActionContext, code: str, action: str) -> Change:
    """Lock the centre and move its version on. Raises NotFound, Stale or Forbidden (who does not keep it)."""
    moved = await _move_on(act, code)
    before = KeptCentre(moved.path, moved.version - 1)
    CENTRES.check(before, action, act.actor, act.now, version=act.version)
    return Change(replace(act, now=moved.changed_at), code)


async def begin_unasked(act: ActionContext, code: str) -> Change:
    """The same for whoever was let in already and changes no page that they saw."""
    await _move_on(act, code)
    return Change(act, code)


async def _move_on(act: ActionContext, code: str) -> _Moved:
    moved = await fetch_one(act.conn, _Moved, _MOVE_ON, code, act.now, act.actor.id)
    if moved is None:
        raise NotFound("没有这个中心。", "There is no such centre.")
    return moved


# What was in force before the first day of the new hours stays in force until then.
_CUT = """
    with cut as (
        update opening_hours set withdrawn_at = $3, withdrawn_by = $4
        where centre = $1 and withdrawn_at is null and days && daterange($2, null)
        returning weekday, minutes, days
    )
    insert into opening_hours (id, centre, weekday, minutes, days, set_at, set_by)
    select gen_random_uuid(), $1, weekday, minutes, daterange(lower(days), $2), $3, $4 from cut where lower(days) < $2
"""
_SET_HOURS = """
    insert into opening_hours (id, centre, weekday, minutes, days, set_at, set_by)
    values ($1, $2, $3, $4, daterange($5, null), $6, $7)
"""


async def set_hours(act: ActionContext, code: str, *, week: Sequence[DayHoursIn], since: date | None) -> None:
    """The whole week from a day on (today, unless a later one is named), whatever was planned for later days. The legal
    calendar closes holidays and opens swapped weekend days by itself."""
    change = await begin(act, code, "set_hours")
    first = since or change.today
    _require_ahead(change, first, "#/body/since")
    rows = [
        (uuid7(), code, day.weekday, _checked(day.spans, "#/body/week"), first, change.now, change.by)
        for day in week
        if day.spans
    ]
    await act.conn.execute(_CUT, code, first, change.now, change.by)
    await act.conn.executemany(_SET_HOURS, rows)


async def set_day(act: ActionContext, code: str, *, day: date, spans: Sequence[HoursIn], reason: str) -> None:
    """Other hours, or closed, whatever the week and the calendar say, or was said of that day before."""
    change = await begin(act, code, "set_day")
    _require_ahead(change, day, "#/body/day")
    minutes = _checked(spans, "#/body/spans")
    await _withdraw_day(change, day)
    await act.conn.execute(
        "insert into special_day (id, centre, day, minutes, reason, set_at, set_by) values ($1, $2, $3, $4, $5, $6, $7)",
        uuid7(), code, day, minutes, reason, change.now, change.by,
    )  # fmt: skip


async def clear_day(act: ActionContext, code: str, *, day: date) -> None:
    """What was set for that day is withdrawn: it follows the week and the legal calendar."""
    change = await begin(act, code, "clear_day")
    _require_ahead(change, day, "#/body/day")
    if not await _withdraw_day(change, day):
        raise errors.Conflict("该日没有特别安排。", "Nothing special is set for that day.")


async def _withdraw_day(change: Change, day: date) -> bool:
    done = await change.conn.fetchval(
        "update special_day set withdrawn_at = $3, withdrawn_by = $4"
        " where centre = $1 and day = $2 and withdrawn_at is null returning true",
        change.centre, day, change.now, change.by,
    )  # fmt: skip
    return bool(done)


def _checked(hours: Sequence[HoursIn], pointer: str) -> list["asyncpg.Range[int]"]:
    spans = [one.span for one in hours]
    if wrong := unfit_spans(spans):
        raise errors.Invalid(wrong.zh, wrong.en, pointer=pointer)
    return [asyncpg.Range(opens, closes) for opens, closes in spans]


def _require_ahead(change: Change, day: date, pointer: str) -> None:
    if not change.today <= day <= change.today + MOST_AHEAD:
        raise errors.Invalid("应为今天起一年之内的日期。", "A day from today on, within a year.", pointer=pointer)


async def set_window(act: ActionContext, centre: str, *, code: str, name: str) -> None:
    """A window is known by the number on its sign."""
    change = await begin(act, centre, "set_window")
    await _end(change, "service_window", centre=centre, code=code)
    await _set(change, "service_window", centre=centre, code=code, name=name)


async def close_window(act: ActionContext, centre: str, *, code: str) -> None:
    """Units that sat there stay, without one."""
    change = await begin(act, centre, "close_window")
    if await _end(change, "service_window", centre=centre, code=code) is None:
        raise errors.Conflict("没有这个窗口。", "There is no such window.")


async def set_room(act: ActionContext, centre: str, *, code: str, name: str, kind: RoomKind, seats: int) -> None:
    """Its id and its bookings stay when it is changed."""
    change = await begin(act, centre, "set_room")
    room = await _room(change, code) or await _set(change, "room", centre=centre, code=code)
    await _end(change, "room_version", room=room)
    await _set(change, "room_version", room=room, name=name, kind=kind, seats=seats)


async def close_room(act: ActionContext, centre: str, *, code: str) -> None:
    """Refused while it is booked for a time to come; `taken` says for when."""
    change = await begin(act, centre, "close_room")
    room = await _room(change, code)
    if room is None:
        raise errors.Conflict("没有这个房间。", "There is no such room.")
    taken = await list_taken(act.conn, [room], change.now, change.now + MOST_AHEAD)
    if taken[room]:
        raise errors.Conflict(
            "该房间还有预订，请先改约或等待其结束。", "The room is booked; move the bookings, or wait until they are over.",
            taken=[{"since": p.since.isoformat(), "until": p.until.isoformat()} for p in taken[room][:20]],
        )  # fmt: skip
    await _end(change, "room_version", room=room)
    await _end(change, "room", id=room)


async def _room(change: Change, code: str) -> uuid.UUID | None:
    """The room of that number, locked against bookings."""
    found: uuid.UUID | None = await change.conn.fetchval(
        "select id from room where centre = $1 and code = $2 and upper_inf(valid) for no key update",
        change.centre, code,
    )  # fmt: skip
    return found


async def station(
    act: ActionContext, centre: str, *, unit: str, how: Stationing, weekdays: Sequence[int], window: str | None,
    call_in: str | None, respond_minutes: int | None,
) -> None:  # fmt: skip
    """Resident, rotating or on call, at a window or none; or change how it is stationed."""
    change = await begin(act, centre, "station")
    if unit == centre or not await act.conn.fetchval("select exists (select from unit where code = $1)", unit):
        raise errors.Invalid(
            "没有这个单位，或它就是本中心。",
            "There is no such unit, or it is the centre itself.",
            pointer="#/body/unit",
        )
    if window is not None and window not in {w.code for w in await list_windows(act.conn, centre, change.now)}:
        raise errors.Invalid("没有这个窗口。", "There is no such window.", pointer="#/body/window")
    await _end(change, "station", centre=centre, unit=unit)
    await _set(
        change, "station", centre=centre, unit=unit, how=how, weekdays=sorted(set(weekdays)), window_code=window,
        call_in=call_in, respond_minutes=respond_minutes,
    )  # fmt: skip


async def unstation(act: ActionContext, centre: str, *, unit: str) -> None:
    """Its shifts to come are withdrawn."""
    change = await begin(act, centre, "unstation")
    if await _end(change, "station", centre=centre, unit=unit) is None:
        raise errors.Conflict("该单位没有进驻本中心。", "The unit is not stationed here.")
    await act.conn.execute(
        "update duty_shift set withdrawn_at = $3, withdrawn_by = $4"
        " where centre = $1 and unit = $2 and lower(period) > $3 and withdrawn_at is null",
        centre, unit, change.now, change.by,
    )  # fmt: skip


async def _end(change: Change, table: str, **key: object) -> uuid.UUID | None:
    """End the row that holds, if there is one; gives its id."""
    where = " and ".join(f"{column} = ${number}" for number, column in enumerate(key, 3))
    found: uuid.UUID | None = await change.conn.fetchval(
        f"update {table} set valid = tstzrange(lower(valid), $1), ended_by = $2"
        f" where {where} and upper_inf(valid) returning id",
        change.now, change.by, *key.values(),
    )  # fmt: skip
    return found


async def _set(change: Change, table: str, **values: object) -> uuid.UUID:
    """Set a row from now on; gives its id."""
    made = uuid7()
    marks = ", ".join(f"${place}" for place in range(4, len(values) + 4))
    await change.conn.execute(
        f"insert into {table} (id, valid, set_by, {', '.join(values)}) values ($1, tstzrange($2, null), $3, {marks})",
        made, change.now, change.by, *values.values(),
    )  # fmt: skip
    return made

"""The hours of a centre, and days that differ from them."""

from collections.abc import Sequence
from datetime import date

import asyncpg

from app.centres.actions.change import Change, begin
from app.centres.rules import MOST_AHEAD, unfit_spans
from app.centres.schemas.clocks import HoursIn
from app.centres.schemas.taken import DayHoursIn
from app.core import errors
from app.core.database import uuid7
from app.reference.actions import ActionContext

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

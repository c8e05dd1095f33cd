"""A change of a centre by the head or coordinator of it, or of one above it; its hours and special days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from app.centres.queries import places
from app.centres.rules import MOST_AHEAD, Span, unfit_spans
from app.core import errors
from app.core.access import Actor
from app.core.database import Connection, uuid7
from app.reference.queries import Reference


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a centre's set-up, begun: the centre is locked, and its version has moved on."""

    conn: Connection
    centre: str
    actor: Actor
    now: datetime
    rules: Reference
    version: int

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.astimezone(self.rules.city.tz).date()


# Two changes of a centre never bear the same instant, whatever clocks say: what one sets, the next can end.
_MOVE_ON = """
    insert into centre (unit, version, changed_at, changed_by) values ($1, 1, $2, $3)
    on conflict (unit) do update set version = centre.version + 1, changed_by = $3,
        changed_at = greatest($2, centre.changed_at + interval '1 microsecond')
    returning version, changed_at
"""


async def begin(
    conn: Connection, code: str, *, actor: Actor, version: int, now: datetime, rules: Reference
) -> Change:  # fmt: skip
    """Lock the centre and move its version on. Raises NotFound, Forbidden (who does not keep it) or Stale."""
    centre = await places.get_centre(conn, code)
    if not places.manages(actor, centre["path"]):
        raise errors.Forbidden(
            "中心的设置由本中心或上级中心的负责人、协调员维护。",
            "A centre is kept by the head or coordinator of it, or of a centre above it.",
        )
    change = await move_on(conn, code, actor=actor, now=now, rules=rules)
    if change.version - 1 != version:
        raise errors.Stale(
            "该中心的设置已有新版本，请重新读取。", "The centre's set-up has changed; read it again.",
            current={"version": change.version - 1},
        )  # fmt: skip
    return change


async def move_on(conn: Connection, code: str, *, actor: Actor, now: datetime, rules: Reference) -> Change:
    """The same for whoever was let in already and changes no page that they saw."""
    (moved,) = await conn.fetch(_MOVE_ON, code, now, actor.id)
    return Change(conn, code, actor, moved["changed_at"], rules, moved["version"])


def _checked(spans: Sequence[Span], pointer: str) -> list["asyncpg.Range[int]"]:
    if wrong := unfit_spans(spans):
        raise errors.Invalid(wrong.zh, wrong.en, pointer=pointer)
    return [asyncpg.Range(opens, closes) for opens, closes in spans]


def _day_ahead(change: Change, day: date, pointer: str) -> None:
    if not change.today <= day <= change.today + MOST_AHEAD:
        raise errors.Invalid("应为今天起一年之内的日期。", "A day from today on, within a year.", pointer=pointer)


_CUT = """
    with cut as (
        update opening_hours set withdrawn_at = $3, withdrawn_by = $4
        where centre = $1 and withdrawn_at is null and days && daterange($2, null)
        returning weekday, minutes, days
    )
    select weekday, minutes, lower(days) as since from cut where lower(days) < $2
"""
_SET_HOURS = """
    insert into opening_hours (id, centre, weekday, minutes, days, set_at, set_by)
    values ($1, $2, $3, $4, daterange($5, $6), $7, $8)
"""


async def set_hours(change: Change, week: Mapping[int, Sequence[Span]], *, since: date | None) -> None:
    """The whole week anew from a day on (today, unless a later one is named), whatever was planned for later days.

    Weekdays left out are closed.
    """
    first = since or change.today
    _day_ahead(change, first, "#/body/since")
    fresh = {day: _checked(spans, "#/body/week") for day, spans in week.items() if spans}
    cut = await change.conn.fetch(_CUT, change.centre, first, change.now, change.actor.id)
    rows: list[tuple[object, ...]] = [(r["weekday"], r["minutes"], r["since"], first) for r in cut]
    rows += [(day, minutes, first, None) for day, minutes in fresh.items()]
    await change.conn.executemany(
        _SET_HOURS, [(uuid7(), change.centre, *row, change.now, change.actor.id) for row in rows]
    )


async def set_day(change: Change, day: date, spans: Sequence[Span], *, reason: str) -> None:
    """A day of its own: other hours, or closed; it takes the place of what was said of that day before."""
    _day_ahead(change, day, "#/body/day")
    minutes = _checked(spans, "#/body/spans")
    await _withdraw_day(change, day)
    await change.conn.execute(
        "insert into special_day (id, centre, day, minutes, reason, set_at, set_by) values ($1, $2, $3, $4, $5, $6, $7)",
        uuid7(), change.centre, day, minutes, reason, change.now, change.actor.id,
    )  # fmt: skip


async def clear_day(change: Change, day: date) -> None:
    """The day follows the week and the legal calendar again."""
    _day_ahead(change, day, "#/body/day")
    if not await _withdraw_day(change, day):
        raise errors.Conflict("该日没有特别安排。", "Nothing special is set for that day.")


async def _withdraw_day(change: Change, day: date) -> bool:
    done: str = await change.conn.execute(
        "update special_day set withdrawn_at = $3, withdrawn_by = $4"
        " where centre = $1 and day = $2 and withdrawn_at is null",
        change.centre, day, change.now, change.actor.id,
    )  # fmt: skip
    return done.endswith("1")

"""Which figures a dashboard has, and what each counts. Pure.

A figure is a filter of the list of cases: the value is counted by the same conditions by which its rows are listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from app.core.errors import Words
from app.deadlines.rules import Calendar

LIVE = ("registered", "accepted", "handling", "concluded")
SOON_DAYS = 3  # working days within which a limit shows yellow


class Light(StrEnum):
    """The traffic light of an open case: late, due within three working days, or neither."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class Moments:
    """The instants (UTC) that a dashboard at `now` is counted by; days are the city's."""

    now: datetime
    today: datetime
    week: datetime
    tomorrow: datetime
    soon: datetime
    recent: datetime


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a dashboard: its words, and the filters of `GET /v1/cases` that list its rows."""

    code: str
    title: Words
    narrow: Mapping[str, Any] = field(default_factory=dict)
    light: Light | None = None


def moments(now: datetime, *, calendar: Calendar, tz: tzinfo, recent_days: int) -> Moments:
    """The starts of today, this week (Monday), tomorrow, of the day after the third working day from today, and of the
    day `recent_days` ago."""
    today = now.astimezone(tz).date()
    last, left = today, SOON_DAYS
    while left:
        last += timedelta(days=1)
        left -= calendar.is_workday(last)
    starts = (today, today - timedelta(days=today.weekday()), today + timedelta(days=1), last + timedelta(days=1),
              today - timedelta(days=recent_days))  # fmt: skip
    return Moments(now, *(datetime.combine(day, time(), tz).astimezone(UTC) for day in starts))


def board(m: Moments) -> tuple[Figure, ...]:
    """Every figure of the joint board of an emergency: `late` and `in_time` add up to `waiting`."""
    waiting = ("registered", "accepted")
    return (
        Figure("matched", Words("应急事项", "cases of the emergency")),
        Figure("waiting", Words("待办理", "handling to begin"), {"status": waiting}),
        Figure(
            "late",
            Words("待办理且已超期", "to begin, a limit missed"),
            {"status": waiting, "due_before": m.now},
            Light.RED,
        ),
        Figure("in_time", Words("期限内", "in time"), {"status": waiting, "due_from": m.now}, Light.GREEN),
        Figure("handling", Words("办理中", "being handled"), {"status": ("handling",)}),
        Figure("done", Words("已有结果", "with a result"), {"status": ("concluded", "closed")}),
    )


def figures(m: Moments) -> tuple[Figure, ...]:
    """Every figure of a dashboard; red, yellow and green add up to what is in hand."""
    recent = {"status": ("closed",), "invited_from": m.recent}
    late, soon = {"due_before": m.now}, {"due_from": m.now, "due_before": m.soon}
    return (
        Figure("in_hand", Words("在办", "in hand"), {"status": LIVE}),
        Figure("new_today", Words("今日新收", "new today"), {"registered_from": m.today}),
        Figure("new_this_week", Words("本周新收", "new this week"), {"registered_from": m.week}),
        Figure("waiting_for_acceptance", Words("待受理", "waiting for acceptance"), {"status": ("registered",)}),
        Figure("waiting_for_service", Words("待送达办结", "decided, to be served"), {"status": ("concluded",)}),
        Figure("overdue", Words("已超期", "overdue"), {"status": LIVE, **late}, Light.RED),
        Figure("due_soon", Words("三个工作日内到期", "due within three working days"), {"status": LIVE, **soon}, Light.YELLOW),
        Figure("in_time", Words("期限内", "in time"), {"status": LIVE, "due_from": m.soon}, Light.GREEN),
        Figure(
            "due_today", Words("今日到期", "due today"),
            {"status": LIVE, "due_from": m.now, "due_before": m.tomorrow}, Light.YELLOW,
        ),
        Figure("urged", Words("已催办", "urged by the clock"), {"status": LIVE, "urged": True}),
        Figure("escalated", Words("已上报上级", "taken up to a higher tier"), {"status": LIVE, "escalated": True}),
        Figure("supervised", Words("督办中", "under supervision"), {"supervised": True}),
        Figure("to_visit", Words("近期办结待回访", "closed of late, to be visited"), {**recent, "visited": False}),
        Figure("to_rate", Words("待群众评价", "waiting for the resident's rating"), {"rating": "awaited"}),
        Figure("rated", Words("近期办结已评价", "closed of late and rated"), {**recent, "rating": "given"}),
        Figure("unsatisfied", Words("其中不满意", "of these, unsatisfied"), {**recent, "rating": "unsatisfied"}, Light.RED),
        Figure("reopening_asked", Words("申请重新办理待决定", "asked to be reopened, to be decided"), {"reopening_asked": True}),
        Figure("unplaced", Words("待定位、缺网格员", "without place or worker"), {"status": LIVE, "queue": "any"}),
    )  # fmt: skip

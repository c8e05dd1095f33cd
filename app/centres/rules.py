"""When a centre is open, who is on duty, which rooms are free; what is done to a centre and a booking, as tables. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise

from app.core.access import Actor, Permission
from app.core.errors import Worded, Words
from app.core.workflow import Refusal, Transition, Workflow, not_now, table
from app.deadlines.rules import Calendar


class CentreState(StrEnum):
    """A centre is open to changes for as long as it stands."""

    KEPT = "kept"


def _keeping(action: str, zh: str, en: str, *required: str) -> Transition[CentreState]:
    kept = frozenset({CentreState.KEPT})
    return Transition(action, Words(zh, en), kept, None, Permission.CENTRE_MANAGE, "keeper", required)


CENTRES = Workflow(
    "centre",
    Words("该中心的设置", "the centre's set-up"),
    {"keeper": Words("本中心或上级中心的负责人、协调员", "the head or coordinator of it, or of a centre above it")},
    table([
        _keeping("set_hours", "设置每周开放时间", "Set the hours of the week", "week"),
        _keeping("set_day", "设置特别日", "Set a day that differs", "day", "spans", "reason"),
        _keeping("clear_day", "取消特别日", "Let a day follow the week again", "day"),
        _keeping("set_window", "设置窗口", "Open or rename a window", "code", "name"),
        _keeping("close_window", "关闭窗口", "Close a window", "code"),
        _keeping("set_room", "设置房间", "Open or change a room", "code", "name", "kind", "seats"),
        _keeping("close_room", "关闭房间", "Close a room", "code"),
        _keeping("station", "安排单位进驻", "Station a unit", "unit", "how"),
        _keeping("unstation", "结束单位进驻", "End the stationing of a unit", "unit"),
        _keeping("plan_shift", "排班", "Put somebody on duty", "unit", "staff", "since", "until"),
        _keeping("cancel_shift", "取消班次", "Withdraw a shift", "shift"),
        _keeping("swap_shifts", "换班", "Swap two shifts", "shift", "other"),
        _keeping("import_rota", "导入值班表", "Bring a month's rota", "items"),
    ]),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeptCentre:
    """A centre as its keepers change it: `path` is its line of units, dotted, itself last."""

    path: str
    version: int

    @property
    def state(self) -> CentreState:
        """It stands."""
        return CentreState.KEPT

    def refuses(self, _: str, __: Actor, ___: datetime) -> Refusal | None:
        """Nothing."""
        return None

    def stands(self, actor: Actor, step: Transition[CentreState]) -> bool:
        """It, or a centre above it, is theirs."""
        return not actor.units_with(step.permission).isdisjoint(self.path.split("."))


class BookingState(StrEnum):
    """Whether a room is taken by it."""

    TAKEN = "taken"
    RELEASED = "released"


BOOKINGS = Workflow(
    "booking",
    Words("该预订", "the booking"),
    {"unit": Words("预订单位的人员", "the staff of the unit that took the room")},
    table([
        Transition("release", Words("取消预订", "Give a room back"), frozenset({BookingState.TAKEN}),
                   BookingState.RELEASED, Permission.ROOM_BOOK, "unit"),
    ]),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking, as decisions need it."""

    unit: str
    until: datetime
    released_at: datetime | None
    version: int

    @property
    def state(self) -> BookingState:
        """Taken until somebody gives it back."""
        return BookingState.RELEASED if self.released_at else BookingState.TAKEN

    def refuses(self, _: str, __: Actor, now: datetime) -> Refusal | None:
        """What is over is not given back."""
        return not_now("该预订已结束。", "The booking is over.") if self.until <= now else None

    def stands(self, actor: Actor, step: Transition[BookingState]) -> bool:
        """Of the unit that took it."""
        return self.unit in actor.units_with(step.permission)


DAY = 24 * 60  # minutes
ONE_DAY = timedelta(days=1)
FRIDAY = 5
LOOK_AHEAD = 62  # days: a centre that stays closed for longer has no next opening to tell

Span = tuple[int, int]  # minutes after midnight, half-open; an end beyond DAY lies in the next day


@dataclass(frozen=True, slots=True)
class Weekly:
    """The hours of one ISO weekday, from a day on (`since`) until another (exclusive; None: until they are changed)."""

    weekday: int
    spans: tuple[Span, ...]
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """The week, and the days that differ from it."""

    week: tuple[Weekly, ...] = ()
    special: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)

    def on(self, day: date) -> dict[int, tuple[Span, ...]]:
        """The week as it is in force on a day."""
        return {w.weekday: w.spans for w in self.week if w.since <= day and (w.until is None or day < w.until)}


@dataclass(frozen=True, slots=True)
class Opening:
    """A time in which the centre is open, and the local day it belongs to, be it past midnight."""

    day: date
    opens: datetime
    closes: datetime


def weekday_of(day: date, calendar: Calendar, week: Mapping[int, Sequence[Span]]) -> int | None:
    """The ISO weekday whose hours and rota a day has; None on a holiday."""
    weekday = day.isoweekday()
    if calendar.is_workday(day):
        worked = (w for w in range(1, FRIDAY + 1) if week.get(w))
        return weekday if weekday <= FRIDAY else next(worked, weekday)
    return None if weekday <= FRIDAY or _in_holiday(day, calendar) else weekday


def _in_holiday(day: date, calendar: Calendar) -> bool:
    """Whether a weekend day off lies in one run of days off with a weekday off: notices name the whole run."""
    for step in (ONE_DAY, -ONE_DAY):
        other = day + step
        while not calendar.is_workday(other):
            if other.isoweekday() <= FRIDAY:
                return True
            other += step
    return False


def spans_on(day: date, hours: Hours, calendar: Calendar) -> tuple[Span, ...]:
    """The hours of a day; empty when it is closed."""
    if day in hours.special:
        return hours.special[day]
    week = hours.on(day)
    weekday = weekday_of(day, calendar, week)
    return week.get(weekday, ()) if weekday else ()


def openings(first: date, days: int, hours: Hours, calendar: Calendar, tz: tzinfo) -> Iterator[Opening]:
    """Every opening that begins on one of `days` local days from `first` on, in order."""
    for number in range(days):
        day = first + number * ONE_DAY
        for opens, closes in spans_on(day, hours, calendar):
            yield Opening(day, instant(day, opens, tz), instant(day, closes, tz))


def instant(day: date, minutes: int, tz: tzinfo) -> datetime:
    """What the wall clock shows so many minutes after the midnight that begins a day."""
    return (datetime.combine(day, time(), tz) + timedelta(minutes=minutes)).astimezone(UTC)


def opening_at(at: datetime, hours: Hours, calendar: Calendar, tz: tzinfo) -> Opening | None:
    """The opening that holds an instant: of its own day, or of the night that began the day before."""
    today = at.astimezone(tz).date()
    found = [o for o in openings(today - ONE_DAY, 2, hours, calendar, tz) if o.opens <= at < o.closes]
    return found[-1] if found else None


def next_opening(at: datetime, hours: Hours, calendar: Calendar, tz: tzinfo) -> datetime | None:
    """When it opens next after an instant; None when not within two months."""
    ahead = openings(at.astimezone(tz).date(), LOOK_AHEAD, hours, calendar, tz)
    return next((o.opens for o in ahead if o.opens > at), None)


def unfit_spans(spans: Sequence[Span]) -> Words | None:
    """Why these are not the hours of a day; None when they are."""
    if any(not (0 <= opens < DAY and opens < closes <= opens + DAY) for opens, closes in spans):
        return Words("每段时间应先开后关，且不超过 24 小时。", "Each span opens, then closes, within 24 hours.")
    if any(after[0] < before[1] for before, after in pairwise(spans)):
        return Words("各段时间应按先后排列，不得重叠。", "Spans stand in order and do not overlap.")
    return None


class Stationing(Worded):
    """How a unit is at a centre (常驻 / 轮驻 / 随驻)."""

    RESIDENT = "resident", "常驻", "resident"
    ROTATING = "rotating", "轮驻", "rotating"
    ON_CALL = "on_call", "随驻", "on call"


class DutyState(Worded):
    """Where a stationed unit is at an instant."""

    ON_DUTY = "on_duty", "在岗", "on duty"
    ON_CALL = "on_call", "随叫随到", "on call"
    ABSENT = "absent", "不在岗", "not there"


class Instead(Worded):
    """What a clerk does so that the visitor need not go anywhere else."""

    AT_WINDOW = "at_window", "请到该单位窗口当场办理。", "Taken at that unit's window now."
    CALL_IN = "call_in", "请按所列方式通知随驻人员到场。", "Call the unit in, as stated."
    OFFER = (
        "offer",
        "由本窗口登记并线上派送，当事人无需另跑。",
        "Register it here and offer it electronically: no second trip.",
    )


def duty_state(
    how: Stationing, *, open_now: bool, weekday: int | None, weekdays: Collection[int], rostered: bool
) -> DutyState:
    """Where a unit is. `weekday` is what the day counts as (None on a holiday); `rostered`: a shift of its runs now."""
    if how is Stationing.ON_CALL:
        return DutyState.ON_CALL if rostered else DutyState.ABSENT
    there = how is Stationing.RESIDENT or rostered or weekday in weekdays
    return DutyState.ON_DUTY if open_now and there else DutyState.ABSENT


def instead(state: DutyState | None) -> Instead:
    """What is done when the competent unit stands so; None: it is not stationed here."""
    return {DutyState.ON_DUTY: Instead.AT_WINDOW, DutyState.ON_CALL: Instead.CALL_IN}.get(
        state or DutyState.ABSENT, Instead.OFFER
    )


MOST_AHEAD = timedelta(days=366)
LONGEST_BOOKING, LONGEST_SHIFT = timedelta(hours=12), timedelta(hours=24)
SHORTEST = timedelta(minutes=5)


class RoomKind(StrEnum):
    """What a room is meant for; any may be used for anything."""

    MEDIATION = "mediation"
    HEARING = "hearing"
    MEETING = "meeting"
    TALK = "talk"


class BookingPurpose(StrEnum):
    """What a room is taken for."""

    MEDIATION = "mediation"
    HEARING = "hearing"
    MEETING = "meeting"
    TALK = "talk"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant until another, which does not belong to it."""

    since: datetime
    until: datetime


def overlaps(one: Period, other: Period) -> bool:
    """Whether they share an instant."""
    return one.since < other.until and other.since < one.until


def unfit_booking(period: Period, now: datetime) -> Words | None:
    """Why a room is not booked for this period; None when it may be."""
    return _unfit(period, now, LONGEST_BOOKING)


def unfit_shift(period: Period, now: datetime) -> Words | None:
    """Why nobody is on duty for this period; None when somebody may be."""
    return _unfit(period, now, LONGEST_SHIFT)


def _unfit(period: Period, now: datetime, longest: timedelta) -> Words | None:
    hours = int(longest.total_seconds() // 3600)
    if not SHORTEST <= period.until - period.since <= longest:
        return Words(f"时段应为 5 分钟至 {hours} 小时。", f"A period of 5 minutes to {hours} hours, from before until.")
    if period.until <= now:
        return Words("时段已经过去。", "That time is past.")
    if period.until > now + MOST_AHEAD:
        return Words("最多提前一年安排。", "At most a year ahead.")
    return None


def free_within(within: Sequence[Period], taken: Iterable[Period], length: timedelta) -> list[Period]:
    """What is left of `within`, in order, between the periods `taken`, where it is at least `length`."""
    busy = sorted(taken, key=lambda period: period.since)
    free = []
    for whole in within:
        since = whole.since
        for period in busy:
            if not overlaps(whole, period):
                continue
            free.append(Period(since, period.since))
            since = max(since, period.until)
        free.append(Period(since, whole.until))
    return [period for period in free if period.until - period.since >= length]

"""When a centre is open, who is on duty, which slots are free: tables, and a reference for the rest."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.centres.rules import (
    DAY,
    DutyState,
    Hours,
    Instead,
    Period,
    Stationing,
    Weekly,
    duty_state,
    free_within,
    instead,
    next_opening,
    opening_at,
    spans_on,
    unfit_booking,
    unfit_shift,
    unfit_spans,
    weekday_of,
)
from app.deadlines.rules import Calendar
from seeds.reference.load import read_calendar

CHINA = read_calendar("china")
TZ = ZoneInfo("Asia/Shanghai")
LONG_AGO = date(2000, 1, 1)
MORNING, AFTERNOON, NIGHT = (540, 720), (870, 1050), (1320, DAY + 120)
OFFICE: dict[int, tuple[tuple[int, int], ...]] = {day: (MORNING, AFTERNOON) for day in range(1, 6)}


def hours(week: dict[int, tuple[tuple[int, int], ...]], **special: tuple[tuple[int, int], ...]) -> Hours:
    days = {date.fromisoformat(name[1:].replace("_", "-")): spans for name, spans in special.items()}
    return Hours(tuple(Weekly(day, spans, LONG_AGO) for day, spans in week.items()), days)


PLAIN = hours(OFFICE)
WITH_SATURDAY = hours({**OFFICE, 6: (MORNING,)})
NIGHTS = hours({5: (NIGHT,)})
ALWAYS = hours({day: ((0, DAY),) for day in range(1, 8)})
STARTS_LATE = hours({day: (MORNING,) for day in (3, 4, 5)})
MOVED = Hours((Weekly(1, (MORNING,), LONG_AGO, date(2026, 6, 1)), Weekly(1, (AFTERNOON,), date(2026, 6, 1))))

OPEN = [
    (PLAIN, "2026-11-25 08:59", False), (PLAIN, "2026-11-25 09:00", True), (PLAIN, "2026-11-25 11:59", True),
    (PLAIN, "2026-11-25 12:00", False), (PLAIN, "2026-11-25 14:30", True), (PLAIN, "2026-11-25 17:30", False),
    (PLAIN, "2026-11-28 10:00", False),  # an ordinary Saturday
    (WITH_SATURDAY, "2026-11-28 10:00", True),
    (PLAIN, "2026-10-10 10:00", True),  # a Saturday worked for National Day: as a weekday
    (PLAIN, "2026-10-10 15:00", True),
    (WITH_SATURDAY, "2026-10-10 15:00", True),  # not its short Saturday
    (STARTS_LATE, "2026-09-20 10:00", True),  # a Sunday worked: as the first weekday that is worked here
    (PLAIN, "2026-10-05 10:00", False),  # a Monday of the holiday
    (WITH_SATURDAY, "2026-10-03 10:00", False),  # the Saturday within it
    (WITH_SATURDAY, "2026-09-26 10:00", False),  # the Saturday after a Friday off
    (WITH_SATURDAY, "2026-04-04 10:00", False),  # and the one before a Monday off
    (hours({**OFFICE, 6: (MORNING,)}, d2026_10_03=(AFTERNOON,)), "2026-10-03 15:00", True),  # said otherwise
    (hours(OFFICE, d2026_11_25=()), "2026-11-25 10:00", False),
    (NIGHTS, "2026-11-27 23:00", True), (NIGHTS, "2026-11-28 01:59", True), (NIGHTS, "2026-11-28 02:00", False),
    (NIGHTS, "2026-11-27 01:00", False),
    (NIGHTS, "2026-05-02 01:00", False),  # the Friday before was a holiday
    (hours({5: (NIGHT,)}, d2026_11_28=()), "2026-11-28 01:00", True),  # the night belongs to the day it began
    (ALWAYS, "2026-11-29 00:00", True), (ALWAYS, "2026-10-01 12:00", False),
    (MOVED, "2026-05-25 10:00", True), (MOVED, "2026-06-01 10:00", False), (MOVED, "2026-06-01 15:00", True),
    (Hours(), "2026-11-25 10:00", False),
]  # fmt: skip


@pytest.mark.parametrize(("known", "clock", "expected"), OPEN)
def test_open_now(known: Hours, clock: str, expected: bool) -> None:
    at = datetime.fromisoformat(clock).replace(tzinfo=TZ)
    assert (opening_at(at, known, CHINA, TZ) is not None) == expected
    assert (opening_at(at.astimezone(ZoneInfo("America/New_York")), known, CHINA, TZ) is not None) == expected


NEXT = [
    (PLAIN, "2026-11-25 10:00", "2026-11-25 14:30"), (PLAIN, "2026-11-25 18:00", "2026-11-26 09:00"),
    (PLAIN, "2026-11-27 18:00", "2026-11-30 09:00"),
    (PLAIN, "2026-09-30 18:00", "2026-10-08 09:00"),  # National Day
    (PLAIN, "2026-10-09 18:00", "2026-10-10 09:00"),  # the Saturday worked for it
    (NIGHTS, "2026-11-28 01:00", "2026-12-04 22:00"), (Hours(), "2026-11-25 10:00", None),
]  # fmt: skip


@pytest.mark.parametrize(("known", "clock", "expected"), NEXT)
def test_when_it_opens_next(known: Hours, clock: str, expected: str | None) -> None:
    wanted = datetime.fromisoformat(expected).replace(tzinfo=TZ).astimezone(UTC) if expected else None
    assert next_opening(datetime.fromisoformat(clock).replace(tzinfo=TZ), known, CHINA, TZ) == wanted


def test_the_night_on_which_clocks_are_set_back_is_as_long_as_its_walls_say() -> None:
    boston = ZoneInfo("America/New_York")
    known = hours({7: ((0, 180),)})
    at = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # 01:30 for the second time
    opening = opening_at(at, known, Calendar("weekdays"), boston)
    assert opening
    assert opening.closes - opening.opens == timedelta(hours=4)


@given(st.dates(date(2020, 1, 1), date(2027, 12, 31)))
def test_a_day_counts_as_a_weekday_exactly_when_it_is_worked_or_an_ordinary_weekend(day: date) -> None:
    counted = weekday_of(day, CHINA, OFFICE)
    if CHINA.is_workday(day):
        assert counted in range(1, 6)
        assert spans_on(day, PLAIN, CHINA) == (MORNING, AFTERNOON)
    else:
        assert counted in (None, 6, 7)
        assert spans_on(day, PLAIN, CHINA) == ()


@pytest.mark.parametrize(
    ("spans", "fits"),
    [
        ([], True), ([MORNING, AFTERNOON], True), ([MORNING, (720, 780)], True), ([NIGHT], True), ([(0, DAY)], True),
        ([AFTERNOON, MORNING], False), ([MORNING, (700, 800)], False), ([(600, 600)], False), ([(600, 500)], False),
        ([(DAY, DAY + 60)], False), ([(-60, 60)], False), ([(60, DAY + 61)], False), ([NIGHT, (1400, 1430)], False),
    ],
)  # fmt: skip
def test_hours_that_fit(spans: list[tuple[int, int]], fits: bool) -> None:
    assert (unfit_spans(spans) is None) == fits


R, T, C = Stationing.RESIDENT, Stationing.ROTATING, Stationing.ON_CALL
DUTY = [
    (R, True, 3, (), False, DutyState.ON_DUTY), (R, False, 3, (), True, DutyState.ABSENT),
    (R, True, None, (), False, DutyState.ON_DUTY),  # opened on a holiday
    (T, True, 3, (3,), False, DutyState.ON_DUTY), (T, True, 4, (3,), False, DutyState.ABSENT),
    (T, True, 4, (3,), True, DutyState.ON_DUTY), (T, True, None, (3,), False, DutyState.ABSENT),
    (T, False, 3, (3,), True, DutyState.ABSENT), (T, True, 3, (), False, DutyState.ABSENT),
    (C, True, 3, (), False, DutyState.ABSENT), (C, True, 3, (), True, DutyState.ON_CALL),
    (C, False, None, (), True, DutyState.ON_CALL),  # at night too
]  # fmt: skip


@pytest.mark.parametrize(("how", "is_open", "weekday", "weekdays", "rostered", "expected"), DUTY)
def test_who_is_on_duty(
    how: Stationing, is_open: bool, weekday: int | None, weekdays: tuple[int, ...], rostered: bool, expected: DutyState
) -> None:
    assert duty_state(how, open_now=is_open, weekday=weekday, weekdays=weekdays, rostered=rostered) is expected


def test_nobody_is_sent_away() -> None:
    steps = {state: instead(state) for state in (*DutyState, None)}
    assert steps == {
        DutyState.ON_DUTY: Instead.AT_WINDOW, DutyState.ON_CALL: Instead.CALL_IN, DutyState.ABSENT: Instead.OFFER,
        None: Instead.OFFER,
    }  # fmt: skip


NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)


def span(since: float, until: float) -> Period:
    return Period(NOON + timedelta(hours=since), NOON + timedelta(hours=until))


@pytest.mark.parametrize(
    ("period", "books", "works"),
    [
        (span(1, 2), True, True), (span(-1, 0.5), True, True), (span(-2, -1), False, False), (span(-1, 0), False, False),
        (span(1, 1), False, False), (span(2, 1), False, False), (span(1, 1.05), False, False),
        (span(1, 13), True, True), (span(1, 13.1), False, True), (span(1, 25), False, True), (span(1, 25.1), False, False),
        (span(24 * 366 - 1, 24 * 366), True, True), (span(24 * 366 - 1, 24 * 366 + 0.1), False, False),
    ],
)  # fmt: skip
def test_periods_that_fit(period: Period, books: bool, works: bool) -> None:
    assert (unfit_booking(period, NOON) is None) == books
    assert (unfit_shift(period, NOON) is None) == works


ticks = st.integers(0, 96)
periods = st.tuples(ticks, ticks).filter(lambda p: p[0] < p[1]).map(lambda p: span(p[0] / 4, p[1] / 4))


@given(st.lists(periods, max_size=3), st.lists(periods, max_size=8), st.integers(1, 12))
def test_free_slots_are_what_is_left_and_long_enough(within: list[Period], taken: list[Period], quarters: int) -> None:
    length = timedelta(minutes=15 * quarters)
    found = [[slot for slot in free_within([whole], taken, length)] for whole in within]
    for whole, slots in zip(within, found, strict=True):
        free = [
            NOON + timedelta(minutes=15 * tick)
            for tick in range(96)
            if whole.since <= (at := NOON + timedelta(minutes=15 * tick)) < whole.until
            and not any(p.since <= at < p.until for p in taken)
        ]
        runs: list[list[datetime]] = []
        for tick in free:
            if runs and tick - runs[-1][-1] == timedelta(minutes=15):
                runs[-1].append(tick)
            else:
                runs.append([tick])
        long = [Period(run[0], run[-1] + timedelta(minutes=15)) for run in runs if len(run) >= quarters]
        assert slots == long
    assert free_within(within, taken, length) == [slot for slots in found for slot in slots]

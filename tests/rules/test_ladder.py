"""The ladder of a clock: what is due when, each once, over nights, holidays and long sleep."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deadlines.rules import (
    EscalationPolicy,
    EscalationStep,
    LengthUnit,
    Owner,
    QuietHours,
    due_at,
    escalation,
    first,
    rung_at,
)
from seeds.reference.load import read_calendar, read_procedures

HOHHOT = ZoneInfo("Asia/Shanghai")
CHINA = read_calendar("china")
OFFICE = EscalationPolicy(warn_working_days=3)
DUTY = EscalationPolicy(warn_share=0.5, hour=8, round_the_clock=True)
QUIET = QuietHours()
W, B, U, C, L = (
    EscalationStep.WARN,
    EscalationStep.BREACH,
    EscalationStep.URGE,
    EscalationStep.CRITICISE,
    EscalationStep.LAPSE,
)


def at(text: str) -> datetime:
    """Local time, `2026-02-12 10:30` or with seconds."""
    return datetime.fromisoformat(text).replace(tzinfo=HOHHOT)


def rungs_of(ladder: EscalationPolicy, start: str, due: str) -> list[str]:
    return [
        f"{rung_at(rung, ladder, at(start), at(due), calendar=CHINA, tz=HOHHOT).astimezone(HOHHOT):%m-%d %H:%M:%S}"
        for rung in (W, B, U, C)
    ]


@pytest.mark.parametrize(
    ("ladder", "start", "due", "expected"),
    [
        # an ordinary week: three working days before; the next working day; the fifth
        (OFFICE, "2026-11-02 10:00", "2026-11-17 23:59:59", "11-12 09:00:00 | 11-18 00:00:00 | 11-18 09:00:00 | 11-24 09:00:00"),
        # over Spring Festival 2026: 14 February is worked, 15 to 23 are off, 28 is worked
        (OFFICE, "2026-02-01 10:00", "2026-02-14 23:59:59", "02-11 09:00:00 | 02-15 00:00:00 | 02-24 09:00:00 | 02-28 09:00:00"),
        (OFFICE, "2026-02-01 10:00", "2026-02-24 23:59:59", "02-12 09:00:00 | 02-25 00:00:00 | 02-25 09:00:00 | 03-02 09:00:00"),
        # an emergency: half of the time, to the second; then by the calendar, as the duty runs round the clock
        (DUTY, "2026-02-15 23:00:00", "2026-02-16 01:00:00", "02-16 00:00:00 | 02-16 01:00:01 | 02-17 08:00:00 | 02-21 08:00:00"),
        # hours in an office: three quarters of the time
        (OFFICE, "2026-11-02 10:00", "2026-11-03 10:00:00", "11-03 04:00:00 | 11-03 10:00:01 | 11-04 09:00:00 | 11-10 09:00:00"),
    ],
)  # fmt: skip
def test_when_each_rung_is_due(ladder: EscalationPolicy, start: str, due: str, expected: str) -> None:
    assert " | ".join(rungs_of(ladder, start, due)) == expected


@pytest.mark.parametrize(
    ("now", "level", "taken", "stands"),
    [
        ("2026-11-12 08:59:59", 0, (), 0),
        ("2026-11-12 09:00:00", 0, (W,), 1),
        ("2026-11-12 09:00:01", 1, (), 1),  # twice: nothing again
        ("2026-11-17 23:59:59", 1, (), 1),  # the limit includes its last second
        ("2026-11-18 00:00:00", 1, (B,), 2),  # a fact of the law is dated at night
        ("2026-11-18 08:59:59", 2, (), 2),
        ("2026-11-18 09:00:00", 2, (U,), 3),
        ("2026-11-24 09:00:00", 3, (C,), 4),
        ("2026-12-24 09:00:00", 4, (), 4),
        # after a long sleep: all that was missed, once; no warning of what is over
        ("2026-12-01 10:00:00", 0, (B, U, C), 4),
        ("2026-11-19 10:00:00", 1, (B, U), 3),
        # woken at night: what the law dates, the rest in the morning
        ("2026-12-01 03:00:00", 0, (B,), 2),
        ("2026-11-18 22:00:00", 2, (), 2),
        ("2026-11-13 04:00:00", 0, (), 0),
    ],
)
def test_what_is_taken_now(now: str, level: int, taken: tuple[EscalationStep, ...], stands: int) -> None:
    step = escalation(
        OFFICE, Owner.ORGAN, level, at("2026-11-02 10:00"), at("2026-11-17 23:59:59"), at(now), quiet=QUIET,
        calendar=CHINA, tz=HOHHOT,
    )  # fmt: skip
    assert (step.rungs, step.level) == (taken, stands)
    assert step.next_at is None if stands == 4 else step.next_at is not None and step.next_at > at(now)


def test_what_waits_for_the_morning_is_looked_at_when_the_quiet_hours_end() -> None:
    step = escalation(
        OFFICE, Owner.ORGAN, 2, at("2026-11-02 10:00"), at("2026-11-17 23:59:59"), at("2026-11-18 22:00"), quiet=QUIET,
        calendar=CHINA, tz=HOHHOT,
    )  # fmt: skip
    assert step.next_at == at("2026-11-19 08:00")


def test_an_emergency_is_pressed_at_night_too() -> None:
    step = escalation(
        DUTY, Owner.ORGAN, 0, at("2026-02-15 23:00"), at("2026-02-16 01:00"), at("2026-02-16 00:00"), quiet=QUIET,
        calendar=CHINA, tz=HOHHOT,
    )  # fmt: skip
    assert step.rungs == (W,)


def test_a_residents_right_lapses_once_and_nobody_is_urged() -> None:
    begun, due = at("2026-11-02 10:00"), at("2026-12-02 23:59:59")
    assert first(OFFICE, Owner.RESIDENT, begun, due, calendar=CHINA, tz=HOHHOT) == (0, due + timedelta(seconds=1))
    for look, taken in ((due, ()), (due + timedelta(seconds=1), (L,)), (due + timedelta(days=400), (L,))):
        step = escalation(OFFICE, Owner.RESIDENT, 0, begun, due, look, quiet=QUIET, calendar=CHINA, tz=HOHHOT)
        assert step.rungs == taken


def test_a_limit_too_short_to_be_warned_of_begins_at_the_breach() -> None:
    begun, due = at("2026-11-02 10:00"), at("2026-11-03 23:59:59")
    assert first(OFFICE, Owner.ORGAN, begun, due, calendar=CHINA, tz=HOHHOT) == (1, due + timedelta(seconds=1))


def test_every_procedure_has_a_ladder_from_its_data() -> None:
    escalating = {p.code: p.ladder.escalate for p in read_procedures() if p.ladder.escalate}
    assert escalating["centre_dispute_ordinary"] is B  # C4: on expiry of the level's limit
    assert escalating["request_ordinary"] is C
    assert "appeal" not in escalating  # the law names who handles it; a resident or the lead may still take it up


instants = st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1))  # noqa: DTZ001
ladders = st.builds(
    EscalationPolicy, warn_working_days=st.integers(1, 5), warn_share=st.floats(0.1, 0.9), urge_working_days=st.integers(1, 3),
    criticise_working_days=st.integers(4, 9), hour=st.integers(8, 20), round_the_clock=st.booleans(),
)  # fmt: skip


@given(
    ladders, instants, st.sampled_from(LengthUnit), st.integers(1, 60), st.lists(st.integers(0, 24 * 200), max_size=12)
)
def test_however_often_and_late_one_looks_each_rung_comes_once_in_order_and_never_early(
    ladder: EscalationPolicy, begun: datetime, unit: LengthUnit, length: int, looks: list[int]
) -> None:
    start = begun.replace(tzinfo=UTC)
    length = min(length, 12) if unit is LengthUnit.CALENDAR_MONTH else length
    due = due_at(length, unit, start, calendar=CHINA, tz=HOHHOT).due
    next_at: datetime | None
    level, next_at = first(ladder, Owner.ORGAN, start, due, calendar=CHINA, tz=HOHHOT)
    seen: list[EscalationStep] = []
    for look in [*sorted(start + timedelta(hours=h) for h in looks), due + timedelta(days=90, hours=12)]:
        noon = look.astimezone(HOHHOT).time() >= time(8)
        while next_at is not None and next_at <= look:
            step = escalation(ladder, Owner.ORGAN, level, start, due, look, quiet=QUIET, calendar=CHINA, tz=HOHHOT)
            for rung in step.rungs:
                assert rung_at(rung, ladder, start, due, calendar=CHINA, tz=HOHHOT) <= look
                assert rung is B or ladder.round_the_clock or (noon and look.astimezone(HOHHOT).hour < 21)
            seen += step.rungs
            level, next_at = step.level, step.next_at
            assert next_at is None or next_at > look
    later = due + timedelta(days=120)
    morning = later.astimezone(HOHHOT).replace(hour=10)
    seen += escalation(ladder, Owner.ORGAN, level, start, due, morning, quiet=QUIET, calendar=CHINA, tz=HOHHOT).rungs
    assert [r for r in seen if r is not W] == [B, U, C]
    assert seen.count(W) <= 1
    assert all(one is not other for one, other in pairwise(seen))


@given(instants)
def test_quiet_hours_end_at_their_hour_and_not_later_than_half_a_day_on(now: datetime) -> None:
    instant = now.replace(tzinfo=UTC)
    ends = QUIET.until(instant, HOHHOT)
    local = instant.astimezone(HOHHOT)
    assert (ends is None) == (8 <= local.hour < 21)
    if ends is not None:
        assert ends.astimezone(HOHHOT).time() == time(8)
        assert timedelta(0) < ends - instant <= timedelta(hours=11)

"""Tables of periods and due dates, and laws that hold for every period."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deadlines import rules
from app.deadlines.rules import (
    WEEKDAYS,
    Calendar,
    ClockKind,
    ClockRefused,
    ClockRule,
    Due,
    LengthUnit,
    Owner,
    StartsOn,
    due_at,
)
from seeds.reference.load import read_calendar, read_procedures
from seeds.reference.write_china_calendar import CORRECTIONS

HOHHOT = ZoneInfo("Asia/Shanghai")
BOSTON = ZoneInfo("America/New_York")
CHINA = read_calendar("china")
PROCEDURES = {procedure.code: procedure for procedure in read_procedures()}
HOUR, CAL, WORK, MONTH = LengthUnit.HOUR, LengthUnit.CALENDAR_DAY, LengthUnit.WORKING_DAY, LengthUnit.CALENDAR_MONTH


def at(text: str, tz: tzinfo = HOHHOT) -> datetime:
    """A local time written as ``2026-02-12`` (taken at 10:30) or ``2026-02-12 16:00``."""
    day, _, clock = text.partition(" ")
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock or "10:30"), tz)


def end_of(text: str, tz: tzinfo = HOHHOT) -> datetime:
    return at(f"{text} 23:59:59", tz)


def due(start: str, length: int, unit: LengthUnit, calendar: Calendar = CHINA) -> Due:
    return due_at(length, unit, at(start), calendar=calendar, tz=HOHHOT)


# --- Tables -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "length", "falls_due"),
    [
        ("2026-02-12", 5, "2026-02-26"),  # over Spring Festival, 14 and 28 February swapped in
        ("2026-02-14", 3, "2026-02-26"),  # starts on a Saturday that is worked
        ("2026-09-18", 10, "2026-10-09"),  # 20 September worked, National Day off
        ("2026-04-30", 3, "2026-05-08"),
        ("2025-12-31", 1, "2026-01-04"),  # a Sunday that is worked
        ("2026-03-02", 1, "2026-03-03"),
        ("2026-03-06", 1, "2026-03-09"),  # Friday to Monday
        ("2005-12-30", 1, "2005-12-31"),  # moved by the notice for the year after
    ],
)
def test_working_days(start: str, length: int, falls_due: str) -> None:
    assert due(start, length, WORK) == Due(end_of(falls_due), end_of(falls_due), provisional=False)


@pytest.mark.parametrize(
    ("start", "length", "unrolled", "rolled"),
    [
        ("2026-02-01", 15, "2026-02-16", "2026-02-24"),
        ("2026-08-03", 60, "2026-10-02", "2026-10-08"),
        ("2026-08-03", 90, "2026-11-01", "2026-11-02"),
        ("2026-04-03", 30, "2026-05-03", "2026-05-06"),
        ("2026-03-01", 15, "2026-03-16", "2026-03-16"),  # no roll
        ("2026-02-13", 1, "2026-02-14", "2026-02-14"),  # a swapped Saturday is worked: no roll
        ("2024-02-28", 1, "2024-02-29", "2024-02-29"),
    ],
)
def test_calendar_days_and_their_roll(start: str, length: int, unrolled: str, rolled: str) -> None:
    assert due(start, length, CAL) == Due(end_of(rolled), end_of(unrolled), provisional=False)


@pytest.mark.parametrize(
    ("start", "length", "unrolled", "rolled"),
    [
        ("2025-03-12", 1, "2025-04-12", "2025-04-14"),  # a Saturday rolls to Monday
        ("2026-01-31", 1, "2026-02-28", "2026-02-28"),  # no 31 February; the 28th is a worked Saturday
        ("2024-01-31", 1, "2024-02-29", "2024-02-29"),
        ("2026-03-31", 1, "2026-04-30", "2026-04-30"),
        ("2025-11-30", 3, "2026-02-28", "2026-02-28"),
        ("2025-12-10", 1, "2026-01-10", "2026-01-12"),  # over the year
        ("2025-02-28", 12, "2026-02-28", "2026-02-28"),
    ],
)
def test_calendar_months_and_their_ends(start: str, length: int, unrolled: str, rolled: str) -> None:
    assert due(start, length, MONTH) == Due(end_of(rolled), end_of(unrolled), provisional=False)


@pytest.mark.parametrize(
    ("start", "falls_due"),
    [
        ("2026-03-08 00:30", "2026-03-08 03:30"),  # 02:00 becomes 03:00
        ("2026-11-01 00:30", "2026-11-01 01:30"),  # 02:00 becomes 01:00: the second half past one
        ("2026-07-04 23:00", "2026-07-05 01:00"),  # hours run at night and on holidays
    ],
)
def test_hours_are_elapsed_hours_across_a_change_of_clocks(start: str, falls_due: str) -> None:
    found = due_at(2, HOUR, at(start, BOSTON), calendar=WEEKDAYS, tz=BOSTON)
    second_pass = at(falls_due, BOSTON).replace(fold=1)
    assert found == Due(second_pass.astimezone(UTC), second_pass.astimezone(UTC), provisional=False)
    assert found.due - at(start, BOSTON).astimezone(UTC) == timedelta(hours=2)


def test_a_day_with_25_hours_ends_at_its_own_midnight() -> None:
    found = due_at(1, CAL, at("2026-10-30 09:00", BOSTON), calendar=Calendar("every day", None, {}), tz=BOSTON)
    assert found.due_unrolled == datetime(2026, 11, 1, 3, 59, 59, tzinfo=UTC)  # Saturday 31 October, still summer time
    assert found.due == datetime(2026, 11, 3, 4, 59, 59, tzinfo=UTC)  # Monday 2 November, winter time


def test_a_midnight_that_comes_twice_ends_the_day_the_second_time() -> None:
    paraguay = ZoneInfo("America/Asuncion")  # on 25 March 2023 the clock went from 24:00 back to 23:00
    worked = Calendar("a Saturday worked", None, {date(2023, 3, 25): True})
    found = due_at(1, CAL, at("2023-03-24", paraguay), calendar=worked, tz=paraguay)
    assert found.due == datetime(2023, 3, 26, 3, 59, 59, tzinfo=UTC)


def test_the_start_day_is_the_citys_day_and_is_not_counted() -> None:
    late_in_hohhot = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # 00:30 on 3 March there
    assert due_at(1, CAL, late_in_hohhot, calendar=CHINA, tz=HOHHOT).due == end_of("2026-03-04")
    assert due("2026-03-02 00:00", 1, CAL).due == due("2026-03-02 23:59:59", 1, CAL).due == end_of("2026-03-03")


def test_hours_are_never_shorter_than_their_rule() -> None:
    start = datetime(2026, 3, 2, 8, 0, 0, 1, tzinfo=UTC)
    assert due_at(1, HOUR, start, calendar=CHINA, tz=HOHHOT).due == datetime(2026, 3, 2, 9, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "length", "unit", "provisional"),
    [
        ("2026-12-24", 5, WORK, True),  # reaches 2027
        ("2026-11-02", 60, CAL, True),  # falls on 1 January 2027
        ("2026-12-01", 1, MONTH, True),
        ("2027-01-20", 3, WORK, True),
        ("2026-12-30", 48, HOUR, False),  # hours know no days off
        ("2026-11-03", 30, CAL, False),
        ("2026-12-20", 10, CAL, True),  # 30 December: the notice for 2027 may still move it
        ("2026-12-18", 10, CAL, False),  # 28 December is settled
        ("2025-12-20", 10, CAL, False),  # 2026 is published
        ("2003-12-20", 20, CAL, False),  # 9 January 2004; nothing before it was looked at
    ],
)
def test_a_due_date_that_rests_on_an_unpublished_year_is_provisional(
    start: str, length: int, unit: LengthUnit, provisional: bool
) -> None:
    assert due(start, length, unit).provisional is provisional


def test_unpublished_years_follow_the_plain_week() -> None:
    assert due("2026-12-31", 5, WORK).due == end_of("2027-01-07")
    assert not due("2027-01-20", 300, WORK, calendar=WEEKDAYS).provisional


@pytest.mark.parametrize(
    ("length", "start", "reason"),
    [
        (0, at("2026-01-05"), "bad_length"),
        (-3, at("2026-01-05"), "bad_length"),
        (1, datetime(2026, 1, 5), "naive_time"),  # noqa: DTZ001
    ],
)
def test_a_period_that_cannot_be_counted_is_refused(length: int, start: datetime, reason: str) -> None:
    with pytest.raises(ClockRefused) as refused:
        due_at(length, CAL, start, calendar=CHINA, tz=HOHHOT)
    assert refused.value.reason == reason
    assert refused.value.detail


# --- Extension ----------------------------------------------------------------------------------------------------

P6 = next(rule for rule in PROCEDURES["appeal"].clocks if rule.id == "P6")
TOLD = due("2026-08-03", 60, CAL)


def extended(rule: ClockRule = P6, length: int = 30, unit: LengthUnit = CAL, **changed: object) -> Due:
    facts = {"now": at("2026-09-20"), "already_extended": 0, "approver_roles": {"organ_head"}, **changed}
    return rules.extend(rule, TOLD, length, unit, calendar=CHINA, tz=HOHHOT, **facts)  # type: ignore[arg-type]


def test_an_extension_counts_on_from_the_unrolled_day() -> None:
    assert extended() == due("2026-08-03", 90, CAL)
    assert extended(length=1).due == TOLD.due  # 3 October rolls to the day already told


def test_an_extension_never_shortens_the_time_told() -> None:
    hours = replace(P6.extension, unit=HOUR) if P6.extension else None
    found = extended(replace(P6, extension=hours), length=1, unit=HOUR)
    assert found == Due(TOLD.due, TOLD.due_unrolled + timedelta(hours=1), provisional=False)


def test_an_extension_is_possible_until_the_last_second() -> None:
    assert extended(now=TOLD.due).due == end_of("2026-11-02")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"now": TOLD.due + timedelta(seconds=1)}, "expired"),
        ({"already_extended": 1}, "already_extended"),
        ({"approver_roles": {"handler", "coordinator"}}, "wrong_approver"),
        ({"approver_roles": ()}, "wrong_approver"),
        ({"length": 31}, "too_long"),
        ({"length": 0}, "bad_length"),
        ({"length": 30, "unit": WORK}, "wrong_unit"),
        ({"rule": replace(P6, extension=None)}, "not_extendable"),
    ],
)
def test_an_extension_out_of_order_is_refused(changed: dict[str, object], reason: str) -> None:
    with pytest.raises(ClockRefused) as refused:
        extended(**changed)  # type: ignore[arg-type]
    assert refused.value.reason == reason


def test_a_mediation_is_extended_by_a_month_with_the_consent_of_both_sides() -> None:
    m2 = next(rule for rule in PROCEDURES["people_mediation"].clocks if rule.id == "M2")
    assert m2.extension is not None
    assert m2.extension.consent == "parties"
    first = due("2026-03-12", 1, MONTH)
    longer = rules.extend(
        m2, first, 1, MONTH, at("2026-04-01"), 0, approver_roles=["mediator"], calendar=CHINA, tz=HOHHOT
    )
    assert (first.due_unrolled, longer.due) == (end_of("2026-04-12"), end_of("2026-05-12"))


# --- Revision -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "new", "organ", "resident"),
    [
        ("2027-02-08", "2027-02-15", "2027-02-08", "2027-02-15"),  # more days off than the plain week had
        ("2027-02-08", "2027-02-06", "2027-02-06", "2027-02-08"),  # a Saturday became a working day
        ("2027-02-08", "2027-02-08", "2027-02-08", "2027-02-08"),
    ],
)
def test_a_published_year_never_takes_time_from_a_resident_nor_gives_it_to_an_organ(
    told: str, new: str, organ: str, resident: str
) -> None:
    before, after = (Due(end_of(day), end_of(day), provisional) for day, provisional in ((told, True), (new, False)))
    assert rules.revise(before, after, Owner.ORGAN) == Due(end_of(organ), end_of(organ), provisional=False)
    assert rules.revise(before, after, Owner.RESIDENT) == Due(end_of(resident), end_of(resident), provisional=False)


# --- Procedures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (("petition", "appeal"), "appeal"),
        (("petition", "suggestion"), "suggestion"),
        (("petition", "accusation"), "accusation"),
        (("petition", "appeal", None, None, True), "simple"),
        (("petition", "suggestion", None, None, True), "simple"),
        (("petition", "accusation", None, None, True), "accusation"),  # never by the short way
        (("dispute", None, "emergency", "simple"), "centre_dispute_simple"),
        (("dispute", None, None, "complex"), "centre_dispute_complex"),
        (("dispute",), "centre_dispute_ordinary"),
        (("request", None, "emergency"), "request_emergency"),
        (("request", None, "utility"), "request_utility"),
        (("request",), "request_ordinary"),
        (("request", None, "difficult", "simple"), "request_difficult"),
        (("event", None, "emergency"), "grid_event"),
    ],
)
def test_which_procedure_a_case_runs_under(facts: tuple[str, ...], code: str) -> None:
    assert rules.choose_procedure(*facts) == code  # type: ignore[arg-type]
    assert facts[0] in PROCEDURES[code].kinds


@pytest.mark.parametrize(
    "facts",
    [("petition",), ("petition", "praise"), ("dispute", None, None, "huge"), ("request", None, "now"), ("rumour",)],
)
def test_words_that_name_no_procedure_are_refused(facts: tuple[str, ...]) -> None:
    with pytest.raises(ClockRefused) as refused:
        rules.choose_procedure(*facts)  # type: ignore[arg-type]
    assert refused.value.reason == "unknown_procedure"


def test_no_acceptance_falls_due_after_a_completion_that_runs_beside_it() -> None:
    for procedure in PROCEDURES.values():
        for offset in range(366):
            start = at("2026-01-01") + timedelta(days=offset)
            planned = rules.plan(procedure, StartsOn.REGISTERED, start, calendar=CHINA, tz=HOHHOT)
            assert [clock.due for clock in planned] == sorted(clock.due for clock in planned), (procedure.code, start)


def test_an_accusation_is_never_merged_and_the_simple_procedure_is_not_extended() -> None:
    assert {item.action for item in PROCEDURES["accusation"].forbids} == {"merge", "unmerge", "place"}
    assert all(clock.extension is None for clock in PROCEDURES["simple"].clocks)


def test_a_plan_holds_the_clocks_that_the_act_starts() -> None:
    start = at("2026-08-03")
    (acceptance,) = rules.plan(PROCEDURES["appeal"], StartsOn.REGISTERED, start, calendar=CHINA, tz=HOHHOT)
    (completion,) = rules.plan(PROCEDURES["appeal"], StartsOn.ACCEPTED, start, calendar=CHINA, tz=HOHHOT)
    assert (acceptance.kind, acceptance.rule, acceptance.due) == (ClockKind.ACCEPTANCE, "P3", end_of("2026-08-18"))
    assert (completion.kind, completion.rule, completion.version) == (ClockKind.COMPLETION, "P6", 1)
    assert (completion.start, completion.due, completion.due_unrolled) == (start, TOLD.due, TOLD.due_unrolled)
    assert "34" in completion.basis_en
    both = rules.plan(PROCEDURES["request_utility"], StartsOn.REGISTERED, start, calendar=CHINA, tz=HOHHOT)
    assert [clock.due - start for clock in both] == [timedelta(hours=2), timedelta(hours=24)]


# --- Laws ---------------------------------------------------------------------------------------------------------

instants = st.datetimes(datetime(2004, 1, 1), datetime(2026, 6, 30), timezones=st.sampled_from([UTC, HOHHOT, BOSTON]))  # noqa: DTZ001
zones = st.sampled_from([HOHHOT, BOSTON, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia")])
calendars = st.sampled_from([CHINA, WEEKDAYS])
units = st.sampled_from(list(LengthUnit))


@given(start=instants, length=st.integers(1, 120), unit=units, tz=zones, calendar=calendars)
def test_nothing_falls_due_before_it_starts_nor_on_a_day_off(
    start: datetime, length: int, unit: LengthUnit, tz: ZoneInfo, calendar: Calendar
) -> None:
    found = due_at(length, unit, start, calendar=calendar, tz=tz)
    assert start.astimezone(UTC) < found.due_unrolled <= found.due
    assert found.due.tzinfo is UTC
    assert found.due.microsecond == 0
    if unit not in (LengthUnit.MINUTE, LengthUnit.HOUR):
        local = found.due.astimezone(tz)
        assert calendar.is_workday(local.date())
        assert (found.due + timedelta(seconds=1)).astimezone(tz).date() > local.date()
    else:
        assert found.due == found.due_unrolled


@given(start=instants, lengths=st.lists(st.integers(1, 200), min_size=2, max_size=6), unit=units, tz=zones)
def test_a_longer_period_never_ends_earlier(
    start: datetime, lengths: list[int], unit: LengthUnit, tz: ZoneInfo
) -> None:
    ends = [due_at(length, unit, start, calendar=CHINA, tz=tz) for length in sorted(lengths)]
    assert all(a.due <= b.due and a.due_unrolled <= b.due_unrolled for a, b in pairwise(ends))


@given(day=st.dates(date(2004, 1, 1), date(2025, 12, 31)), length=st.integers(1, 60))
def test_working_days_equal_a_count_made_another_way(day: date, length: int) -> None:
    found = due_at(length, WORK, datetime.combine(day, time(8), HOHHOT), calendar=CHINA, tz=HOHHOT)
    last = found.due.astimezone(HOHHOT).date()
    between = (day + timedelta(days=n) for n in range(1, (last - day).days + 1))
    assert sum(chinese_calendar.is_workday(d) or d in CORRECTIONS for d in between) == length


@given(start=instants, length=st.integers(1, 90), unit=st.sampled_from([CAL, WORK, MONTH]))
def test_only_the_local_day_of_the_start_matters(start: datetime, length: int, unit: LengthUnit) -> None:
    midnight = datetime.combine(start.astimezone(HOHHOT).date(), time(0), HOHHOT)
    whole = due_at(length, unit, midnight, calendar=CHINA, tz=HOHHOT)
    assert due_at(length, unit, start, calendar=CHINA, tz=HOHHOT) == whole


@given(day=st.dates(date(2026, 1, 1), date(2027, 6, 30)), length=st.integers(1, 90), unit=st.sampled_from([CAL, WORK]),
       moved=st.dictionaries(st.dates(date(2026, 12, 29), date(2027, 12, 31)), st.booleans(), max_size=30))  # fmt: skip
def test_what_is_not_provisional_is_not_changed_by_the_next_notice(
    day: date, length: int, unit: LengthUnit, moved: dict[date, bool]
) -> None:
    start = datetime.combine(day, time(9), HOHHOT)
    told = due_at(length, unit, start, calendar=CHINA, tz=HOHHOT)
    published = Calendar("china", frozenset({*(CHINA.published or ()), 2027, 2028}), {**CHINA.exceptions, **moved})
    new = due_at(length, unit, start, calendar=published, tz=HOHHOT)
    assert told.provisional or new == told
    assert rules.revise(told, new, Owner.RESIDENT).due >= told.due
    assert rules.revise(told, new, Owner.ORGAN).due <= told.due

"""The reference files: what they say, and how a broken one is refused."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from app.deadlines.rules import ClockKind, LengthUnit, Owner
from app.routing.rules import KINDS, Tier
from seeds.reference.load import (
    ReferenceDataError,
    read_calendar,
    read_calendar_days,
    read_calendar_years,
    read_categories,
    read_procedures,
    read_routing_rules,
)
from seeds.reference.write_china_calendar import CORRECTIONS, days_off_the_week
from tests.support.each import each

CHINA = read_calendar("china")
PROCEDURES = {procedure.code: procedure for procedure in read_procedures()}
MINUTE, HOUR, CAL, WORK, MONTH = (
    LengthUnit.MINUTE, LengthUnit.HOUR, LengthUnit.CALENDAR_DAY, LengthUnit.WORKING_DAY, LengthUnit.CALENDAR_MONTH,
)  # fmt: skip
CITY_FUNCTIONS = {
    *("housing", "urban", "hrss", "civil", "health", "education", "transport", "police"),
    *("market", "water", "energy", "environment", "emergency", "natural", "agriculture", "justice"),
}
STATION_FUNCTIONS = {"urban", "civil", "safety"}

# Every number of the policy table that the first procedures carry, written a second time.
OF_RESIDENTS = (ClockKind.APPLY_REVIEW, ClockKind.EVALUATION, ClockKind.CONFIRMATION)
POLICY = [
    ("appeal", "acceptance", "P3", 15, CAL, "registered", "law"),
    ("appeal", "completion", "P6", 60, CAL, "accepted", "law"),
    ("appeal", "objection", "P4", 5, WORK, "offered", "law"),
    ("appeal", "competence", "P5", 5, WORK, "disputed", "configuration"),
    ("appeal", "sign_for", "A1", 5, WORK, "offered", "configuration"),
    ("appeal", "report", "P19", 2, HOUR, "discovered", "configuration"),
    ("appeal", "apply_review", "P10", 30, CAL, "served", "law"),
    ("appeal", "evaluation", "E1", 30, CAL, "closed", "configuration"),
    ("suggestion", "acceptance", "P1", 15, CAL, "registered", "law"),
    ("suggestion", "completion", "P8", 60, CAL, "accepted", "configuration"),
    ("suggestion", "objection", "P4", 5, WORK, "offered", "law"),
    ("suggestion", "competence", "P5", 5, WORK, "disputed", "configuration"),
    ("suggestion", "sign_for", "A1", 5, WORK, "offered", "configuration"),
    ("suggestion", "report", "P19", 2, HOUR, "discovered", "configuration"),
    ("suggestion", "evaluation", "E1", 30, CAL, "closed", "configuration"),
    ("accusation", "acceptance", "P9", 15, CAL, "registered", "law"),
    ("accusation", "completion", "P9-done", 60, CAL, "accepted", "configuration"),
    ("simple", "acceptance", "P16", 3, WORK, "registered", "practice"),
    ("simple", "completion", "P17", 10, WORK, "accepted", "practice"),
    ("simple", "sign_for", "A1", 1, WORK, "offered", "configuration"),
    ("simple", "report", "P19", 2, HOUR, "discovered", "configuration"),
    ("simple", "apply_review", "P10", 30, CAL, "served", "law"),
    ("simple", "evaluation", "E1", 30, CAL, "closed", "configuration"),
    ("review", "completion", "P11", 30, CAL, "registered", "law"),
    ("review", "report", "P19", 2, HOUR, "discovered", "configuration"),
    ("review", "apply_review", "P12", 30, CAL, "served", "law"),
    ("review", "evaluation", "E1", 30, CAL, "closed", "configuration"),
    ("rereview", "completion", "P13", 30, CAL, "registered", "law"),
    ("rereview", "report", "P19", 2, HOUR, "discovered", "configuration"),
    ("rereview", "evaluation", "E1", 30, CAL, "closed", "configuration"),
    ("people_mediation", "acceptance", "M1", 3, WORK, "registered", "configuration"),
    ("people_mediation", "completion", "M2", 1, MONTH, "accepted", "practice"),
    ("people_mediation", "sign_for", "A1", 1, WORK, "offered", "configuration"),
    ("people_mediation", "objection", "H5", 1, WORK, "offered", "practice"),
    ("people_mediation", "return_ruling", "H5-rule", 1, WORK, "returned", "configuration"),
    ("people_mediation", "report", "P19", 2, HOUR, "discovered", "configuration"),
    ("people_mediation", "evaluation", "E1", 30, CAL, "closed", "configuration"),
    ("labour_mediation", "acceptance", "L1-acc", 3, WORK, "registered", "configuration"),
    ("labour_mediation", "completion", "L1", 15, CAL, "registered", "law"),
    ("labour_mediation", "sign_for", "A1", 1, WORK, "offered", "configuration"),
    ("labour_mediation", "objection", "H5", 1, WORK, "offered", "practice"),
    ("labour_mediation", "return_ruling", "H5-rule", 1, WORK, "returned", "configuration"),
    ("labour_mediation", "report", "P19", 2, HOUR, "discovered", "configuration"),
    ("labour_mediation", "evaluation", "E1", 30, CAL, "closed", "configuration"),
    ("mediation_agreement", "performance", "M3", 7, CAL, "obligation_due", "configuration"),
    ("mediation_agreement", "confirmation", "M4", 30, CAL, "effective", "law"),
    ("centre_dispute_simple", "acceptance", "C1-acc", 1, CAL, "registered", "configuration"),
    ("centre_dispute_simple", "completion", "C1", 1, CAL, "registered", "practice"),
    ("centre_dispute_simple", "sign_for", "A1", 4, HOUR, "offered", "configuration"),
    ("centre_dispute_simple", "objection", "H5", 4, HOUR, "offered", "configuration"),
    ("centre_dispute_simple", "return_ruling", "H5-rule", 4, HOUR, "returned", "configuration"),
    ("centre_dispute_simple", "report", "P19", 2, HOUR, "discovered", "configuration"),
    ("centre_dispute_simple", "evaluation", "E1", 30, CAL, "closed", "configuration"),
    ("centre_dispute_ordinary", "acceptance", "C2-acc", 1, WORK, "registered", "configuration"),
    ("centre_dispute_ordinary", "completion", "C2", 7, CAL, "registered", "practice"),
    ("centre_dispute_ordinary", "sign_for", "A1", 1, WORK, "offered", "configuration"),
    ("centre_dispute_ordinary", "objection", "H5", 1, WORK, "offered", "practice"),
    ("centre_dispute_ordinary", "return_ruling", "H5-rule", 1, WORK, "returned", "configuration"),
    ("centre_dispute_ordinary", "report", "P19", 2, HOUR, "discovered", "configuration"),
    ("centre_dispute_ordinary", "evaluation", "E1", 30, CAL, "closed", "configuration"),
    ("centre_dispute_complex", "acceptance", "C3-acc", 3, WORK, "registered", "configuration"),
    ("centre_dispute_complex", "completion", "C3", 20, CAL, "registered", "practice"),
    ("centre_dispute_complex", "sign_for", "A1", 1, WORK, "offered", "configuration"),
    ("centre_dispute_complex", "objection", "H5", 1, WORK, "offered", "practice"),
    ("centre_dispute_complex", "return_ruling", "H5-rule", 1, WORK, "returned", "configuration"),
    ("centre_dispute_complex", "report", "P19", 2, HOUR, "discovered", "configuration"),
    ("centre_dispute_complex", "evaluation", "E1", 30, CAL, "closed", "configuration"),
    ("request_emergency", "acceptance", "H1-dispatch", 1, HOUR, "registered", "standard"),
    ("request_emergency", "completion", "H1", 2, HOUR, "registered", "practice"),
    ("request_emergency", "sign_for", "A1", 30, MINUTE, "offered", "configuration"),
    ("request_emergency", "objection", "H5", 30, MINUTE, "offered", "configuration"),
    ("request_emergency", "return_ruling", "H5-rule", 30, MINUTE, "returned", "configuration"),
    ("request_emergency", "report", "P19", 2, HOUR, "discovered", "configuration"),
    ("request_emergency", "evaluation", "E1", 30, CAL, "closed", "configuration"),
    ("request_utility", "acceptance", "H2-dispatch", 2, HOUR, "registered", "standard"),
    ("request_utility", "completion", "H2", 24, HOUR, "registered", "practice"),
    ("request_utility", "sign_for", "A1", 2, HOUR, "offered", "configuration"),
    ("request_utility", "objection", "H5", 2, HOUR, "offered", "configuration"),
    ("request_utility", "return_ruling", "H5-rule", 1, HOUR, "returned", "configuration"),
    ("request_utility", "report", "P19", 2, HOUR, "discovered", "configuration"),
    ("request_utility", "evaluation", "E1", 30, CAL, "closed", "configuration"),
    ("request_ordinary", "acceptance", "H3-dispatch", 24, HOUR, "registered", "standard"),
    ("request_ordinary", "completion", "H3", 7, CAL, "registered", "practice"),
    ("request_ordinary", "sign_for", "A1", 1, WORK, "offered", "configuration"),
    ("request_ordinary", "objection", "H5", 1, WORK, "offered", "practice"),
    ("request_ordinary", "return_ruling", "H5-rule", 1, WORK, "returned", "configuration"),
    ("request_ordinary", "report", "P19", 2, HOUR, "discovered", "configuration"),
    ("request_ordinary", "evaluation", "E1", 30, CAL, "closed", "configuration"),
    ("request_difficult", "acceptance", "H4-dispatch", 24, HOUR, "registered", "configuration"),
    ("request_difficult", "completion", "H4", 15, CAL, "registered", "standard"),
    ("request_difficult", "sign_for", "A1", 1, WORK, "offered", "configuration"),
    ("request_difficult", "objection", "H5", 1, WORK, "offered", "practice"),
    ("request_difficult", "return_ruling", "H5-rule", 1, WORK, "returned", "configuration"),
    ("request_difficult", "report", "P19", 2, HOUR, "discovered", "configuration"),
    ("request_difficult", "evaluation", "E1", 30, CAL, "closed", "configuration"),
    ("grid_event", "acceptance", "G1-dispatch", 24, HOUR, "registered", "configuration"),
    ("grid_event", "completion", "G1", 7, CAL, "accepted", "configuration"),
    ("grid_event", "sign_for", "A1", 1, WORK, "offered", "configuration"),
    ("grid_event", "objection", "H5", 1, WORK, "offered", "practice"),
    ("grid_event", "return_ruling", "H5-rule", 1, WORK, "returned", "configuration"),
    ("grid_event", "report", "P19", 2, HOUR, "discovered", "configuration"),
    ("whistle_emergency", "arrival", "W1", 30, LengthUnit.MINUTE, "called", "practice"),
    ("whistle_ordinary", "arrival", "W1-ordinary", 1, WORK, "called", "configuration"),
]


def test_the_procedures_are_the_policy_table() -> None:
    found = [
        (p.code, c.kind.value, c.id, c.length, c.unit, c.starts_on.value, c.status.value)
        for p in PROCEDURES.values()
        for c in p.clocks
    ]
    assert found == POLICY


def test_every_number_states_its_basis_and_whose_time_it_is() -> None:
    for procedure in PROCEDURES.values():
        for clock in procedure.clocks:
            assert clock.basis_zh
            assert clock.basis_en
            assert (clock.owner is Owner.RESIDENT) == (clock.kind in OF_RESIDENTS)
            assert (clock.owner is Owner.CALLED) == (clock.kind is ClockKind.ARRIVAL)


# --- The calendar as data -----------------------------------------------------------------------------------------


def test_the_calendar_file_is_what_the_package_says_but_for_the_corrected_day() -> None:
    day, wrong = date(2004, 1, 1), []
    while day.year <= 2026:
        if CHINA.is_workday(day) != chinese_calendar.is_workday(day):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == list(CORRECTIONS) == [date(2005, 12, 31)]


def test_the_calendar_file_holds_only_days_that_differ_from_the_week() -> None:
    days = read_calendar_days("china")
    assert all(day.is_workday != (day.day.weekday() < 5) for day in days)
    assert {day.day for day in days if day.is_workday and day.day.year == 2026} == {
        date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10),
    }  # fmt: skip


def test_every_published_year_names_its_source() -> None:
    years = read_calendar_years("china")
    assert [year.year for year in years] == list(range(2004, 2027))
    assert all("http" in year.source for year in years)
    assert all(year.published is None or year.published.year == year.year - 1 for year in years)


def test_writing_the_calendar_again_gives_the_same_days() -> None:
    assert [day for year in range(2004, 2027) for day in days_off_the_week(year)] == read_calendar_days("china")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("procedures: [{code: appeal, version: 1, kinds: [petition]}]", "appeal, valid_from: Field required"),
        (
            "procedures: [{code: appeal, version: 1, valid_from: 2026-01-01, ladder: x, name_zh: x, name_en: x,"
            " kinds: [petition], basis_zh: x, basis_en: x}]",
            "appeal: one completion clock",
        ),
        ("procedures: [{version: 1}]", "procedures 1, code: Field required"),
        ("procedures: []", "procedures: is empty"),
        ("procedures: 7", "procedures: Input should be a valid tuple"),
        ("procedures: [", "not valid YAML"),
        ("- 1", "procedures.yaml: Input should be a valid dictionary"),
        (
            "procedures: [{code: a, clocks: [{kind: lunch}]}]",
            "procedures.yaml, a, clocks 1, kind: Input should be 'acceptance', ",
        ),
        (
            "procedures: [{code: a, clocks: [{kind: acceptance, rule: X, length: 0}]}]",
            "a, clocks 1: length should be a whole number from 1 up",
        ),
        (
            "procedures: [{code: a, clocks: [{kind: acceptance, rule: X, length: true}]}]",
            "a, clocks 1: length should be a whole number from 1 up",
        ),
    ],
)
def test_a_broken_file_of_procedures_names_the_entry(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "procedures.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=r"procedures\.yaml") as broken:
        read_procedures(path)
    assert complaint in str(broken.value)


@pytest.mark.parametrize(
    ("days", "complaint"),
    [
        ("2026-01-01,no,元旦", "line 2: expected date"),
        ("2026-13-01,true,元旦", "line 2: expected date"),
        ("2026-01-02,false,元旦\n2026-01-02,false,元旦", "line 3: 2026-01-02 is repeated"),
        ("2027-01-01,false,元旦", "days of [2027]"),
    ],
)
def test_a_broken_calendar_names_the_line(tmp_path: Path, days: str, complaint: str) -> None:
    (tmp_path / "test.yaml").write_text("years: [{year: 2026, source: here}]", encoding="utf-8")
    (tmp_path / "test.csv").write_text(f"date,is_workday,name\n{days}\n", encoding="utf-8")
    with pytest.raises(ReferenceDataError) as broken:
        read_calendar("test", tmp_path)
    assert complaint in str(broken.value)


# --- Categories and routing rules ---------------------------------------------------------------------------------


def test_categories_are_known_matters_of_known_departments() -> None:
    categories = read_categories()
    assert 60 <= len(categories) <= 80
    assert {category.function for category in categories} <= CITY_FUNCTIONS
    assert all(any(kind in category.kinds for category in categories) for kind in KINDS)
    assert all(category.name_zh and category.name_en for category in categories)


def test_routing_rules_name_functions_that_exist_at_their_tier() -> None:
    for rule in each(read_routing_rules()):
        for target in rule.targets:
            known = STATION_FUNCTIONS if target.tier is Tier.TOWNSHIP else CITY_FUNCTIONS
            assert target.function is None or target.function in known, rule.id


def test_routing_rules_match_categories_that_exist() -> None:
    codes = [category.code for category in read_categories()]
    for rule in each(read_routing_rules()):
        for pattern in rule.categories:
            prefix = pattern.removesuffix("*")
            assert pattern in codes or any(code.startswith(prefix) for code in codes), (rule.id, pattern)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("rules: [{id: a, match: {kind: petition}, to: [{unit: centre, tier: city}], reason_zh: x, reason_en: x}]",
         "a: the last rule must match everything"),
        ("rules: [{id: a, match: {}, to: [{unit: centre, tier: city}], reason_zh: x, reason_en: x}]",
         "a: the last rule must lead to the city's intake desk"),
        ("rules: [{id: a, match: {mood: bad}, to: [{unit: centre, tier: city}], reason_zh: x, reason_en: x}]",
         "a, match, mood: Extra inputs are not permitted"),
        ("rules: [{id: a, match: {}, to: [{unit: centre, tier: moon}], reason_zh: x, reason_en: x}]",
         "a, to 1, tier: Input should be 'community', "),
        ("rules: [{id: a, match: {}, to: [{unit: centre, tier: city, function: water}], reason_zh: x, reason_en: x}]",
         "only a department has a function"),
        ("rules: [{id: a, match: {}, to: [], reason_zh: x, reason_en: x}]", "a, to: is empty"),
    ],
)  # fmt: skip
def test_a_broken_file_of_rules_names_the_entry(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "routing.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReferenceDataError) as broken:
        read_routing_rules(path)
    assert complaint in str(broken.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "{code: a.b, name_zh: x, name_en: x, kinds: [request], function: water}",
            "a.b: urgency belongs to",
        ),
        (
            "{code: a.b, name_zh: x, name_en: x, kinds: [dispute], function: water}",
            "a.b: complexity belongs to",
        ),
        (
            "{code: a.b, name_zh: x, name_en: x, kinds: [], function: water}",
            "a.b, kinds: is empty",
        ),
        (
            "{code: a.b, name_zh: x, name_en: x, kinds: [gossip], function: water}",
            "a.b, kinds 1: Input should be 'petition', ",
        ),
        ("{code: a.b, name_zh: x, kinds: [event], function: water}", "a.b, name_en: Field required"),
        ("{code: a.b, name_zh: x, name_en: x, kinds: [event], function: water}", "other.petition is missing"),
    ],
)
def test_a_broken_file_of_categories_names_the_entry(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "categories.yaml"
    path.write_text(f"categories: [{text}]", encoding="utf-8")
    with pytest.raises(ReferenceDataError) as broken:
        read_categories(path)
    assert complaint in str(broken.value)

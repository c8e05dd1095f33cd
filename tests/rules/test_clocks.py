"""Every clock of every procedure falls due when this table says; the page of clocks names its rows.

Begun on Friday 18 September 2026 at 10:30 in Hohhot: Sunday the 20th is worked, 25 to 27 September (Mid-Autumn) and 1 to 7
October are off, Saturday 10 October is worked.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.deadlines.rules import due_at
from seeds.reference.load import read_calendar, read_procedures

HOHHOT = ZoneInfo("Asia/Shanghai")
BEGUN = datetime(2026, 9, 18, 10, 30, tzinfo=HOHHOT)
RULES = {(p.code, rule.id): rule for p in read_procedures() for rule in p.clocks}
DUE = [
    ("appeal", "P3", "2026-10-08 23:59:59"),
    ("appeal", "P6", "2026-11-17 23:59:59"),
    ("appeal", "P4", "2026-09-24 23:59:59"),
    ("appeal", "P5", "2026-09-24 23:59:59"),
    ("appeal", "A1", "2026-09-24 23:59:59"),
    ("appeal", "P19", "2026-09-18 12:30:00"),
    ("appeal", "P10", "2026-10-19 23:59:59"),
    ("appeal", "E1", "2026-10-19 23:59:59"),
    ("suggestion", "P1", "2026-10-08 23:59:59"),
    ("suggestion", "P8", "2026-11-17 23:59:59"),
    ("suggestion", "P4", "2026-09-24 23:59:59"),
    ("suggestion", "P5", "2026-09-24 23:59:59"),
    ("suggestion", "A1", "2026-09-24 23:59:59"),
    ("suggestion", "P19", "2026-09-18 12:30:00"),
    ("suggestion", "E1", "2026-10-19 23:59:59"),
    ("accusation", "P9", "2026-10-08 23:59:59"),
    ("accusation", "P9-done", "2026-11-17 23:59:59"),
    ("simple", "P16", "2026-09-22 23:59:59"),
    ("simple", "P17", "2026-10-09 23:59:59"),
    ("simple", "A1", "2026-09-20 23:59:59"),
    ("simple", "P19", "2026-09-18 12:30:00"),
    ("simple", "P10", "2026-10-19 23:59:59"),
    ("simple", "E1", "2026-10-19 23:59:59"),
    ("review", "P11", "2026-10-19 23:59:59"),
    ("review", "P19", "2026-09-18 12:30:00"),
    ("review", "P12", "2026-10-19 23:59:59"),
    ("review", "E1", "2026-10-19 23:59:59"),
    ("rereview", "P13", "2026-10-19 23:59:59"),
    ("rereview", "P19", "2026-09-18 12:30:00"),
    ("rereview", "E1", "2026-10-19 23:59:59"),
    ("people_mediation", "M1", "2026-09-22 23:59:59"),
    ("people_mediation", "M2", "2026-10-19 23:59:59"),
    ("people_mediation", "A1", "2026-09-20 23:59:59"),
    ("people_mediation", "H5", "2026-09-20 23:59:59"),
    ("people_mediation", "H5-rule", "2026-09-20 23:59:59"),
    ("people_mediation", "P19", "2026-09-18 12:30:00"),
    ("people_mediation", "E1", "2026-10-19 23:59:59"),
    ("labour_mediation", "L1-acc", "2026-09-22 23:59:59"),
    ("labour_mediation", "L1", "2026-10-08 23:59:59"),
    ("labour_mediation", "A1", "2026-09-20 23:59:59"),
    ("labour_mediation", "H5", "2026-09-20 23:59:59"),
    ("labour_mediation", "H5-rule", "2026-09-20 23:59:59"),
    ("labour_mediation", "P19", "2026-09-18 12:30:00"),
    ("labour_mediation", "E1", "2026-10-19 23:59:59"),
    ("mediation_agreement", "M3", "2026-09-28 23:59:59"),
    ("mediation_agreement", "M4", "2026-10-19 23:59:59"),
    ("centre_dispute_simple", "C1-acc", "2026-09-20 23:59:59"),
    ("centre_dispute_simple", "C1", "2026-09-20 23:59:59"),
    ("centre_dispute_simple", "A1", "2026-09-18 14:30:00"),
    ("centre_dispute_simple", "H5", "2026-09-18 14:30:00"),
    ("centre_dispute_simple", "H5-rule", "2026-09-18 14:30:00"),
    ("centre_dispute_simple", "P19", "2026-09-18 12:30:00"),
    ("centre_dispute_simple", "E1", "2026-10-19 23:59:59"),
    ("centre_dispute_ordinary", "C2-acc", "2026-09-20 23:59:59"),
    ("centre_dispute_ordinary", "C2", "2026-09-28 23:59:59"),
    ("centre_dispute_ordinary", "A1", "2026-09-20 23:59:59"),
    ("centre_dispute_ordinary", "H5", "2026-09-20 23:59:59"),
    ("centre_dispute_ordinary", "H5-rule", "2026-09-20 23:59:59"),
    ("centre_dispute_ordinary", "P19", "2026-09-18 12:30:00"),
    ("centre_dispute_ordinary", "E1", "2026-10-19 23:59:59"),
    ("centre_dispute_complex", "C3-acc", "2026-09-22 23:59:59"),
    ("centre_dispute_complex", "C3", "2026-10-08 23:59:59"),
    ("centre_dispute_complex", "A1", "2026-09-20 23:59:59"),
    ("centre_dispute_complex", "H5", "2026-09-20 23:59:59"),
    ("centre_dispute_complex", "H5-rule", "2026-09-20 23:59:59"),
    ("centre_dispute_complex", "P19", "2026-09-18 12:30:00"),
    ("centre_dispute_complex", "E1", "2026-10-19 23:59:59"),
    ("request_emergency", "H1-dispatch", "2026-09-18 11:30:00"),
    ("request_emergency", "H1", "2026-09-18 12:30:00"),
    ("request_emergency", "A1", "2026-09-18 11:00:00"),
    ("request_emergency", "H5", "2026-09-18 11:00:00"),
    ("request_emergency", "H5-rule", "2026-09-18 11:00:00"),
    ("request_emergency", "P19", "2026-09-18 12:30:00"),
    ("request_emergency", "E1", "2026-10-19 23:59:59"),
    ("request_utility", "H2-dispatch", "2026-09-18 12:30:00"),
    ("request_utility", "H2", "2026-09-19 10:30:00"),
    ("request_utility", "A1", "2026-09-18 12:30:00"),
    ("request_utility", "H5", "2026-09-18 12:30:00"),
    ("request_utility", "H5-rule", "2026-09-18 11:30:00"),
    ("request_utility", "P19", "2026-09-18 12:30:00"),
    ("request_utility", "E1", "2026-10-19 23:59:59"),
    ("request_ordinary", "H3-dispatch", "2026-09-19 10:30:00"),
    ("request_ordinary", "H3", "2026-09-28 23:59:59"),
    ("request_ordinary", "A1", "2026-09-20 23:59:59"),
    ("request_ordinary", "H5", "2026-09-20 23:59:59"),
    ("request_ordinary", "H5-rule", "2026-09-20 23:59:59"),
    ("request_ordinary", "P19", "2026-09-18 12:30:00"),
    ("request_ordinary", "E1", "2026-10-19 23:59:59"),
    ("request_difficult", "H4-dispatch", "2026-09-19 10:30:00"),
    ("request_difficult", "H4", "2026-10-08 23:59:59"),
    ("request_difficult", "A1", "2026-09-20 23:59:59"),
    ("request_difficult", "H5", "2026-09-20 23:59:59"),
    ("request_difficult", "H5-rule", "2026-09-20 23:59:59"),
    ("request_difficult", "P19", "2026-09-18 12:30:00"),
    ("request_difficult", "E1", "2026-10-19 23:59:59"),
    ("grid_event", "G1-dispatch", "2026-09-19 10:30:00"),
    ("grid_event", "G1", "2026-09-28 23:59:59"),
    ("grid_event", "A1", "2026-09-20 23:59:59"),
    ("grid_event", "H5", "2026-09-20 23:59:59"),
    ("grid_event", "H5-rule", "2026-09-20 23:59:59"),
    ("grid_event", "P19", "2026-09-18 12:30:00"),
    ("whistle_emergency", "W1", "2026-09-18 11:00:00"),
    ("whistle_ordinary", "W1-ordinary", "2026-09-20 23:59:59"),
]


@pytest.mark.parametrize(("procedure", "rule", "due"), DUE, ids=[f"{p}-{r}" for p, r, _ in DUE])
def test_a_clock_falls_due_when_the_table_says(procedure: str, rule: str, due: str) -> None:
    found = RULES[procedure, rule]
    counted = due_at(found.length, found.unit, BEGUN, calendar=read_calendar("china"), tz=HOHHOT)
    assert f"{counted.due.astimezone(HOHHOT):%Y-%m-%d %H:%M:%S}" == due


def test_no_clock_is_left_out() -> None:
    assert [(p, r) for p, r, _ in DUE] == list(RULES)

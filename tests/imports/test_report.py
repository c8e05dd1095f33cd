"""The report of an import opens in a spreadsheet program: nothing in it is ever a formula."""

import csv
from pathlib import Path

import pytest

from app.imports.actions.report import Report
from app.imports.rules import Reason


@pytest.mark.parametrize(
    "value",
    ["=1+1", "+1", "-1+1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠A1", "−1",
     " =1", "\t=1", "\u3000=1", "\ufeff=1", '"=1', "'=1", "|cmd", "\t1", "\r1"],
)  # fmt: skip
def test_no_value_is_a_formula(tmp_path: Path, value: str) -> None:
    path = tmp_path / "report.csv"
    with Report(path) as report:
        report.add(2, value, Reason.MISSING, "title", value)
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["external_id"][0], row["value"][0]) == ("'", "'")


@pytest.mark.parametrize("value", ["A-1", "灯=1", "1 Main St", "10-2"])
def test_other_values_stand_as_they_are(tmp_path: Path, value: str) -> None:
    path = tmp_path / "report.csv"
    with Report(path) as report:
        report.add(2, value, Reason.MISSING, "title", value)
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["external_id"], row["value"]) == (value, value)

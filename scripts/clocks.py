"""`python -m scripts.clocks`: writes docs/clocks.md, every clock with its basis and the test that pins it, from the data."""

from __future__ import annotations

from pathlib import Path

from app.core.settings import Settings
from app.deadlines.rules import ClockRule, LengthUnit, Procedure
from app.emergency.rules import RULE
from seeds.reference.load import read_procedures

PAGE = Path(__file__).parents[1] / "docs" / "clocks.md"
PINNED = "tests/rules/test_clocks.py::test_a_clock_falls_due_when_the_table_says"
UNITS = {
    LengthUnit.MINUTE: "分钟 min", LengthUnit.HOUR: "小时 h", LengthUnit.CALENDAR_DAY: "日 calendar days",
    LengthUnit.WORKING_DAY: "个工作日 working days", LengthUnit.CALENDAR_MONTH: "个月 months",
}  # fmt: skip
STARTS = {
    "registered": "登记 registration", "accepted": "受理 acceptance", "offered": "派单 offer", "served": "送达 service",
    "disputed": "提出争议 dispute", "discovered": "发现 discovery", "closed": "办结 closing",
    "effective": "协议生效 effect of the agreement", "obligation_due": "约定履行日 agreed date",
    "called": "吹哨 whistle",
}  # fmt: skip
HEAD = """# Clocks

Written by `python -m scripts.clocks` from `seeds/reference/procedures.yaml`; a test holds the two together. How a period is
counted: `app/deadlines/rules/calendar.py`. What happens on a clock (warned, breached, urged, criticised): `ladder.py` beside
it. `status` says how firmly a number stands: in a law, a standard, published practice, or this city's configuration.

Every clock is pinned by a row of `{pinned}`, named in the last column.

Beside them an emergency sets one of its own, `emergency {em}`: from registration (or from its beginning) handling begins within
`GRIDCASE_EMERGENCY_HOURS`, {hours} by default; organ, configuration; pressed round the clock, lifted when the emergency is over.
`tests/emergency/test_emergency.py` pins it.

| procedure | clock | limit | from | extension | whose | notice due | basis | status | pinned by |
|---|---|---|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = [_row(procedure, rule) for procedure in read_procedures() for rule in procedure.clocks]
    return (
        HEAD.format(pinned=PINNED, em=RULE, hours=Settings.model_fields["emergency_hours"].default)
        + "\n".join(rows)
        + "\n"
    )


def _row(procedure: Procedure, rule: ClockRule) -> str:
    cells = (
        f"{procedure.name_zh} `{procedure.code}` v{procedure.version}", f"{rule.kind.value} {rule.id}",
        f"{rule.length} {UNITS[rule.unit]}", STARTS[rule.starts_on.value], _extension(rule), rule.owner.value,
        rule.notice or "", rule.basis_zh, rule.status.value, f"`[{procedure.code}-{rule.id}]`",
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _extension(rule: ClockRule) -> str:
    more = rule.extension
    if more is None:
        return ""
    consent = f", {more.consent} agree" if more.consent else ""
    return f"{more.times} × ≤ {more.max_length} {UNITS[more.unit]}, {more.approver_role}{consent}: {more.basis_zh}"


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

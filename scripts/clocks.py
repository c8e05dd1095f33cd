"""`python -m scripts.clocks`: writes docs/clocks.md, every clock with its basis and the test that pins it, from the data."""

from __future__ import annotations

from pathlib import Path

from app.deadlines.rules import ClockRule, LengthUnit, Procedure
from app.emergency.rules import RULE
from app.emergency.settings import EmergencySettings
from app.proxy.settings import ProxySettings
from seeds.reference.load import read_procedures

PAGE = Path(__file__).parents[1] / "docs" / "clocks.md"
PINNED = "tests/rules/test_clocks.py::test_a_clock_falls_due_when_the_table_says"
UNITS = {
    LengthUnit.MINUTE: "分钟 min", LengthUnit.HOUR: "小时 h", LengthUnit.CALENDAR_DAY: "日 calendar days",
    LengthUnit.WORKING_DAY: "个工作日 working days", LengthUnit.CALENDAR_MONTH: "个月 months",
}  # fmt: skip
STARTS = {
    "registered": "登记 registration", "accepted": "受理 acceptance", "offered": "派单 offer", "served": "送达 service",
    "effective": "协议生效 effect of the agreement", "obligation_due": "约定履行日 agreed date",
    "called": "吹哨 whistle",
    "returned": "退单 return", "disputed": "提出争议 dispute", "discovered": "发现 discovery", "closed": "办结 closing",
}  # fmt: skip
HEAD = """# Clocks

Written by `python -m scripts.clocks` from `seeds/reference/procedures.yaml`; a test holds the two together. How a period is
counted: `app/deadlines/rules/calendar.py`. What happens on a clock (warned, breached, urged, criticised): `ladder.py` beside
it. `status` says how firmly a number stands: in a law, a standard, published practice, or this city's configuration.

Every clock is pinned by a row of `{pinned}`, named in the last column.

Beside them an emergency sets one of its own, `emergency {em}`: from registration (or from its beginning) handling begins within
`GRIDCASE_EMERGENCY_HOURS`, {hours} by default; organ, configuration; pressed round the clock, lifted when the emergency is over.
`tests/emergency/test_emergency.py` pins it.

A proxy (信访代办) owes three, each from practice elsewhere (包反馈; 行政复议法 17 is the model of the authority) with a length of
configuration; they belong to the proxy, not to the case, and no ladder presses them: the proxy is reminded in the app.
`proxy D1` the authority is recorded within `GRIDCASE_PROXY_AUTHORITY_DAYS` working days of the wish ({authority}: the same day)
and filed within `GRIDCASE_PROXY_FILING_DAYS` ({filing}); `proxy D2` each notice is passed on within
`GRIDCASE_PROXY_PASS_ON_DAYS` ({pass_on}) of its drafting, or of its service on the proxy; and the resident is reported to every
`GRIDCASE_PROXY_REPORT_DAYS` calendar days ({report}). `tests/proxy/test_proxy_clocks.py` pins them.

| procedure | clock | limit | from | extension | whose | notice due | basis | status | pinned by |
|---|---|---|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = [_row(procedure, rule) for procedure in read_procedures() for rule in procedure.clocks]
    of_proxies = {
        name: ProxySettings.model_fields[f"{name}_days"].default
        for name in ("authority", "filing", "pass_on", "report")
    }
    head = HEAD.format(pinned=PINNED, em=RULE, hours=EmergencySettings.model_fields["hours"].default, **of_proxies)
    return head + "\n".join(rows) + "\n"


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

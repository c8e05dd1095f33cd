"""Who brought a matter hears at once of what is done on it, by the way they chose: its number, and no content."""

from typing import Any

import pytest

from app.cases.rules.plain import TOLD, is_told, plainly
from app.cases.rules.registry import STEP_WORDS
from tests.cast import CONCLUSION, Cast, Lives, report, service
from tests.messages.conftest import carry, outbox  # noqa: F401 (a fixture)
from tests.support.clock import noon
from tests.support.residents import door

REASON = {"reason": "按职责分工"}
PHONE, MAIL = "13911112222", "zhangsan@example.org"
PETITIONER = {"role": "petitioner", "name": "张三"}
Sql = Any


def told(sql: Sql, case: str) -> list[tuple[str, str]]:
    """What left, or is to leave, for people outside: by which way, and which text."""
    rows = sql(
        "select channel, template from message where case_id = $1::uuid and channel <> 'in_app' order by id", case
    )
    return [(row["channel"], row["template"]) for row in rows]


NEWS = ("sms", "progress")


def test_each_step_that_changes_something_for_them_is_told_once(cast: Cast, lives: Lives, sql: Sql) -> None:
    case = lives.registered(kind="request", category="heating.outage")["id"]
    assert told(sql, case) == [], "the receipt is in their hands"
    chen = cast("chen.housing")
    steps: list[tuple[str, Any, bool]] = [
        ("sign_for", None, True), ("accept", None, True), ("handle", None, False),
        ("flag_urgent", REASON, False), ("offer", {"unit": "P150102", **REASON}, False), ("recall", None, False),
        ("conclude", CONCLUSION, True), ("serve", service, True),
        ("close", None, True),
    ]  # fmt: skip
    expected: list[tuple[str, str]] = []
    for action, body, news in steps:
        chen.does(case, action, body() if callable(body) else body)
        expected += [NEWS] if news else []
        assert told(sql, case) == expected, action
    cast("deng.county").does(case, "reopen", REASON)
    assert told(sql, case)[-2:] == [NEWS, NEWS]


def test_what_is_done_with_their_code_is_told_too(cast: Cast, lives: Lives, sql: Sql) -> None:
    """Whoever holds the receipt may be somebody else."""
    receipt = lives.registered(kind="request", category="heating.outage")
    assert door(cast, "go_up", receipt, words="请上级看看。").status_code == 200
    assert told(sql, receipt["id"]) == [NEWS]
    assert door(cast, "go_up", receipt, words="请上级看看。").status_code == 200
    assert told(sql, receipt["id"]) == [NEWS], "nothing happened"


def test_what_is_served_by_message_sends_its_own_word(cast: Cast, lives: Lives, sql: Sql) -> None:
    case = lives.concluded(kind="request", category="heating.outage")["id"]
    before = told(sql, case)
    cast("chen.housing").does(case, "serve", service(method="sms"))
    assert told(sql, case) == [*before, ("sms", "notice_ready")]


@pytest.mark.parametrize(
    ("given", "way"),
    [
        ({"phone": PHONE}, ["sms"]),
        ({"phone": PHONE, "email": MAIL}, ["sms"]),
        ({"phone": PHONE, "email": MAIL, "tell_by": "email"}, ["email"]),
        ({"email": MAIL}, ["email"]),
        ({"phone": PHONE, "tell_by": "none"}, []),
        ({}, []),
    ],
)
def test_by_the_way_they_chose(cast: Cast, lives: Lives, sql: Sql, given: dict[str, str], way: list[str]) -> None:
    case = lives.registered(kind="request", category="heating.outage", parties=[{**PETITIONER, **given}])["id"]
    cast("chen.housing").does(case, "sign_for")
    assert [channel for channel, _ in told(sql, case)] == way
    (party,) = cast("chen.housing").get(f"/v1/cases/{case}").json()["parties"]
    assert party.get("tell_by") == (given.get("tell_by") or ("email" if way == ["email"] else None))


@pytest.mark.parametrize("given", [{"tell_by": "sms"}, {"phone": PHONE, "tell_by": "email"}, {"tell_by": "letter"}])
def test_no_way_that_leads_nowhere_is_taken(cast: Cast, given: dict[str, str]) -> None:
    body = report(parties=[{**PETITIONER, **given}])
    assert cast("li.window").post("/v1/cases", body).status_code == 422


def accused(cast: Cast, **given: str) -> str:
    """An accusation, accepted by its desk."""
    body = report(
        "petition", "conduct.service", petition_class="accusation", concerns=[{"unit": "C150102001"}],
        parties=[{**PETITIONER, "phone": PHONE, **given}],
    )  # fmt: skip
    case = str(cast("li.window").register(body)["id"])
    cast("xu.discipline").does(case, "accept")
    return case


def test_of_an_accusation_only_who_chose_it_is_told(cast: Cast, sql: Sql) -> None:
    assert told(sql, accused(cast)) == [], "a phone may lie on a table"
    assert told(sql, accused(cast, tell_by="sms")) == [NEWS]


def test_the_message_holds_the_number_and_nothing_else(cast: Cast, lives: Lives, outbox: Any, sql: Sql) -> None:  # noqa: F811
    receipt = lives.registered(
        kind="request", category="heating.outage", title="某小区停暖", parties=[{**PETITIONER, "phone": PHONE}]
    )
    cast("chen.housing").does(receipt["id"], "sign_for")
    (kept,) = sql("select sealed, facts from message where case_id = $1::uuid and channel = 'sms'", receipt["id"])
    assert (kept["sealed"], kept["facts"]) == (None, {}), "where it goes is read when it leaves"
    assert carry(noon()) == 1
    (line,) = outbox("sms")
    assert line["to"] == PHONE
    assert receipt["number"] in line["text"]
    for secret in ("停暖", "张三", "住房", "签收"):
        assert secret not in line["text"] + line["subject"]


def test_nobody_is_written_to_who_was_erased_meanwhile(cast: Cast, lives: Lives, outbox: Any, sql: Sql) -> None:  # noqa: F811
    case = lives.registered(kind="request", category="heating.outage")["id"]
    cast("chen.housing").does(case, "sign_for")
    sql("update party set seal_key = '' where case_id = $1::uuid", case)
    assert carry(noon()) == 0
    assert outbox("sms") == []
    (row,) = sql("select failed, stuck_at from message where case_id = $1::uuid and channel = 'sms'", case)
    assert row["failed"] == "erased"


def test_whatever_they_read_of_is_told_unless_it_asks_nothing_of_them() -> None:
    quiet = {kind for kind, words in STEP_WORDS.items() if words.quiet}
    assert quiet == {
        "registered", "handle", "hold_hearing", "record_hearing", "track_outside", "arrive", "hold_meeting", "finish_errand",
        "pass_on_notice", "mediation_record_performance", "mediation_breach", "mediation_assign",
    }  # fmt: skip
    for kind in set(STEP_WORDS) - quiet:
        data = {"part": "lead"}
        assert is_told(kind, data) is (plainly(kind, data) is not None), kind
    assert TOLD["withdraw"] is not None

"""The resident's own door; and seeing a person in clear, which is always written down."""

import time
import uuid
from collections.abc import Iterator
from statistics import median
from typing import Any

import pytest

from app.core.settings import section, settings
from app.staff.settings import LoginSettings
from tests.cast import Cast, Lives, report
from tests.support.tiers import long

REASON = {"reason": "电话回访"}


def ask(cast: Cast, number: str, code: str, language: str = "zh") -> Any:
    return cast.client.post("/v1/query", json={"number": number, "code": code}, headers={"Accept-Language": language})


def test_the_resident_hears_in_plain_words_where_the_matter_stands(cast: Cast, lives: Lives) -> None:
    got = lives.closed()
    told = ask(cast, got["number"], got["query_code"]).json()
    assert (told["status"], told["said"], told["reply"]) == ("closed", "已办结", "已修复，室温达标。")
    assert told["handled_by"] == "新城区住房和城乡建设局"
    assert [step["step"] for step in told["steps"]] == [
        "登记", "签收", "受理", "送达文书", "开始办理", "作出办理结果", "送达文书", "办结",
    ]  # fmt: skip
    assert told["steps"][1]["said"] == "现由新城区住房和城乡建设局负责办理。"
    assert told["review_until"] > told["steps"][-1]["at"]
    english = ask(cast, got["number"].lower(), got["query_code"].lower(), "en").json()
    assert english["said"] == "closed"
    assert not {"parties", "notes", "concerns", "id"} & set(told), "nothing about anybody"


def test_no_reply_is_told_before_it_is_decided_or_after_it_is_taken_back(cast: Cast, lives: Lives) -> None:
    got = lives.concluded()
    assert ask(cast, got["number"], got["query_code"]).json()["reply"]
    cast("liu.head").does(got["id"], "reopen", REASON)
    assert "reply" not in ask(cast, got["number"], got["query_code"]).json()


def test_a_wrong_number_and_a_wrong_code_are_one_answer(cast: Cast, lives: Lives) -> None:
    got, other = lives.registered(), lives.registered()
    wrong = ask(cast, got["number"], other["query_code"])
    unknown = ask(cast, "999999999Z", got["query_code"])
    assert wrong.status_code == unknown.status_code == 404
    assert wrong.json() == unknown.json()
    assert wrong.headers.keys() == unknown.headers.keys()


@long("times on the wall")
def test_a_wrong_number_and_a_wrong_code_take_as_long(cast: Cast, lives: Lives) -> None:
    got, other = lives.registered(), lives.registered()
    taken: dict[str, list[float]] = {"code": [], "number": []}
    for _ in range(60):
        for what, number in (("code", got["number"]), ("number", "999999999Z")):
            start = time.perf_counter()
            ask(cast, number, other["query_code"])
            taken[what].append(time.perf_counter() - start)
    assert 0.5 < median(taken["code"]) / median(taken["number"]) < 2


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "X"),
        ("260000001U", ""),
        ("260000001U", "G" * 11),
        ("' or 1=1", "G" * 10),
        ("１２３４５６７８９Z", "G" * 10),
    ],
)
def test_what_cannot_be_a_number_or_a_code_is_refused(cast: Cast, number: str, code: str) -> None:
    assert ask(cast, number, code).status_code == 422


@pytest.fixture
def few_tries(monkeypatch: pytest.MonkeyPatch, sql: Any) -> Iterator[int]:
    monkeypatch.setattr(settings(), "query_tries_per_hour", 5)
    monkeypatch.setattr(section(LoginSettings), "login_tries_per_hour", 3)
    sql("delete from rate_counter")
    yield 5
    sql("delete from rate_counter")


def test_codes_cannot_be_tried_out(cast: Cast, lives: Lives, few_tries: int) -> None:
    got = lives.registered()
    replies = [ask(cast, got["number"], f"{n:010d}") for n in range(few_tries + 2)]
    assert [reply.status_code for reply in replies] == [404] * few_tries + [429] * 2
    assert int(replies[-1].headers["retry-after"]) > 0
    assert replies[-1].json()["type"] == "/problems/too-many-requests"
    assert ask(cast, got["number"], got["query_code"]).status_code == 200, "who holds the right one is not shut out"


def test_passwords_cannot_be_tried_out(cast: Cast, few_tries: int) -> None:
    from seeds.load import demo_password

    def log_in(login: str, password: str) -> int:
        return int(cast.client.post("/v1/tokens", json={"login": login, "password": password}).status_code)

    assert [log_in("wang.grid", f"guess{n}") for n in range(5)] == [401, 401, 401, 429, 429]
    assert log_in("wang.grid", demo_password("wang.grid")) == 429
    assert log_in("zhao.grid", demo_password("zhao.grid")) == 200, "others are not locked out"
    assert log_in("nobody.here", "guess") == 401


def test_who_logs_in_often_and_rightly_is_not_counted(cast: Cast, few_tries: int) -> None:
    from seeds.load import demo_password

    password = demo_password("zhou.mediator")
    for _ in range(5):
        reply = cast.client.post("/v1/tokens", json={"login": "zhou.mediator", "password": password})
        assert reply.status_code == 200


@pytest.mark.parametrize("who", ["li.window", "chen.housing", "liu.head", "wang.grid", "hu.supervisor"])
def test_who_handles_a_case_does_not_hold_its_code(cast: Cast, lives: Lives, who: str) -> None:
    case = lives.handling()["id"]
    assert cast(who).act(case, "reissue_code").status_code in (403, 404)


def test_people_are_seen_in_clear_for_a_reason_that_is_written_down(cast: Cast, lives: Lives, sql: Any) -> None:
    parties = [{"role": "petitioner", "name": "欧阳小明", "phone": "13912345678", "address": "示范路1号"}]
    case = lives.registered(parties=parties)["id"]
    chen = cast("chen.housing")
    assert chen.post(f"/v1/cases/{case}/reveal", {}).status_code == 422
    assert chen.post(f"/v1/cases/{case}/reveal", {"reason": " "}).status_code == 422
    shown = chen.post(f"/v1/cases/{case}/reveal", REASON)
    assert [{k: v for k, v in p.items() if k != "id"} for p in shown.json()["items"]] == parties
    assert shown.headers["cache-control"] == "no-store"
    (entry,) = sql("select actor, what, reason from read_log where case_id = $1::uuid", case)
    me = chen.get("/v1/me").json()["id"]
    assert (entry["actor"], entry["what"]) == (f"staff:{me}", "parties")


@pytest.mark.parametrize("who", ["zhao.saihan", "sun.coordinator", "wang.grid"])
def test_who_does_not_see_the_case_sees_nobody_in_it(cast: Cast, lives: Lives, sql: Any, who: str) -> None:
    case = lives.registered()["id"]
    for url, body in (
        (f"/v1/cases/{case}/reveal", REASON),
        (f"/v1/cases/{case}/same_phone", {"party": str(uuid.uuid4()), **REASON}),
    ):
        assert cast(who).post(url, body).status_code == 404
    assert sql("select count(*) from read_log where case_id = $1::uuid", case)[0][0] == 0


@pytest.mark.parametrize("who", ["hu.supervisor", "lin.auditor", "guo.admin"])
def test_who_has_no_business_with_people_sees_none(cast: Cast, lives: Lives, who: str) -> None:
    case = lives.registered(kind="request", category="heating.outage")["id"]
    assert cast(who).post(f"/v1/cases/{case}/reveal", REASON).status_code == 403


def test_a_repeated_look_is_allowed_again_only_while_the_case_is_seen(cast: Cast, lives: Lives) -> None:
    """The answer of a look in clear is not kept: its repeat is a look of its own, judged and logged."""
    case = lives.accepted()["id"]
    cast("chen.housing").does(case, "offer", {"unit": "P150102", **REASON})
    ma, key = cast("ma.petition"), uuid.uuid4().hex
    assert ma.post(f"/v1/cases/{case}/reveal", REASON, key=key).status_code == 200
    cast("chen.housing").does(case, "recall")
    assert ma.post(f"/v1/cases/{case}/reveal", REASON, key=key).status_code == 404


def test_no_answer_that_shows_people_in_clear_is_stored(cast: Cast, lives: Lives, sql: Any) -> None:
    case, key = lives.registered()["id"], uuid.uuid4().hex
    reply = cast("li.window").post(f"/v1/cases/{case}/reveal", REASON, key=key)
    assert reply.status_code == 200
    assert sql("select count(*) from idempotency where key = $1 and response is not null", key)[0][0] == 0


def test_one_phone_finds_the_callers_own_cases_from_a_live_case_alone(cast: Cast, lives: Lives, sql: Any) -> None:
    phone = f"137{uuid.uuid4().int % 10**8:08d}"
    people = [{"role": "petitioner", "name": "李四", "phone": phone}]
    spaced = [{"role": "agent", "name": "李四", "phone": f"+86 {phone[:3]} {phone[3:7]} {phone[7:]}"}]
    first = lives.registered(parties=people)["id"]
    second = lives.registered(kind="request", category="heating.outage", parties=spaced)["id"]
    hidden = cast("gao.window").register(report("petition", "conduct.service", parties=people))["id"]
    li = cast("li.window")
    party = li.get(f"/v1/cases/{first}").json()["parties"][0]["id"]
    look = {"party": party, **REASON}
    found = li.post(f"/v1/cases/{first}/same_phone", look).json()["items"]
    assert [item["id"] for item in found] == [second]
    assert hidden not in str(found)
    assert sql("select what from read_log where case_id = $1::uuid", first)[0][0] == "phone"
    assert li.post(f"/v1/cases/{second}/same_phone", look).json() == {"items": []}, "a party of another case"
    li.does(first, "withdraw", REASON)
    assert li.post(f"/v1/cases/{first}/same_phone", look).status_code == 409

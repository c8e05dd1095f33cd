"""The file of a case: on paper, kept for its class, and under hold nothing of it is lost."""

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from tests.cast import CONCLUSION, Cast, Lives, report, service
from tests.support.files import paper

REASON = {"reason": "法院调卷"}
CHEN, HEAD = "chen.housing", "liu.head"
Ask = Callable[..., list[Any]]


def test_the_file_holds_everything_with_names_masked(cast: Cast, lives: Lives) -> None:
    case = lives.closed()["id"]
    text = paper(cast(CHEN).get(f"/v1/cases/{case}/file.pdf"))
    for words in (
        "案卷",
        "目录",
        "受理告知书",
        "信访事项处理意见书",
        "办理经过",
        "作出办理结果",
        "当面签收",
        CONCLUSION["reply"],
    ):
        assert words in text, words
    assert "张三" not in text
    assert "13800000000" not in text
    assert "尚未归档" in text


def test_in_clear_it_takes_a_reason_that_is_kept(cast: Cast, lives: Lives, sql: Ask) -> None:
    case = lives.closed()["id"]
    assert cast(CHEN).post(f"/v1/cases/{case}/file", {}).status_code == 422
    assert "张三" in paper(cast(CHEN).post(f"/v1/cases/{case}/file", {"reason": "移交档案室"}))
    assert sql("select what from read_log where case_id = $1::uuid", case)[-1]["what"] == "file"


def test_nobody_without_a_part_gets_it(cast: Cast, lives: Lives) -> None:
    case = lives.closed(concerns=[{"unit": "D150102_water"}])["id"]
    for who in ("gao.window", "wang.grid"):
        assert cast(who).get(f"/v1/cases/{case}/file.pdf").status_code == 404
        assert cast(who).post(f"/v1/cases/{case}/file", {"reason": "核对看看"}).status_code in (403, 404)


def test_a_closed_case_is_archived_for_its_class_and_reopening_takes_it_out(cast: Cast, lives: Lives) -> None:
    case = lives.closed()["id"]
    page = cast(CHEN).does(case, "archive")
    assert page["status"] == "closed"
    assert page["archive"]["retention"] == "30_years"
    assert page["archive"]["kept_until"].endswith("-12-31")
    assert "archive" not in page["available_actions"]
    assert "三十年" in paper(cast(CHEN).get(f"/v1/cases/{case}/file.pdf"))
    event = cast(CHEN).get(f"/v1/cases/{case}/timeline").json()["items"][-1]
    assert (event["kind"], event["data"]["retention"]) == ("archive", "30_years")
    page = cast(HEAD).does(case, "reopen", {"reason": "当事人提供新证据"})
    assert page["archive"] is None
    cast(CHEN).does(case, "conclude", CONCLUSION)
    cast(CHEN).does(case, "serve", service())
    cast(CHEN).does(case, "close")
    assert cast(CHEN).does(case, "archive")["archive"]["retention"] == "30_years"


def test_what_is_not_told_is_not_archived(cast: Cast, lives: Lives) -> None:
    case = lives.signed()["id"]
    cast(CHEN).does(case, "decline", {"route": "police", "reason": "应报案"})
    assert cast(CHEN).act(case, "archive").status_code == 409
    cast(CHEN).does(case, "serve", service())
    assert cast(CHEN).does(case, "archive")["archive"]


ERASURES = {
    "the texts": "update case_text set title = '' where case_id = $1::uuid",
    "a note": "delete from case_note where case_id = $1::uuid",
    "a party's key": "update party set seal_key = '' where case_id = $1::uuid",
    "a notice": "update notice set seal_key = '' where case_id = $1::uuid",
}


@pytest.mark.parametrize("what", ERASURES)
def test_nothing_erases_a_held_file(cast: Cast, lives: Lives, sql: Ask, what: str) -> None:
    case = lives.closed()["id"]
    assert cast(CHEN).act(case, "hold", REASON).status_code == 403
    page = cast(HEAD).does(case, "hold", REASON)
    assert page["held"]
    with pytest.raises(asyncpg.RestrictViolationError):
        sql(ERASURES[what], case)
    assert "依法保全" in paper(cast(CHEN).get(f"/v1/cases/{case}/file.pdf"))
    assert cast(HEAD).does(case, "release_hold", REASON)["held"] is False
    if what != "a note":  # which others refer to
        sql(ERASURES[what], case)


def test_a_held_case_is_worked_on_as_ever(cast: Cast, lives: Lives) -> None:
    case = lives.handling()["id"]
    cast(HEAD).does(case, "hold", REASON)
    cast(CHEN).does(case, "conclude", CONCLUSION)
    cast(CHEN).does(case, "redraft")
    cast(CHEN).does(case, "serve", service())
    assert cast(CHEN).does(case, "close")["status"] == "closed"


def test_an_accusation_is_kept_for_ever_by_its_desk(cast: Cast) -> None:
    case = cast("li.window").register(
        report("petition", "conduct.service", petition_class="accusation", concerns=[{"unit": "D150102_housing"}])
    )["id"]  # fmt: skip
    desk = cast("he.discipline")
    desk.does(case, "accept")
    desk.does(case, "handle")
    desk.does(case, "conclude", {"result": "explained", "reply": "已核查。"})
    desk.does(case, "serve", service())
    desk.does(case, "close")
    kept = desk.does(case, "archive")["archive"]
    assert (kept["retention"], kept["kept_until"]) == ("permanent", None)
    assert "已核查" in paper(desk.get(f"/v1/cases/{case}/file.pdf"))
    for who in (CHEN, HEAD, "li.window", "hu.supervisor"):
        assert cast(who).get(f"/v1/cases/{case}/file.pdf").status_code == 404
        assert cast(who).act(case, "hold", REASON).status_code in (403, 404)

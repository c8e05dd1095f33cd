"""Whoever only sees a case by its area reads no door, village or compound; who works on it does."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from tests.cast import Cast, report

FLAT = "示范路1号院3号楼2单元502"
HAMLET = "保合少镇野马图村东头老槐树旁第三家"
BY_AREA = ["zhang.hrss", "tian.enforcement", "hu.supervisor", "liu.head"]
WORKING = ["luo.intake", "wang.grid"]  # brought it; goes there


def request(cast: Cast, address: str) -> str:
    """A request that the centre leads and the cell's worker has a task in; brought by the intake desk."""
    body = report("request", "waste.litter", location={**report()["location"], "address": address})
    return str(cast("luo.intake").register(body)["id"])


def shown(cast: Cast, who: str, case: str) -> str:
    page = cast(who).get(f"/v1/cases/{case}")
    assert page.status_code == 200
    return str(page.json()["location"]["address"])


@pytest.mark.parametrize(("address", "road"), [(FLAT, "示范路***"), (HAMLET, "保合少镇***"), ("幸福小区9号楼", "***")])
def test_by_area_nobody_reads_where_somebody_lives(cast: Cast, address: str, road: str) -> None:
    case = request(cast, address)
    assert {who: shown(cast, who, case) for who in BY_AREA} == dict.fromkeys(BY_AREA, road)


def test_who_works_on_it_finds_the_door(cast: Cast) -> None:
    """Who it is offered to does once they have signed for it."""
    case = request(cast, FLAT)
    assert {who: shown(cast, who, case) for who in WORKING} == dict.fromkeys(WORKING, FLAT)
    assert shown(cast, "tian.enforcement", case) == "示范路***"
    cast("tian.enforcement").does(case, "sign_for")
    assert shown(cast, "tian.enforcement", case) == FLAT


def test_who_worked_on_it_once_finds_it_no_more(cast: Cast, sql: Any) -> None:
    case = request(cast, FLAT)
    sql("update case_access set until = '2020-01-01' where case_id = $1::uuid and part = 'task'", case)
    assert shown(cast, "wang.grid", case) == "示范路***"


def test_the_printed_file_says_no_more_than_the_page(cast: Cast) -> None:
    case = request(cast, FLAT)
    printed = cast("zhang.hrss").get(f"/v1/cases/{case}/file.pdf")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(printed.content)).pages)
    assert "示范路***" in text
    assert "3号楼" not in text


def test_a_text_says_what_it_shows(cast: Cast) -> None:
    """No sign turns the direction of reading or hides in a word; a title of which nothing is seen is none."""
    case = cast("li.window").register(report(title="退款\u202e元千三\u202c给张\u200b三"))["id"]
    assert cast("li.window").get(f"/v1/cases/{case}").json()["title"] == "退款元千三给张三"
    for title, code in (("\u202e\u200b", "string_too_short"), ("\ue000", "unfit"), ("\ufdd0", "unfit")):
        refused = cast("li.window").post("/v1/cases", report(title=title))
        assert (refused.status_code, [e["code"] for e in refused.json()["errors"]]) == (422, [code])

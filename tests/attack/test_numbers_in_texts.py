"""Telephone, identity and bank numbers in what people write: found when it is stored, starred when it is shown, in clear
for a reason that is kept."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from app.core.crypto import Sealed, keys
from tests.cast import Cast, Lives, service
from tests.support.residents import CHANGED, applied, decided
from tests.support.talks import Talks

MOBILE, IDENTITY = "138 0000 1234", "15010219900307123X"
WORDS = f"请打{MOBILE}，身份证{IDENTITY}。"
STARS = "请打*** **** **34，身份证****************3X。"


def told(cast: Cast, case: Any) -> Any:
    reply = cast.client.post("/v1/query", json={"number": case["number"], "code": case["query_code"]})
    assert reply.status_code == 200
    return reply.json()


def test_the_report_lies_with_stars_and_its_words_are_sealed(cast: Cast, lives: Lives, sql: Any) -> None:
    case = lives.registered(title=f"停暖{MOBILE}", description=WORDS, location={"address": f"示范路1号{MOBILE}"})["id"]
    (row,) = sql("select *, key_of(seal_key) as key from case_text where case_id = $1::uuid", case)
    assert (row["title"], row["description"]) == ("停暖*** **** **34", None)
    assert MOBILE not in row["address"]
    written = keys().unseal(Sealed(row["key"], row["sealed"]), f"case_text {case}")
    assert (written["title"], written["description"], written["shown"]) == (
        f"停暖{MOBILE}",
        WORDS,
        {"description": STARS},
    )
    li = cast("li.window")
    page = li.get(f"/v1/cases/{case}").json()
    assert (page["title"], page["description"]) == ("停暖*** **** **34", STARS)
    listed = next(item for item in li.walk("/v1/cases?sort=newest&limit=200") if item["id"] == case)
    assert listed["title"] == "停暖*** **** **34"


def test_a_look_in_clear_gives_the_words_the_place_and_such_notes(cast: Cast, lives: Lives, sql: Any) -> None:
    case = lives.registered(description=WORDS)["id"]
    chen = cast("chen.housing")
    chen.does(case, "sign_for")
    chen.does(case, "flag_urgent", {"reason": f"老人独居，{WORDS}"})
    chen.does(case, "accept")
    assert WORDS not in chen.get(f"/v1/cases/{case}").text + chen.get(f"/v1/cases/{case}/timeline").text
    shown = chen.post(f"/v1/cases/{case}/reveal", {"reason": "电话回访申请人"}).json()
    assert (shown["text"]["description"], shown["address"]) == (WORDS, "示范路1号")
    assert [note["body"] for note in shown["notes"]] == [f"老人独居，{WORDS}"]
    assert [row["what"] for row in sql("select what from read_log where case_id = $1::uuid", case)] == ["parties"]


def test_the_resident_reads_what_was_written_to_them(cast: Cast, lives: Lives) -> None:
    case = lives.handling(description=WORDS)
    chen = cast("chen.housing")
    chen.does(case["id"], "conclude", {"result": "supported", "reply": f"已修复，有事请打{MOBILE}。"})
    assert MOBILE not in chen.get(f"/v1/cases/{case['id']}").text
    chen.does(case["id"], "serve", service())
    assert told(cast, case)["reply"] == f"已修复，有事请打{MOBILE}。"
    notices = cast.client.post("/v1/query/notices", json={"number": case["number"], "code": case["query_code"]})
    assert any(MOBILE in notice["html"] for notice in notices.json()["items"])
    for notice in chen.get(f"/v1/cases/{case['id']}").json()["notices"]:
        assert MOBILE not in chen.get(f"/v1/notices/{notice['id']}").text


@pytest.mark.parametrize("door", ["/v1/cases/{case}/notes", "/v1/cases/{case}/tasks"])
def test_notes_and_tasks_between_colleagues_too(cast: Cast, lives: Lives, door: str) -> None:
    case = lives.signed()["id"]
    chen = cast("chen.housing")
    body = {"text": WORDS, "mentions": []} if door.endswith("notes") else {"unit": "D150102_water", "text": WORDS}
    made = chen.post(door.format(case=case), body)
    assert made.status_code == 201, made.text
    assert MOBILE not in made.text + chen.get(door.format(case=case)).text


def test_directions_of_a_review_reach_the_unit_whole(cast: Cast, lives: Lives) -> None:
    """They are copied from case to case: what is copied is what was written."""
    original = lives.closed()
    decided(cast, applied(cast, original), {**CHANGED, "directions": WORDS})
    chen = cast("chen.housing")
    notes = {note["kind"]: note["body"] for note in chen.get(f"/v1/cases/{original['id']}").json()["notes"]}
    assert notes["review_directions"] == STARS
    shown = chen.post(f"/v1/cases/{original['id']}/reveal", {"reason": "按复查意见办理"}).json()
    assert [note["body"] for note in shown["notes"]] == [WORDS]


def test_the_file_of_a_mediation_too(cast: Cast) -> None:
    talks = Talks(cast).proposed(text=f"申请调解。{WORDS}")
    zhou = cast("zhou.mediator")
    masked = paper(zhou.get(f"/v1/mediations/{talks.id}/file.pdf"))
    assert MOBILE not in masked
    assert "** **** **34" in masked
    assert MOBILE in paper(zhou.post(f"/v1/mediations/{talks.id}/file", {"reason": "移送法院"}))


def test_what_a_resident_writes_to_have_it_reopened(cast: Cast, lives: Lives) -> None:
    case = lives.closed()
    asked = {"number": case["number"], "code": case["query_code"], "words": f"仍未修好，{WORDS}"}
    assert cast.client.post("/v1/query/reopen", json=asked).status_code in (200, 201)
    waiting = cast("liu.head").walk("/v1/reopening_requests?limit=200")
    (words,) = [item["words"] for item in waiting if item["case_id"] == case["id"]]
    assert words == f"仍未修好，{STARS}"


def paper(reply: Any) -> str:
    assert reply.status_code == 200, reply.text
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(reply.content)).pages)

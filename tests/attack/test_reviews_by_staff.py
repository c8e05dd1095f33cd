"""A review that staff file is the resident's: it needs their code or paper, and uses up nothing that is theirs."""

from typing import Any

import pytest

from tests.cast import Cast, Lives
from tests.support.files import jpeg
from tests.support.residents import CITY_HEAD, LI, UPHELD, WHY, decided, door

OWN = "测温时我不在家，请上门复测。"


def filed(cast: Cast, case: str, who: str = LI, **body: Any) -> Any:
    person = cast(who) if who[0].islower() else cast.seat(who)
    return person.post(f"/v1/cases/{case}/reviews", {"reasons": "无", **body})


def told(sql: Any, case: str) -> int:
    (row,) = sql("select count(*) as n from message where case_id = $1::uuid and channel = 'sms'", case)
    return int(row["n"])


def test_without_the_code_or_a_paper_none_is_filed(cast: Cast, lives: Lives) -> None:
    original, other = lives.closed(), lives.registered()
    photo = cast(LI).attached(original["id"], jpeg())["id"]
    for proof in ({}, {"code": "2222222222"}, {"code": other["query_code"]}, {"paper": photo}):
        assert filed(cast, original["id"], **proof).status_code == 422, proof
    assert door(cast, "", original).json().get("review") is None
    assert door(cast, "review", original, reasons=WHY).status_code == 201, "nothing was used up"


def test_who_has_no_part_in_the_case_files_none(cast: Cast, lives: Lives) -> None:
    """The centre that had it first helps with it, and does not stand above the department that decided."""
    original = lives.closed()
    refused = filed(cast, original["id"], "C150102001001.window_clerk.1", code=original["query_code"])
    assert (refused.status_code, "登记人" in refused.json()["detail"]) == (403, True)


def test_it_is_told_and_says_that_staff_filed_it(cast: Cast, lives: Lives, sql: Any) -> None:
    original = lives.closed()
    before = told(sql, original["id"])
    assert filed(cast, original["id"], code=original["query_code"]).status_code == 201
    assert told(sql, original["id"]) == before + 1
    assert "工作人员" in door(cast, "", original).json()["steps"][-1]["said"]
    event = cast(LI).get(f"/v1/cases/{original['id']}/timeline").json()["items"][-1]
    assert (event["kind"], event["data"]["proof"]) == ("review_applied", "code")


def test_a_signed_paper_shows_it_too_and_once(cast: Cast, lives: Lives) -> None:
    original = lives.closed()
    paper = cast(LI).attached(original["id"], jpeg(), "wish")["id"]
    assert filed(cast, original["id"], paper=paper).status_code == 201
    assert filed(cast, original["id"], paper=paper).status_code == 422


def test_their_own_words_are_taken_into_what_was_filed_for_them(cast: Cast, lives: Lives, sql: Any) -> None:
    original = lives.closed()
    review = filed(cast, original["id"], code=original["query_code"]).json()
    first = door(cast, "review", original, reasons=OWN)
    assert first.status_code == 201, first.text
    assert (first.json()["number"], first.json()["query_code"]) == (review["number"], review["query_code"])
    again = door(cast, "review", original, reasons=OWN)
    assert (again.status_code, again.json()) == (201, {**first.json(), "query_code": None}), "a code is shown once"
    head = cast.seat(CITY_HEAD)
    notes = [n["body"] for n in head.get(f"/v1/cases/{review['id']}").json()["notes"] if n["kind"] == "own_reasons"]
    assert notes == [OWN], "once"
    rows = sql("select grantee from message where case_id = $1::uuid and template = 'own_reasons'", review["id"])
    assert [row["grantee"] for row in rows] == ["unit:D150100_housing"]
    assert OWN not in cast("chen.housing").get(f"/v1/cases/{original['id']}").text


@pytest.mark.parametrize("own", [True, False])
def test_what_the_resident_filed_or_was_decided_takes_in_nothing(cast: Cast, lives: Lives, own: bool) -> None:
    original = lives.closed()
    if own:
        assert door(cast, "review", original, reasons=WHY).status_code == 201
    else:
        review = filed(cast, original["id"], code=original["query_code"]).json()
        decided(cast, review, UPHELD, close=False)
    reply = door(cast, "review", original, reasons=OWN)
    assert reply.status_code == (409 if own else 201)
    if not own:
        assert reply.json()["stage"] == "rereview", "against the review there is the re-review"

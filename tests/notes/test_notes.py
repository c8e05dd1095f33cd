"""Notes on a case: who may write and read them, who is told, and what they never do."""

from collections.abc import Callable
from typing import Any

from tests.cast import Cast, Lives, member

CHEN, LI, WANG = "chen.housing", "li.window", "wang.grid"
Ask = Callable[..., list[Any]]


def _staff(login: str) -> str:
    return str(member(login).staff)


def _write(cast: Cast, who: str, case: str, text: str, *mentions: str) -> Any:
    return cast(who).post(f"/v1/cases/{case}/notes", {"text": text, "mentions": list(mentions)})


def test_a_colleague_mentioned_is_told_and_reads_it(cast: Cast, lives: Lives) -> None:
    case = lives.handling()["id"]
    made = _write(cast, CHEN, case, "已联系热力公司。", _staff(CHEN))
    assert made.status_code == 201, made.text
    note = made.json()
    assert (note["text"], note["author"]) == ("已联系热力公司。", _staff(CHEN))
    assert [mention["staff"] for mention in note["mentions"]] == [_staff(CHEN)]
    assert made.headers["etag"] == '"1"'
    assert cast(CHEN).get(f"/v1/cases/{case}/notes").json()["items"] == [note]
    told = [m for m in cast(CHEN).walk("/v1/me/messages") if m["case_id"] == case and m["template"] == "mentioned"]
    assert len(told) == 1
    assert [e["title"] for e in cast(CHEN).walk(f"/v1/cases/{case}/timeline?limit=200")][-1] == "记事"


def test_the_same_key_writes_it_once(cast: Cast, lives: Lives, sql: Ask) -> None:
    case = lives.handling()["id"]
    first, again = (
        cast(CHEN).post(f"/v1/cases/{case}/notes", {"text": "一次。"}, key=f"note-{case}") for _ in range(2)
    )
    assert (first.status_code, again.json(), again.headers["idempotency-replayed"]) == (201, first.json(), "true")
    assert sql("select count(*) from case_note where case_id = $1 and kind = 'work_note'", case)[0][0] == 1


def test_who_does_not_see_the_case_neither_writes_reads_nor_is_mentioned(cast: Cast, lives: Lives, sql: Ask) -> None:
    case = lives.handling()["id"]  # a petition: open to nobody by its area
    lead = cast(CHEN)
    assert not cast(WANG).sees(case)
    assert _write(cast, WANG, case, "看不到。").status_code == 404
    assert cast(WANG).get(f"/v1/cases/{case}/notes").status_code == 404
    unseen, unknown = (
        lead.post(f"/v1/cases/{case}/notes", {"text": "请看。", "mentions": [staff]})
        for staff in (_staff(WANG), "00000000-0000-7000-8000-000000000001")
    )
    assert unseen.status_code == unknown.status_code == 422
    assert unseen.json()["errors"] == unknown.json()["errors"], "nobody learns who exists or what they see"
    assert sql("select count(*) from case_note where case_id = $1 and kind = 'work_note'", case)[0][0] == 0


def test_the_resident_is_not_shown_them(cast: Cast, lives: Lives) -> None:
    receipt = lives.handling()
    assert _write(cast, CHEN, receipt["id"], "内部记事。").status_code == 201
    asked = {"number": receipt["number"], "code": receipt["query_code"]}
    seen = cast.client.post("/v1/query", json=asked)
    assert seen.status_code == 200
    assert "内部记事" not in seen.text
    assert "记事" not in [step["step"] for step in seen.json()["steps"]]

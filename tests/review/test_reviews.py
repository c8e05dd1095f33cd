"""Review and re-review: one tier up, in time, never by the unit that decided, and never refused in silence."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.cases.queries.chain import list_breaks
from tests.cast import CONCLUSION, Cast, Lives, service
from tests.support.clock import present
from tests.support.residents import (
    CHANGED,
    CHEN,
    CITY_HANDLER,
    CITY_HEAD,
    HEAD,
    LI,
    REDO,
    UPHELD,
    WHY,
    applied,
    decided,
    door,
    found,
    township_case,
    uncoded,
)

Freeze = Callable[[datetime], None]
REASON = {"reason": "理由充分"}


def kinds(page: Any) -> list[str]:
    return [event["kind"] for event in page.json()["items"]]


# --- Applying


def test_the_resident_goes_one_tier_up_with_number_and_code(cast: Cast, lives: Lives) -> None:
    original = lives.closed()
    review = applied(cast, original)
    assert (review["stage"], review["handled_by"]) == ("review", "呼和浩特市住房和城乡建设局")
    head = cast.seat(CITY_HEAD)
    page = head.get(f"/v1/cases/{found(head, review['number'])}").json()
    assert (page["procedure"], page["lead_unit"], page["status"]) == ("review", "D150100_housing", "registered")
    assert page["description"] == WHY
    (clock,) = page["clocks"]
    assert (clock["kind"], clock["rule"]) == ("completion", "P11")
    assert [p["role"] for p in page["parties"]] == ["petitioner"], "the same resident"
    assert head.sees(original["id"]), "who reviews an opinion reads its file"
    told = door(cast, "", original).json()
    assert told["review"]["number"] == review["number"]
    assert door(cast, "", review).json()["handled_by"] == "呼和浩特市住房和城乡建设局"


def test_the_unit_that_decided_learns_that_a_review_runs_and_nothing_of_what_it_says(cast: Cast, lives: Lives) -> None:
    original = lives.closed()
    review = applied(cast, original)
    case = found(cast.seat(CITY_HEAD), review["number"])
    for login in (CHEN, HEAD, LI, "wang.grid", "sun.coordinator", "ma.petition"):
        assert not cast(login).sees(case), login
        assert cast(login).act(case, "accept").status_code in (403, 404)
    page, timeline = (cast(CHEN).get(f"/v1/cases/{original['id']}{part}") for part in ("", "/timeline"))
    assert kinds(timeline)[-1] == "review_applied"
    assert page.json()["links"] == [], "a case that they may not know of is no row"
    for text in (page.text, timeline.text):
        assert case not in text
        assert review["number"] not in text
        assert WHY not in text


def test_a_township_is_reviewed_by_its_county_and_then_by_the_city(cast: Cast, lives: Lives) -> None:
    original = township_case(lives)
    review = applied(cast, original)
    assert review["handled_by"] == "新城区矛盾纠纷多元化解中心"
    decided(cast, review, UPHELD, "C150102.coordinator.1")
    second = applied(cast, original, "仍不服，请求复核。")
    assert (second["stage"], second["handled_by"]) == ("rereview", "呼和浩特市矛盾纠纷多元化解中心")
    coordinator = cast.seat("C150100.coordinator.1")
    page = coordinator.get(f"/v1/cases/{found(coordinator, second['number'])}").json()
    assert (page["procedure"], page["clocks"][0]["rule"]) == ("rereview", "P13")
    assert not cast("deng.county").sees(page["id"]), "the county decided the review"
    assert coordinator.sees(original["id"])


def test_a_review_stays_in_its_tier_and_away_from_whom_it_concerns(cast: Cast, lives: Lives) -> None:
    original = lives.closed()
    head = cast.seat(CITY_HEAD)
    case = found(head, applied(cast, original)["number"])
    for unit in ("D150102_housing", "D150105_housing", "P150102"):
        refused = head.act(case, "offer", {"unit": unit, **REASON})
        assert refused.status_code == 409, unit
    head.does(case, "offer", {"unit": "P150100", **REASON})
    office = cast.seat("P150100.handler.1")
    assert not office.sees(original["id"])
    office.does(case, "sign_for")
    assert office.sees(original["id"]), "the file goes with the review"


def test_where_the_city_decided_the_desk_passes_it_on_in_a_queue_of_its_own(cast: Cast, lives: Lives) -> None:
    original = lives.closed()
    decided(cast, applied(cast, original), UPHELD)
    second = applied(cast, original, "请求复核。")
    assert second["stage"] == "rereview"
    assert "自治区" in door(cast, "review", original, reasons="请求复核。").json()["said"]
    luo = cast("luo.intake")
    (item,) = [i for i in luo.walk("/v1/cases?queue=no_tier_above&limit=200") if i["number"] == second["number"]]
    luo.does(item["id"], "accept")
    luo.does(item["id"], "handle")
    refused = luo.act(item["id"], "decide_review", UPHELD)
    assert (refused.status_code, "自治区" in refused.json()["detail"]) == (409, True)
    third = lives.closed()
    decided(cast, applied(cast, third), UPHELD)
    passed_on = applied(cast, third)
    case = found(luo, passed_on["number"])
    luo.does(case, "decline", {"route": "other_organ", "reason": "请向自治区住房和城乡建设厅提出。"})
    asked = door(cast, "review", third, reasons="再次请求复核。")
    assert (asked.status_code, asked.json()["reason"]) == (409, "answered")


def test_a_review_is_passed_to_no_petition_office_that_it_concerns(cast: Cast, lives: Lives) -> None:
    """The intake desk decided, as everybody else was complained of: its office passes it on, unless that is complained of too."""
    luo = cast("luo.intake")
    for about, status in ((["C150100"], 201), (["C150100", "P150100"], 409)):
        concerns = [{"unit": unit} for unit in about]
        receipt = lives.registered(concerns=concerns)
        case = receipt["id"]
        luo.does(case, "accept")
        lives.told(case, "luo.intake")
        luo.does(case, "handle")
        luo.does(case, "conclude", CONCLUSION)
        luo.does(case, "serve", service())
        asked = door(cast, "review", receipt, reasons=WHY)
        assert asked.status_code == status, about


# --- In time, once, and explained


@pytest.mark.parametrize(("days", "status"), [(30, 201), (45, 409)])
def test_thirty_days_from_receipt(cast: Cast, lives: Lives, at: Freeze, days: int, status: int) -> None:
    original = lives.closed()
    at(present() + timedelta(days=days))
    reply = door(cast, "review", original, reasons=WHY)
    assert reply.status_code == status, reply.text
    if status == 409:
        problem = reply.json()
        assert (problem["type"], problem["reason"]) == ("/problems/review-refused", "too_late")
        assert "仍可" in problem["detail"]
        assert kinds(cast(CHEN).get(f"/v1/cases/{original['id']}/timeline"))[-1] == "review_not_taken"


def test_what_was_never_received_begins_no_time(cast: Cast, lives: Lives, at: Freeze) -> None:
    original = lives.attempted()
    cast(HEAD).does(original["id"], "approve_attempt")
    at(present() + timedelta(days=90))
    assert door(cast, "review", original, reasons=WHY).status_code == 201


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda lives: lives.handling(), "not_decided"),
        (lambda lives: lives.concluded(), "not_served"),
        (lambda lives: lives.registered(petition_class="suggestion"), "not_an_appeal"),
        (lambda lives: lives.closed(kind="request", category="heating.fees"), "not_an_appeal"),
    ],
)
def test_what_is_not_open_to_review_is_explained(cast: Cast, lives: Lives, make: Any, reason: str) -> None:
    reply = door(cast, "review", make(lives), reasons=WHY)
    assert (reply.status_code, reply.json()["reason"]) == (409, reason)
    assert reply.headers["content-type"] == "application/problem+json"


def test_a_second_application_is_told_where_the_first_one_is(cast: Cast, lives: Lives) -> None:
    original = lives.closed()
    review = applied(cast, original)
    again = door(cast, "review", original, reasons=WHY)
    assert (again.status_code, again.json()) == (201, {**review, "query_code": None}), (
        "the same words: the first receipt"
    )
    other = door(cast, "review", original, reasons="另一份理由").json()
    assert (other["reason"], other["live"]["number"]) == ("under_review", review["number"])
    assert other["live"]["handled_by"] == "呼和浩特市住房和城乡建设局"
    by_staff = cast(LI).post(
        f"/v1/cases/{original['id']}/reviews", {"reasons": "另一份理由", "code": original["query_code"]}
    )
    assert (by_staff.status_code, by_staff.json()["reason"]) == (409, "under_review")
    assert review["number"] not in by_staff.text
    assert by_staff.json()["live"]["due"] == review["due"]


def test_a_withdrawn_application_makes_room_for_another(cast: Cast, lives: Lives) -> None:
    original = lives.closed()
    review = applied(cast, original)
    head = cast.seat(CITY_HEAD)
    head.does(found(head, review["number"]), "withdraw", REASON)
    assert applied(cast, original, "想清楚了，仍申请复查。")["number"] != review["number"]


def test_after_the_re_review_the_same_facts_are_explained_and_that_it_was_asked_is_kept(
    cast: Cast, lives: Lives
) -> None:
    original = township_case(lives)
    decided(cast, applied(cast, original), UPHELD, "C150102.coordinator.1")
    second = applied(cast, original, "请求复核。")
    decided(cast, second, UPHELD, "C150100.coordinator.1")
    for receipt in (original, second):
        reply = door(cast, "review", receipt, "en", reasons="再次申请")
        assert (reply.status_code, reply.json()["type"]) == (409, "/problems/review-exhausted")
        assert "legal aid" in reply.json()["detail"]
    told = door(cast, "", second).json()
    assert [step["step"] for step in told["steps"]].count("申请复查未予登记，已说明") == 2
    window = cast.seat("C150102.window_clerk.1")
    reply = window.post(f"/v1/cases/{original['id']}/reviews", {"reasons": WHY, "code": original["query_code"]})
    assert (reply.status_code, reply.json()["type"]) == (409, "/problems/review-exhausted")


# --- By staff


def test_staff_apply_at_the_residents_wish_but_not_those_of_the_unit_that_decided(cast: Cast, lives: Lives) -> None:
    original = lives.closed()
    for login in (CHEN, HEAD):
        reply = cast(login).post(
            f"/v1/cases/{original['id']}/reviews", {"reasons": WHY, "code": original["query_code"]}
        )
        assert (reply.status_code, reply.json()["type"]) == (403, "/problems/forbidden"), "recusal"
    assert (
        cast("gao.window")
        .post(f"/v1/cases/{original['id']}/reviews", {"reasons": WHY, "code": original["query_code"]})
        .status_code
        == 404
    )
    key = "review-by-window"
    reply = cast(LI).post(
        f"/v1/cases/{original['id']}/reviews", {"reasons": WHY, "code": original["query_code"]}, key=key
    )
    assert reply.status_code == 201, reply.text
    receipt = reply.json()
    assert (receipt["procedure"], receipt["lead_unit"], receipt["routing"]["rule"]) == (
        "review",
        "D150100_housing",
        "review",
    )
    again = cast(LI).post(
        f"/v1/cases/{original['id']}/reviews", {"reasons": WHY, "code": original["query_code"]}, key=key
    )
    assert (again.text, again.headers["idempotency-replayed"]) == (uncoded(reply.text), "true")
    assert cast(LI).sees(receipt["id"]), "who registered it"
    assert door(cast, "", receipt).json()["said"] == "已登记，等待受理"


def test_a_refusal_to_staff_is_kept_and_replayed_as_a_problem(cast: Cast, lives: Lives, at: Freeze) -> None:
    original = lives.closed()
    at(present() + timedelta(days=60))
    replies = [
        cast(LI).post(
            f"/v1/cases/{original['id']}/reviews",
            {"reasons": WHY, "code": original["query_code"]},
            key="too-late-by-window",
        )
        for _ in range(2)
    ]
    assert [r.status_code for r in replies] == [409, 409]
    assert {r.headers["content-type"] for r in replies} == {"application/problem+json"}
    assert kinds(cast(LI).get(f"/v1/cases/{original['id']}/timeline")).count("review_not_taken") == 1


# --- Deciding


def test_upheld_the_original_keeps_its_result(cast: Cast, lives: Lives) -> None:
    original = lives.closed()
    review = applied(cast, original)
    case = decided(cast, review, UPHELD)
    page = cast(CHEN).get(f"/v1/cases/{original['id']}")
    assert (page.json()["result"], page.json()["status"]) == ("supported", "closed")
    assert kinds(cast(CHEN).get(f"/v1/cases/{original['id']}/timeline"))[-1] == "review_upheld"
    assert case not in page.text
    told = door(cast, "", review).json()
    assert told["reply"] == UPHELD["reply"]


def test_changed_the_original_carries_the_new_result_and_the_directions(cast: Cast, lives: Lives) -> None:
    original = lives.closed()
    decided(cast, applied(cast, original), CHANGED)
    page = cast(CHEN).get(f"/v1/cases/{original['id']}").json()
    assert (page["result"], page["status"]) == ("partly_resolved", "closed")
    notes = {note["kind"]: note["body"] for note in page["notes"]}
    assert notes["review_directions"] == CHANGED["directions"]
    assert CHANGED["reply"] not in str(page), "what is written to the resident is for the resident"


def test_ordered_to_be_redone_it_is_handled_again_and_its_new_opinion_is_reviewed_anew(
    cast: Cast, lives: Lives, sql: Any
) -> None:
    original = lives.closed()
    case = decided(cast, applied(cast, original), REDO, close=False)
    page = cast(CHEN).get(f"/v1/cases/{original['id']}").json()
    assert (page["status"], page["result"], page["reopened"], page["service"]) == ("handling", None, 1, None)
    assert [c["met_at"] is None for c in page["clocks"] if c["kind"] == "completion"] == [False, True]
    cast.seat(CITY_HEAD).does(case, "close")
    assert cast(CHEN).get(f"/v1/cases/{original['id']}").json()["reopened"] == 1, "it takes effect once"
    cast(CHEN).does(original["id"], "conclude", {"result": "resolved", "reply": "复测后已整改。"})
    cast(CHEN).does(original["id"], "serve", service())
    assert applied(cast, original, "对新的处理意见不服。")["stage"] == "review"
    links = sql("select relation from case_link where other = $1::uuid and undone_at is null", original["id"])
    assert [link["relation"] for link in links] == ["review", "review"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({**UPHELD, "directions": "退费"}, "#/body/directions"),
        ({k: v for k, v in REDO.items() if k != "directions"}, "#/body/directions"),
        ({k: v for k, v in CHANGED.items() if k != "result"}, "#/body/result"),
        ({**CHANGED, "result": "upheld"}, "#/body/result"),
        ({**REDO, "result": "resolved"}, "#/body/result"),
    ],
)
def test_a_decision_is_whole(cast: Cast, lives: Lives, body: Any, pointer: str) -> None:
    head = cast.seat(CITY_HEAD)
    case = found(head, applied(cast, lives.closed())["number"])
    reply = head.act(case, "decide_review", body)
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, pointer)


def test_a_review_has_no_extension_no_reopening_and_no_plain_conclusion(cast: Cast, lives: Lives) -> None:
    head = cast.seat(CITY_HEAD)
    case = found(head, applied(cast, lives.closed())["number"])
    head.does(case, "accept")
    page = head.does(case, "handle")
    assert {"extend", "conclude", "merge", "refer", "reopen"}.isdisjoint(page["available_actions"])
    assert "decide_review" in page["available_actions"]
    for action, body in (
        ("extend", {"days": 1, **REASON}),
        ("conclude", {"result": "resolved", "reply": "好"}),
    ):
        assert head.act(case, action, body).status_code == 409
    ordinary = lives.handling()["id"]
    assert cast(CHEN).act(ordinary, "decide_review", UPHELD).status_code == 409
    assert cast(CHEN).act(ordinary, "conclude", {"result": "upheld", "reply": "好"}).status_code == 422


def test_who_had_a_hand_in_the_opinion_has_none_in_its_review(cast: Cast, lives: Lives, sql: Any) -> None:
    """Chen concluded and served; a post in the city's department would not let Chen see the review."""
    original = lives.closed()
    case = found(cast.seat(CITY_HANDLER), applied(cast, original)["number"])
    (row,) = sql("select barred_staff::text[] as staff, barred_units as units from cases where id = $1::uuid", case)
    assert cast(CHEN).get("/v1/me").json()["id"] in row["staff"]
    assert "D150102_housing" in row["units"]


def test_the_record_of_both_is_whole(cast: Cast, lives: Lives, database: str) -> None:
    import asyncio

    from app.core.database import connect

    original = lives.closed()
    decided(cast, applied(cast, original), REDO)

    async def breaks() -> Any:
        conn = await connect("hohhot", "owner")
        try:
            return await list_breaks(conn)
        finally:
            await conn.close()

    assert asyncio.run(breaks()) == []

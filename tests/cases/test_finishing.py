"""Extending, concluding, serving, closing, reopening, withdrawing: honestly, in time, and by the right person."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import CONCLUSION, Cast, Lives, service
from tests.support.clock import present

REASON = {"reason": "理由充分"}
CHEN, HEAD = "chen.housing", "liu.head"
Freeze = Callable[[datetime], None]


def completion(page: dict[str, Any]) -> dict[str, Any]:
    return next(clock for clock in reversed(page["clocks"]) if clock["kind"] == "completion")


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --- Extension


def test_the_head_extends_once_before_expiry_within_the_bound(cast: Cast, lives: Lives) -> None:
    case = lives.accepted()["id"]
    before = completion(cast(HEAD).get(f"/v1/cases/{case}").json())
    assert cast(HEAD).act(case, "extend", {"days": 31, **REASON}).status_code == 422
    page = cast(HEAD).does(case, "extend", {"days": 30, **REASON})
    after = completion(page)
    assert instant(after["due_unrolled"]) - instant(before["due_unrolled"]) == timedelta(days=30)
    assert after["extensions"] == 1
    assert "extend" not in page["available_actions"]
    again = cast(HEAD).act(case, "extend", {"days": 1, **REASON})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/action-refused")


def test_to_the_second_of_the_limit_and_not_after_it(cast: Cast, lives: Lives, at: Freeze) -> None:
    late, on_time = lives.accepted()["id"], lives.accepted()["id"]
    due = instant(completion(cast(HEAD).get(f"/v1/cases/{late}").json())["due"])
    at(due + timedelta(seconds=1))
    page = cast(HEAD).get(f"/v1/cases/{late}").json()
    assert "extend" not in page["available_actions"]
    reply = cast(HEAD).act(late, "extend", {"days": 10, **REASON})
    assert (reply.status_code, reply.json()["type"]) == (409, "/problems/action-refused")
    at(due)
    assert cast(HEAD).act(on_time, "extend", {"days": 10, **REASON}).status_code == 200


@pytest.mark.parametrize("who", [CHEN, "hu.supervisor", "deng.county", "qin.head", "li.window"])
def test_nobody_else_extends(cast: Cast, lives: Lives, who: str) -> None:
    case = lives.accepted()["id"]
    assert cast(who).act(case, "extend", {"days": 1, **REASON}).status_code in (403, 404)


@pytest.mark.parametrize(
    ("kind", "category", "allowed"),
    [
        ("request", "heating.fees", True),
        ("request", "heating.outage", False),  # 24 hours know no extension
        ("petition", "heating.fees", True),
        ("dispute", "heating.fees", True),
    ],
)
def test_what_can_be_extended_is_the_procedures_matter(
    cast: Cast, lives: Lives, kind: str, category: str, allowed: bool
) -> None:
    case = lives.signed(kind=kind, category=category)["id"]
    cast(CHEN).does(case, "accept")
    offered = "extend" in cast(HEAD).get(f"/v1/cases/{case}").json()["available_actions"]
    assert offered is allowed
    assert cast(HEAD).act(case, "extend", {"days": 1, **REASON}).status_code == (200 if allowed else 409)


@pytest.mark.parametrize("days", [0, -1, 366, 1.5, "10", None, 10**30])
def test_a_length_is_a_number_of_days(cast: Cast, lives: Lives, days: Any) -> None:
    reply = cast(HEAD).act(lives.accepted()["id"], "extend", {"days": days, **REASON})
    assert reply.status_code == (200 if days == "10" else 422)


# --- Concluding and serving


def test_a_result_comes_from_the_list(cast: Cast, lives: Lives) -> None:
    case = lives.handling()["id"]
    assert cast(CHEN).act(case, "conclude", {"result": "done", "reply": "好"}).status_code == 422
    page = cast(CHEN).does(case, "conclude", CONCLUSION)
    assert (page["status"], page["result"]) == ("concluded", "supported")
    assert completion(page)["met_at"] is None, "the resident has not heard yet"
    assert "close" not in page["available_actions"]


def test_service_with_proof_meets_the_limit_at_its_own_time(cast: Cast, lives: Lives) -> None:
    case = lives.concluded()["id"]
    at_service = present()
    page = cast(CHEN).does(case, "serve", service(at=at_service.isoformat()))
    assert instant(completion(page)["met_at"]) == at_service
    assert page["service"]["outcome"] == "served"
    assert "close" in page["available_actions"]


def test_service_lies_between_the_decision_and_now(cast: Cast, lives: Lives) -> None:
    case = lives.concluded()["id"]
    concluded = instant(cast(CHEN).get(f"/v1/cases/{case}").json()["concluded_at"])
    for at_service in (concluded - timedelta(seconds=1), present() + timedelta(hours=1)):
        reply = cast(CHEN).act(case, "serve", service(at=at_service.isoformat()))
        assert reply.status_code == 422
        assert reply.json()["errors"][0]["pointer"] == "#/body/at"


@pytest.mark.parametrize(
    "at_service",
    ["2026-11-23", "2026-11-23T10:00:00", "soon", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)
def test_an_instant_is_whole_and_has_a_zone(cast: Cast, lives: Lives, at_service: str) -> None:
    assert cast(CHEN).act(lives.concluded()["id"], "serve", service(at=at_service)).status_code == 422


def test_a_waiver_names_its_article_and_nothing_else_does(cast: Cast, lives: Lives) -> None:
    case = lives.concluded()["id"]
    waived = service(outcome="waived", method="none", proof="匿名件")
    assert cast(CHEN).act(case, "serve", waived).status_code == 422
    assert cast(CHEN).act(case, "serve", service(article="第三十二条")).status_code == 422
    page = cast(CHEN).does(case, "serve", {**waived, "article": "信访工作条例第二十九条"})
    assert page["service"]["article"] == "信访工作条例第二十九条"
    assert completion(page)["met_at"]
    assert cast(CHEN).does(case, "close")["status"] == "closed"


def test_an_attempt_counts_once_somebody_else_approves_it(cast: Cast, lives: Lives) -> None:
    case = lives.attempted()["id"]
    page = cast(CHEN).get(f"/v1/cases/{case}").json()
    assert completion(page)["met_at"] is None
    assert cast(CHEN).act(case, "close").status_code == 409
    assert cast(CHEN).act(case, "approve_attempt").status_code == 403
    approved = cast(HEAD).does(case, "approve_attempt")
    assert approved["service"]["approved_by"]
    assert approved["service"]["approved_by"] != approved["service"]["recorded_by"]
    assert completion(approved)["met_at"]
    assert cast(HEAD).act(case, "approve_attempt").status_code == 409
    assert cast(CHEN).does(case, "close")["status"] == "closed"


def test_the_recorder_of_an_attempt_does_not_approve_it_whatever_their_rank(cast: Cast, lives: Lives) -> None:
    case = lives.concluded()["id"]
    cast(HEAD).does(case, "serve", service(outcome="attempted", method="phone"))
    assert "approve_attempt" not in cast(HEAD).get(f"/v1/cases/{case}").json()["available_actions"]
    assert cast(HEAD).act(case, "approve_attempt").status_code == 403
    assert cast.seat("D150102_housing.organ_head.1").login, "the only head there is"
    cast(CHEN).does(case, "serve", service())
    assert cast(CHEN).does(case, "close")["status"] == "closed"


def test_a_later_record_replaces_the_one_before(cast: Cast, lives: Lives, sql: Any) -> None:
    case = lives.attempted()["id"]
    page = cast(CHEN).does(case, "serve", service(method="letter"))
    assert (page["service"]["outcome"], page["service"]["method"]) == ("served", "letter")
    rows = sql(
        "select r.outcome, r.replaced_at is null as counts from service_record r join notice n on n.id = r.notice"
        " where r.case_id = $1::uuid and n.kind = 'opinion' order by r.id",
        case,
    )
    assert [tuple(row) for row in rows] == [("attempted", False), ("served", True)]


def test_closing_ends_every_task_and_every_clock(cast: Cast, lives: Lives) -> None:
    case = lives.closed()["id"]
    page = cast(CHEN).get(f"/v1/cases/{case}").json()
    assert page["closed_at"]
    assert {a["state"] for a in page["assignments"]} == {"done", "signed"}
    assert all(clock["met_at"] for clock in page["clocks"] if clock["owner"] == "organ")
    own = [clock["kind"] for clock in page["clocks"] if clock["owner"] == "resident" and not clock["met_at"]]
    assert own == ["apply_review", "evaluation"], "the resident's time to ask for a review and to rate runs"
    assert case not in {task["id"] for task in cast(CHEN).walk("/v1/me/tasks?limit=200")}
    for action in ("close", "serve", "conclude", "withdraw", "accept"):
        body = (
            service()
            if action == "serve"
            else CONCLUSION
            if action == "conclude"
            else REASON
            if action == "withdraw"
            else None
        )
        assert cast(CHEN).act(case, action, body).status_code == 409


# --- Reopening and withdrawing


def test_reopening_takes_it_up_again_with_a_new_limit_and_an_empty_record(cast: Cast, lives: Lives) -> None:
    case = lives.closed()["id"]
    assert cast(CHEN).act(case, "reopen", REASON).status_code == 403
    page = cast(HEAD).does(case, "reopen", REASON)
    assert (page["status"], page["result"], page["service"], page["closed_at"]) == ("handling", None, None, None)
    assert page["reopened"] == 1
    clocks = [(clock["kind"], clock["met_at"] is None) for clock in page["clocks"] if clock["stopped_at"] is None]
    assert clocks == [("acceptance", False), ("sign_for", False), ("completion", False), ("completion", True)]
    cast(CHEN).does(case, "conclude", {"result": "resolved", "reply": "再次答复"})
    assert cast(CHEN).act(case, "close").status_code == 409, "the old service record no longer counts"
    cast(CHEN).does(case, "serve", service())
    cast(CHEN).does(case, "close")
    assert cast(HEAD).does(case, "reopen", REASON)["reopened"] == 2


def test_a_decision_not_yet_closed_can_be_taken_back(cast: Cast, lives: Lives) -> None:
    page = cast(HEAD).does(lives.served()["id"], "reopen", REASON)
    assert (page["status"], page["service"]) == ("handling", None)


def test_a_withdrawal_ends_clocks_and_can_be_taken_back(cast: Cast, lives: Lives) -> None:
    got = lives.handling()
    page = cast("li.window").does(got["id"], "withdraw", REASON)
    assert page["status"] == "withdrawn"
    assert completion(page)["stopped_at"]
    (item,) = [i for i in cast(CHEN).walk("/v1/cases?status=withdrawn&limit=200") if i["id"] == got["id"]]
    assert item["due"] is None
    page = cast(HEAD).does(got["id"], "reopen", REASON)
    assert page["status"] == "handling"
    assert completion(page)["stopped_at"] is None


def test_what_is_past_its_limit_is_overdue_until_it_is_met(cast: Cast, lives: Lives, at: Freeze) -> None:
    case = lives.concluded()["id"]
    due = instant(completion(cast(CHEN).get(f"/v1/cases/{case}").json())["due"])
    late = due + timedelta(days=1)

    def overdue() -> bool:
        return case in {item["id"] for item in cast(CHEN).walk("/v1/cases?overdue=true&status=concluded&limit=200")}

    assert not overdue()
    at(late)
    assert overdue()
    page = cast(CHEN).does(case, "serve", service(at=late.isoformat()))
    assert instant(completion(page)["met_at"]) == late > due, "met late stays late"
    assert not overdue()

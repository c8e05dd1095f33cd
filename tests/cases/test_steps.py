"""Every step over HTTP: what is offered is what is accepted, and each refusal says why and what works instead."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from app.cases.rules import TRANSITIONS
from tests.cast import AT_THEIR_WISH, CONCLUSION, Cast, Lives, report, service
from tests.support.clock import present
from tests.support.residents import door, hearing
from tests.support.tiers import some

REASON = {"reason": "理由充分"}
WISH = {**REASON, "code": "2222222222"}  # no case has it
UNKNOWN = "01a206cf-ffd4-701d-98b1-6b2166fde918"
STATION = {"unit": "D150102001_urban"}
BODIES: dict[str, Callable[[Cast], dict[str, Any] | None]] = {
    "offer": lambda cast: {"unit": "P150102", **REASON},
    "sign_for": lambda cast: None,
    "refuse": lambda cast: REASON,
    "recall": lambda cast: None,
    "rule_return": lambda cast: {"upheld": False, **REASON},
    "place": lambda cast: {"code": "150102001001001"},
    "accept": lambda cast: None,
    "decline": lambda cast: {"route": "litigation", **REASON},
    "refer": lambda cast: {"route": "arbitration", **REASON},
    "handle": lambda cast: None,
    "extend": lambda cast: {"days": 1, **REASON},
    "conclude": lambda cast: CONCLUSION,
    "decide_review": lambda cast: {"outcome": "uphold", "reply": "予以维持。"},
    "serve": lambda cast: service(),
    "redraft": lambda cast: None,
    "archive": lambda cast: None,
    "hold": lambda cast: REASON,
    "release_hold": lambda cast: REASON,
    "approve_attempt": lambda cast: None,
    "close": lambda cast: None,
    "reopen": lambda cast: REASON,
    "grant_reopening": lambda cast: REASON,
    "decline_reopening": lambda cast: REASON,
    "escalate": lambda cast: REASON,
    "go_up": lambda cast: WISH,
    "send_back": lambda cast: {"guidance": "请组织现场核对"},
    "dispute_competence": lambda cast: REASON,
    "rule_competence": lambda cast: {"unit": "D150102_housing", **REASON},
    "flag_urgent": lambda cast: REASON,
    "report_upward": lambda cast: {"unit": "C150100", **REASON},
    "reclassify": lambda cast: {"category": "heating.outage", **REASON},
    "withdraw": lambda cast: WISH,
    "merge": lambda cast: {"into": UNKNOWN, **REASON},
    "unmerge": lambda cast: REASON,
    "link": lambda cast: {"other": UNKNOWN, "relation": "joint", **REASON},
    "link_repeat": lambda cast: {"other": UNKNOWN, **REASON},
    "unlink": lambda cast: REASON,
    "schedule_hearing": lambda cast: hearing(),
    "hold_hearing": lambda cast: None,
    "record_hearing": lambda cast: {"record": "双方陈述意见。"},
    "cancel_hearing": lambda cast: REASON,
    "record_visit": lambda cast: {"method": "phone", "reached": False, "words": "两次致电无人接听。"},
    "track_outside": lambda cast: {"body": "仲裁委员会", "stage": "filed", "filed_on": "2026-11-20"},
    "correct": lambda cast: {"party": {"id": UNKNOWN, "name": "张三丰"}, **REASON},
    "reissue_code": lambda cast: None,
    "name_concerned": lambda cast: {"whom": [STATION], **REASON},
    "mend_concerned": lambda cast: {"instead_of": STATION, "whom": [STATION], **REASON},
    "lift_concerned": lambda cast: {"whom": STATION, **REASON},
}
CALLERS = ["li.window", "wang.grid", "chen.housing", "liu.head", "ma.petition", "hu.supervisor"]


def other_case(cast: Cast) -> str:
    """A live petition that the housing department leads too."""
    return str(Lives(cast).signed()["id"])


def merged(lives: Lives) -> dict[str, Any]:
    receipt = lives.signed()
    lives.cast("liu.head").does(receipt["id"], "merge", {"into": other_case(lives.cast), **REASON})
    return receipt


def offered_on(lives: Lives) -> dict[str, Any]:
    receipt = lives.accepted()
    lives.cast("chen.housing").does(receipt["id"], "offer", {"unit": "P150102", **REASON})
    return receipt


def ended(action: str) -> Callable[[Lives], dict[str, Any]]:
    def make(lives: Lives) -> dict[str, Any]:
        receipt = lives.signed()
        body = REASON if action == "withdraw" else BODIES[action](lives.cast)
        lives.cast("chen.housing").does(receipt["id"], action, body)
        return receipt

    return make


def asked_again(lives: Lives) -> dict[str, Any]:
    receipt = lives.closed()
    reply = door(lives.cast, "reopen", receipt, words="请重新办理。")
    assert reply.status_code == 200, reply.text
    return receipt


def live_twin(state: str, lives: Lives) -> Any:
    """A live case of the same kind that the housing department and its window see."""
    if state == "heard":
        return other_case(lives.cast)
    return STATES[state](lives)["id"]


def called(lives: Lives) -> dict[str, Any]:
    receipt = lives.handling()
    lives.cast("chen.housing").does(receipt["id"], "schedule_hearing", hearing())
    return receipt


def heard(lives: Lives) -> dict[str, Any]:
    receipt = called(lives)
    lives.cast("chen.housing").does(receipt["id"], "hold_hearing")
    return receipt


STATES: dict[str, Callable[[Lives], dict[str, Any]]] = {
    "registered": lambda lives: lives.registered(),
    "queued": lambda lives: lives.registered(location={"address": "不明"}),
    "signed": lambda lives: lives.signed(),
    "accepted": lambda lives: lives.accepted(),
    "offered on": offered_on,
    "handling": lambda lives: lives.handling(),
    "concluded": lambda lives: lives.concluded(),
    "attempted": lambda lives: lives.attempted(),
    "served": lambda lives: lives.served(),
    "closed": lambda lives: lives.closed(),
    "asked": asked_again,
    "hearing called": called,
    "heard": heard,
    "declined": ended("decline"),
    "referred": ended("refer"),
    "withdrawn": ended("withdraw"),
    "merged": merged,
    "request": lambda lives: lives.accepted(kind="request", category="heating.fees"),
    "event": lambda lives: lives.registered(kind="event", category="road.damage"),
    "dispute": lambda lives: lives.registered(kind="dispute", category="neighbour.noise"),
}


@pytest.mark.parametrize("state", some(STATES, every=10, what="every step × caller in a state"))
def test_what_a_case_offers_its_caller_is_what_the_server_accepts(cast: Cast, lives: Lives, state: str) -> None:
    """Nothing else is accepted (tried on one case), and everything offered is (each on a case of its own)."""
    case = STATES[state](lives)["id"]
    for login in CALLERS:
        who = cast(login)
        seen = who.get(f"/v1/cases/{case}")
        offered = seen.json()["available_actions"] if seen.status_code == 200 else []
        version = seen.json().get("version", 1)
        for action in TRANSITIONS:
            if action in offered:
                fresh = STATES[state](lives)["id"]
                body = REASON if action in AT_THEIR_WISH else BODIES[action](cast)
                if action in ("merge", "link", "link_repeat"):
                    body = {**(body or {}), "into" if action == "merge" else "other": live_twin(state, lives)}
                if action == "correct" and (people := seen.json()["parties"]):
                    people = who.get(f"/v1/cases/{fresh}").json()["parties"]
                    body = {**REASON, "party": {"id": people[0]["id"], "name": "张三丰"}}
                elif action == "correct":
                    body = {**REASON, "title": "路面塌陷"}
                reply = who.act(fresh, action, body)
                assert reply.status_code == 200, f"{state}: {login} {action} {reply.text}"
                continue
            body = BODIES[action](cast)
            reply = who.post(f"/v1/cases/{case}/actions/{action}", body, version=version)
            assert reply.status_code in (403, 404, 409), f"{state}: {login} {action} {reply.status_code} {reply.text}"
            assert (reply.status_code == 404) <= (seen.status_code == 404)
    assert cast("luo.intake").get("/v1/me").status_code == 200


def test_a_stranger_to_the_case_learns_nothing_from_any_step(cast: Cast, lives: Lives) -> None:
    case = lives.handling()["id"]
    for action, body in BODIES.items():
        for login in ("gao.window", "zhao.saihan", "wang.grid"):
            sent = body(cast)
            mine, nobodys = (
                cast(login).post(f"/v1/cases/{i}/actions/{action}", sent, version=9) for i in (case, UNKNOWN)
            )
            assert mine.status_code == nobodys.status_code in (403, 404)
            assert {**mine.json(), "instance": ""} == {**nobodys.json(), "instance": ""}


def test_a_step_not_possible_now_says_what_is(cast: Cast, lives: Lives) -> None:
    case = lives.accepted()["id"]
    reply = cast("chen.housing").act(case, "conclude", CONCLUSION)
    assert reply.status_code == 409
    problem = reply.json()
    assert problem["type"] == "/problems/action-refused"
    assert problem["allowed"] == cast("chen.housing").get(f"/v1/cases/{case}").json()["available_actions"]
    assert "handle" in problem["allowed"]
    assert "handling" in problem["detail"]


def test_a_step_of_another_unit_is_forbidden_and_says_whose_it_is(cast: Cast, lives: Lives) -> None:
    case = lives.signed()["id"]
    reply = cast.seat("C150102001001.window_clerk.1").act(case, "accept")
    assert reply.status_code == 403
    assert "D150102_housing" in reply.json()["detail"]


def test_a_step_without_the_right_is_forbidden(cast: Cast, lives: Lives) -> None:
    case = lives.accepted()["id"]
    reply = cast("chen.housing").act(case, "extend", {"days": 1, **REASON})
    assert reply.status_code == 403
    assert reply.json()["needs"] == "clock:extend"


def test_a_stale_version_is_refused_with_the_present_state(cast: Cast, lives: Lives) -> None:
    case = lives.accepted()["id"]
    reply = cast("chen.housing").act(case, "handle", version=2)
    assert (reply.status_code, reply.json()["type"]) == (412, "/problems/stale-version")
    page = cast("chen.housing").get(f"/v1/cases/{case}").json()
    assert reply.json()["current"] == {k: page[k] for k in ("version", "status", "lead_unit", "available_actions")}
    assert cast("chen.housing").act(case, "handle", version=9).status_code == 412, "a version that is yet to come"


def test_a_step_without_a_version_is_refused(cast: Cast, lives: Lives) -> None:
    case = lives.accepted()["id"]
    reply = cast("chen.housing").post(f"/v1/cases/{case}/actions/handle")
    assert (reply.status_code, reply.json()["type"]) == (428, "/problems/version-missing")


@pytest.mark.parametrize("etag", ["", "*", "x", '"-1"', '"１"', '"99999999999"', '"1", "2"'])
def test_a_version_that_is_none_is_refused(cast: Cast, lives: Lives, etag: str) -> None:
    case = lives.accepted()["id"]
    sent: dict[str, Any] = {
        **cast("chen.housing").headers,
        "Idempotency-Key": f"k{etag.encode().hex()}",
        "If-Match": etag.encode(),
    }
    reply = cast.client.post(f"/v1/cases/{case}/actions/handle", headers=sent)
    assert reply.status_code in (412, 422)


@pytest.mark.parametrize("etag", ["4", '"4"', 'W/"4"'])
def test_a_version_may_be_written_as_any_etag(cast: Cast, lives: Lives, etag: str) -> None:
    case = lives.accepted()["id"]
    reply = cast("chen.housing").post(f"/v1/cases/{case}/actions/handle", **{"If-Match": etag})
    assert reply.status_code == 200
    assert reply.headers["etag"] == '"5"'


NEEDS = [(action, field) for action, step in TRANSITIONS.items() for field in step.required]


@pytest.mark.parametrize(("action", "field"), NEEDS)
def test_what_the_table_says_a_step_needs_it_needs(cast: Cast, action: str, field: str) -> None:
    body = BODIES[action](cast)
    assert body is not None
    asks = cast("liu.head")
    left = {name: value for name, value in body.items() if name != field}
    reply = asks.post(f"/v1/cases/{UNKNOWN}/actions/{action}", left, version=1)
    assert reply.status_code == 422
    assert [place["pointer"] for place in reply.json()["errors"]] == [f"#/body/{field}"]
    more = asks.post(f"/v1/cases/{UNKNOWN}/actions/{action}", {**body, "mood": 1}, version=1)
    assert more.status_code == 422, "no field is silently lost"


def test_the_served_table_is_the_enforced_one(cast: Cast) -> None:
    for language in ("zh", "en"):
        rows = cast("wang.grid").get("/v1/transitions", **{"Accept-Language": language}).json()["items"]
        assert [row["action"] for row in rows] == list(TRANSITIONS)
        for row, step in zip(rows, TRANSITIONS.values(), strict=True):
            assert set(row["sources"]) == step.sources
            assert (row["target"], row["permission"], row["basis"]) == (step.target, step.permission, step.basis)
            assert row["title"] == step.title.say(language)


def test_declining_names_where_the_matter_belongs_and_is_told_in_time(cast: Cast, lives: Lives) -> None:
    case = lives.signed()["id"]
    page = cast("chen.housing").does(case, "decline", {"route": "police", "reason": "应向公安机关报案"})
    assert page["status"] == "declined"
    (clock,) = [clock for clock in page["clocks"] if clock["kind"] == "acceptance"]
    assert (clock["met_at"], clock["stopped_at"]) == (None, None), "it runs until the notice is served"
    assert page["notes"][0]["body"] == "应向公安机关报案"
    last = cast("chen.housing").get(f"/v1/cases/{case}/timeline").json()["items"][-1]
    assert (last["kind"], last["data"]["route"], last["data"]["notice"]) == ("decline", "police", "non_acceptance")
    assert "应向" not in str(last["data"]), "the chained event holds no words; they stand beside it"
    assert last["text"] == "应向公安机关报案"
    page = cast("chen.housing").does(case, "serve", service())
    assert page["clocks"][0]["met_at"]
    assert page["due"] is None


def test_another_organ_is_no_legal_route(cast: Cast, lives: Lives) -> None:
    case = lives.signed()["id"]
    assert cast("chen.housing").act(case, "refer", {"route": "other_organ", **REASON}).status_code == 422
    assert cast("chen.housing").act(case, "refer", {"route": "moon", **REASON}).status_code == 422
    page = cast("chen.housing").does(case, "refer", {"route": "litigation", **REASON})
    assert page["status"] == "referred"


def test_accepting_meets_one_clock_and_starts_the_next(cast: Cast, lives: Lives) -> None:
    before = lives.signed()
    assert [clock["kind"] for clock in before["clocks"]] == ["acceptance", "sign_for"]
    page = cast("chen.housing").does(before["id"], "accept")
    acceptance, signed, completion = page["clocks"]
    assert acceptance["met_at"] is None, "the petitioner has not heard yet"
    assert signed["met_at"]
    at = present()
    page = cast("chen.housing").does(before["id"], "serve", service(at=at.isoformat()))
    acceptance, signed, completion = page["clocks"]
    assert datetime.fromisoformat(acceptance["met_at"]) == at
    assert (completion["kind"], completion["rule"], completion["met_at"]) == ("completion", "P6", None)
    (item,) = [i for i in cast("chen.housing").walk("/v1/cases?status=accepted&limit=200") if i["id"] == before["id"]]
    assert datetime.fromisoformat(item["due"]) == datetime.fromisoformat(completion["due"]) > present()


def test_signing_for_and_accepting_are_two_acts(cast: Cast, lives: Lives) -> None:
    got = cast("li.window").register(report("petition", "heating.temperature"))
    page = cast("chen.housing").does(got["id"], "sign_for")
    assert (page["status"], page["lead_unit"]) == ("registered", "D150102_housing")
    assert page["clocks"][0]["met_at"] is None

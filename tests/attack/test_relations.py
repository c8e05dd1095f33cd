"""To see a case makes it nobody's business: every act asks in which relation to the case somebody stands."""

from typing import Any

import pytest

from app.cases.rules import TRANSITIONS
from tests.cast import Cast, Lives, Person
from tests.support.each import each
from tests.support.files import jpeg
from tests.support.residents import door
from tests.support.tiers import Amount

REASON = {"reason": "按职责分工"}
VISIT = {"method": "phone", "reached": False, "words": "两次致电无人接听。"}
HEATING = {"kind": "request", "category": "heating.outage"}
# Each sees every request of the county by its area, and has a part in none: departments, their heads, an office, a neighbour.
BESIDE = ("D150102_water.handler.1", "D150102_water.organ_head.1", "P150102.window_clerk.1", "P150102.organ_head.1")
WHO = Amount("of those beside a case who try every step, by state", short=1, long=len(BESIDE))
WATER = {"unit": "D150102_water"}
BODIES: dict[str, Any] = {
    "record_visit": VISIT, "place": {"code": "150102001001001"}, "approve_attempt": None, "reissue_code": None,
    "correct": {"title": "别的事", **REASON},
    "name_concerned": {"whom": [WATER], **REASON}, "mend_concerned": {"instead_of": WATER, "whom": [WATER], **REASON},
    "lift_concerned": {"whom": WATER, **REASON},
}  # fmt: skip


def someone(cast: Cast, who: str) -> Person:
    """By login or by post."""
    return cast(who) if who[0].islower() else cast.seat(who)


def asked_again(lives: Lives) -> str:
    receipt = lives.closed(**HEATING)
    assert door(lives.cast, "reopen", receipt, words="请重新办理。").status_code == 200
    return str(receipt["id"])


def held(lives: Lives) -> str:
    case = str(lives.handling(**HEATING)["id"])
    lives.cast("liu.head").does(case, "hold", REASON)
    return case


STATES: dict[str, Any] = {
    "registered": lambda lives: lives.registered(**HEATING)["id"],
    "queued": lambda lives: lives.registered(**HEATING, location={"area": "150102"})["id"],
    "handling": lambda lives: lives.handling(**HEATING)["id"],
    "attempted": lambda lives: lives.attempted(**HEATING)["id"],
    "asked to reopen": asked_again,
    "held": held,
}


@WHO.mark
@pytest.mark.parametrize("state", STATES)
def test_who_has_no_part_in_a_case_is_offered_no_step_and_takes_none(cast: Cast, lives: Lives, state: str) -> None:
    case, first = STATES[state](lives), list(STATES).index(state)
    for who in each((BESIDE * 3)[first : first + WHO]):
        person = someone(cast, who)
        page = person.get(f"/v1/cases/{case}").json()
        assert page["available_actions"] == [], f"{who} sees it, and that is all"
        for action, step in TRANSITIONS.items():
            if step.by in ("lead", "offered", "superior"):
                continue
            refused = person.act(case, action, BODIES.get(action, REASON))
            assert refused.status_code in (403, 409), f"{who} {action}: {refused.text}"
        assert person.get(f"/v1/cases/{case}").json()["version"] == page["version"]


@pytest.mark.parametrize("who", BESIDE)
def test_nor_does_anything_that_has_no_table_take_place_by_sight(cast: Cast, lives: Lives, who: str) -> None:
    case, person = str(lives.concluded(**HEATING)["id"]), someone(cast, who)
    party = cast("chen.housing").get(f"/v1/cases/{case}").json()["parties"][0]["id"]
    photo = cast("li.window").attached(case, jpeg())["id"]
    notice = cast("chen.housing").get(f"/v1/cases/{case}/notices").json()["items"][0]["id"]
    looked = {
        "reveal": person.post(f"/v1/cases/{case}/reveal", {"reason": "核对身份"}),
        "same phone": person.post(f"/v1/cases/{case}/same_phone", {"reason": "核对身份", "party": party}),
        "file in clear": person.post(f"/v1/cases/{case}/file", {"reason": "归档时核对材料"}),
        "notice in clear": person.post(f"/v1/notices/{notice}/print", {"reason": "送达当事人"}),
        "note": person.post(f"/v1/cases/{case}/notes", {"text": "请尽快。"}),
        "attachment": person.attach(case, jpeg()),
        "redacted copy": person.post(
            f"/v1/attachments/{photo}/redacted", {"rectangles": [{"x": 0, "y": 0, "width": 9, "height": 9}]}
        ),
    }
    assert {name: reply.status_code for name, reply in looked.items()} == dict.fromkeys(looked, 403)
    shown = person.get(f"/v1/attachments/{photo}").json()
    assert shown["available_actions"] == []


def test_a_proxy_is_arranged_by_none_who_only_sees_the_case(cast: Cast, lives: Lives) -> None:
    receipt = lives.registered(**HEATING)
    code = {"code": receipt["query_code"]}
    made = cast("li.window").post(f"/v1/cases/{receipt['id']}/proxies", {"wish": "行动不便", **code}).json()
    office = cast.seat("P150102.window_clerk.1")
    for action, body in (("decline", REASON), ("revoke", {"words": "不办了", **code})):
        refused = office.post(f"/v1/proxies/{made['id']}/actions/{action}", body, version=1)
        assert refused.status_code == 403, refused.text
    assert office.get(f"/v1/proxies/{made['id']}").json()["available_actions"] == []


@pytest.mark.parametrize("action", ["withdraw", "go_up"])
def test_who_is_only_offered_a_matter_neither_withdraws_it_nor_sends_it_up(
    cast: Cast, lives: Lives, action: str
) -> None:
    for case in (lives.registered(), lives.registered(**HEATING)):
        refused = cast("chen.housing").act(case["id"], action, REASON)
        assert refused.status_code == 403
        assert "主办单位或登记人" in refused.json()["detail"]


def test_the_centres_above_and_the_superior_stand_in_for_the_lead(cast: Cast, lives: Lives) -> None:
    asked, closed, tried = asked_again(lives), lives.closed(**HEATING)["id"], lives.attempted(**HEATING)["id"]
    cast("deng.county").does(asked, "decline_reopening", {"reason": "已复测达标"})
    cast("feng.city").does(closed, "reopen", REASON)
    cast("hu.supervisor").does(tried, "approve_attempt")
    assert cast.seat("D150100_water.organ_head.1").act(closed, "hold", REASON).status_code == 403


def test_a_hold_is_released_by_who_placed_it_or_above(cast: Cast, lives: Lives) -> None:
    case = lives.handling(**HEATING)["id"]
    cast("hu.supervisor").does(case, "hold", {"reason": "法院调卷"})
    assert cast("liu.head").act(case, "release_hold", REASON).status_code == 403, "it binds the lead too"
    cast("hu.supervisor").does(case, "release_hold", {"reason": "已调取"})
    cast("liu.head").does(case, "hold", REASON)
    cast("feng.city").does(case, "release_hold", REASON)


def test_the_table_says_who_in_words(cast: Cast) -> None:
    for language, words in (("zh", "主办单位或登记人"), ("en", "the lead unit, or who registered it")):
        tables = cast("li.window").get("/v1/transitions", **{"Accept-Language": language}).json()["by_kind"]
        assert all(row["who"] for rows in tables.values() for row in rows)
        (withdraw,) = (row for row in tables["case"] if row["action"] == "withdraw")
        assert (withdraw["by"], withdraw["who"]) == ("wish", words)


def test_a_visit_is_recorded_by_the_lead_above_or_the_registrar(cast: Cast, lives: Lives) -> None:
    case = lives.closed(**HEATING)["id"]
    for who in ("chen.housing", "deng.county", "li.window"):
        cast(who).does(case, "record_visit", VISIT)
    assert cast("zhang.hrss").act(case, "record_visit", VISIT).status_code == 403

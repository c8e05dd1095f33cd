"""Words say whom it concerns: nobody below touches the case until a person above has named the unit. Bars are mended, too."""

from typing import Any

import pytest

from tests.cast import Cast, Lives, Person, report
from tests.support.residents import applied, found

HOUSING, WATER, INTAKE = "D150102_housing", "D150102_water", "I150100"
WORDS: dict[str, Any] = {"concerns": [{"text": "新城区住房和城乡建设局"}]}
NOBODY = {"whom": [], "reason": "核实后不涉及任何单位"}
BELOW = ("chen.housing", "sun.coordinator", "li.window", "wang.grid", "tian.enforcement", "deng.county", "qin.head")
KINDS = [("request", "heating.outage"), ("petition", "heating.temperature"), ("event", "road.damage")]


@pytest.fixture
def city(cast: Cast) -> Person:
    """The coordinator of the city's centre."""
    return cast.seat("C150100.coordinator.1")


def page_of(person: Person, case: str) -> dict[str, Any]:
    return dict(person.get(f"/v1/cases/{case}").json())


def who_see(cast: Cast, case: str) -> list[str]:
    return [who for who in BELOW if cast(who).sees(case)]


def filed(cast: Cast, kind: str = "request", category: str = "heating.outage", **more: Any) -> dict[str, Any]:
    return cast("li.window").register(report(kind, category, **more))


def said(cast: Cast, receipt: dict[str, Any], **more: Any) -> Any:
    """By the resident, with number and code."""
    body = {"number": receipt["number"], "code": receipt["query_code"], **more}
    return cast.client.post("/v1/query/concerns", json=body)


# --- Words at registration


@pytest.mark.parametrize(("kind", "category"), KINDS)
def test_nobody_below_sees_it_before_a_person_above_has_named_the_unit(
    cast: Cast, city: Person, kind: str, category: str
) -> None:
    case = filed(cast, kind, category, **WORDS)
    assert (case["offered_to"], case["routing"]["guarded"]) == (None, True)
    assert who_see(cast, case["id"]) == (["deng.county"] if case["lead_unit"] == "C150102" else [])
    lead = cast.seat(f"{case['lead_unit']}.coordinator.1")
    assert page_of(lead, case["id"])["concerns"][0]["text"] == "新城区住房和城乡建设局"
    meant, hidden = (
        ("D150102001_urban", ["tian.enforcement"]) if kind == "event" else (HOUSING, ["chen.housing", "liu.head"])
    )
    for action, body in (("offer", {"unit": HOUSING, "reason": "派"}), ("merge", {"into": case["id"], "reason": "并"})):
        refused = lead.act(case["id"], action, body)
        assert refused.status_code == 409
        assert "name_concerned" in refused.text
    lead.does(case["id"], "name_concerned", {"whom": [{"unit": meant}], "reason": "来信所指即该局"})
    assert not [who for who in hidden if cast(who).sees(case["id"])]


def test_the_unit_that_words_may_mean_is_asked_for_no_help(cast: Cast, city: Person) -> None:
    case = filed(cast, **WORDS)["id"]
    task = {"unit": HOUSING, "text": "请协助核实"}
    assert city.post(f"/v1/cases/{case}/tasks", task).status_code == 409


@pytest.mark.parametrize(("kind", "category"), KINDS)
def test_where_no_unit_is_meant_it_goes_the_way_it_would_have_gone(
    cast: Cast, city: Person, kind: str, category: str
) -> None:
    plain, case = filed(cast, kind, category), filed(cast, kind, category, **WORDS)
    lead = cast.seat(f"{case['lead_unit']}.coordinator.1")
    lead.does(case["id"], "name_concerned", NOBODY)
    page, other = (page_of(cast("li.window"), one["id"]) for one in (case, plain))
    assert page["lead_unit"] == plain["lead_unit"]
    assert page["concerns"] == []
    open_to = [[(a["unit"], a["staff"], a["part"], a["state"]) for a in p["assignments"]] for p in (page, other)]
    assert sorted(map(str, open_to[0])) == sorted(map(str, open_to[1]))
    assert who_see(cast, case["id"]) == who_see(cast, plain["id"])
    assert lead.sees(case["id"]), "who found so goes on seeing it"


def test_an_accusation_in_words_waits_at_the_highest_desk(cast: Cast) -> None:
    """Words beside a unit too: they may mean the very desk above it."""
    for concerns in ([{"text": "县纪检窗口某某"}], [{"text": "县纪检窗口某某"}, {"unit": "C150102001"}]):
        body = report("petition", "conduct.service", petition_class="accusation", concerns=concerns)
        case = cast("li.window").register(body)["id"]
        assert not cast("xu.discipline").sees(case)
        assert cast("he.discipline").sees(case)
        handed = cast("he.discipline").act(case, "offer", {"unit": "X150102", "reason": "交办"})
        assert handed.status_code == 409
        cast("he.discipline").does(case, "name_concerned", {"whom": [{"unit": "X150102"}], "reason": "核实"})
        assert page_of(cast("he.discipline"), case)["lead_unit"] == "X150100"


def test_who_is_meant_itself_names_itself_and_stands_back_but_nobody_names_one_above(cast: Cast, city: Person) -> None:
    case = filed(cast, concerns=[{"text": "市中心某某"}])["id"]
    assert page_of(city, case)["lead_unit"] == "C150100"
    city.does(case, "name_concerned", {"whom": [{"unit": "C150100"}], "reason": "涉及本中心"})
    assert not city.sees(case)
    assert page_of(cast("luo.intake"), case)["lead_unit"] == INTAKE
    dispute = filed(cast, "dispute", "neighbour.noise", concerns=[{"text": "街道的人"}])["id"]
    above = cast("deng.county").act(dispute, "name_concerned", {"whom": [{"unit": "C150100"}], "reason": "试"})
    assert above.status_code == 403


# --- Words and units said by the resident, later


def test_the_resident_names_whoever_has_it_and_they_lose_it_at_once(cast: Cast, lives: Lives, city: Person) -> None:
    receipt = lives.handling(kind="request", category="heating.outage")
    reply = said(cast, receipt, concerns=[{"unit": HOUSING}])
    assert reply.status_code == 200, reply.text
    assert not cast("chen.housing").sees(receipt["id"])
    assert not cast("liu.head").sees(receipt["id"])
    page = page_of(city, receipt["id"])
    assert page["lead_unit"] == "C150100"
    assert page["status"] == "handling"
    city.does(receipt["id"], "conclude", {"result": "resolved", "reply": "已核实处理。"})


def test_words_of_the_resident_take_it_from_whoever_has_it(cast: Cast, lives: Lives, city: Person) -> None:
    receipt = lives.signed(kind="request", category="heating.outage")
    assert said(cast, receipt, concerns=[{"text": "住建局的经办人"}]).status_code == 200
    assert who_see(cast, receipt["id"]) == []
    again = said(cast, receipt, concerns=[{"text": "住建局的经办人"}])
    assert again.status_code == 200
    kinds = [e["kind"] for e in city.get(f"/v1/cases/{receipt['id']}/timeline").json()["items"]]
    assert kinds.count("concern_said") == 1, "what was said is not said twice"
    city.does(receipt["id"], "name_concerned", NOBODY)
    page = page_of(cast("chen.housing"), receipt["id"])
    assert page["lead_unit"] == HOUSING, "what the words took from it has come back"
    cast("chen.housing").does(receipt["id"], "accept")


def test_whom_the_resident_does_not_want_is_let_in_by_nobody_else(cast: Cast, lives: Lives, city: Person) -> None:
    receipt = lives.signed(kind="request", category="heating.outage")
    assert said(cast, receipt, not_to=[{"unit": WATER}]).status_code == 200
    assert not cast.seat(f"{WATER}.handler.1").sees(receipt["id"])
    refused = city.act(receipt["id"], "lift_concerned", {"whom": {"unit": WATER}, "reason": "解除"})
    assert refused.status_code == 409
    assert not cast.seat(f"{WATER}.handler.1").sees(receipt["id"])
    for unit in ("D150102_civil", WATER, WATER):  # nobody is let in twice, and to ask it twice is no fault
        assert said(cast, receipt, let_in=[{"unit": unit}]).status_code == 200
    kinds = [e["kind"] for e in city.get(f"/v1/cases/{receipt['id']}/timeline").json()["items"]]
    assert kinds.count("concern_said") == 2
    assert cast.seat(f"{WATER}.handler.1").sees(receipt["id"])


def test_whom_the_resident_does_not_want_stays_out_though_it_does_not_concern_them(
    cast: Cast, lives: Lives, city: Person
) -> None:
    receipt = lives.signed(kind="request", category="heating.outage", concerns=[{"unit": WATER}])
    assert said(cast, receipt, not_to=[{"unit": WATER}]).status_code == 200
    city.does(receipt["id"], "lift_concerned", {"whom": {"unit": WATER}, "reason": "查明无关"})
    assert not cast.seat(f"{WATER}.handler.1").sees(receipt["id"])


def test_a_wrong_code_and_a_unit_that_is_not_are_refused(cast: Cast, lives: Lives) -> None:
    receipt = lives.registered()
    assert said(cast, {**receipt, "query_code": "2222222222"}, concerns=[{"unit": HOUSING}]).status_code == 404
    assert said(cast, receipt, concerns=[{"unit": "D999"}]).status_code == 422
    assert said(cast, receipt).status_code == 422


# --- Who may name, mend, lift


def test_naming_mending_and_lifting_are_for_the_tier_above(cast: Cast, lives: Lives, city: Person) -> None:
    case = lives.signed(kind="request", category="heating.outage")["id"]
    named = {"whom": [{"unit": WATER}], "reason": "来信所指"}
    beside = cast("liu.head").act(case, "name_concerned", named)
    assert beside.status_code == 403, "housing stands beside water, not above it"
    city.does(case, "name_concerned", named)
    water, civil = cast.seat(f"{WATER}.handler.1"), cast.seat("D150102_civil.handler.1")
    assert (water.sees(case), civil.sees(case)) == (False, True)
    below = cast("liu.head").act(case, "lift_concerned", {"whom": {"unit": WATER}, "reason": "无关"})
    assert below.status_code == 403
    body = {"instead_of": {"unit": WATER}, "whom": [{"unit": "D150102_civil"}], "reason": "更正"}
    city.does(case, "mend_concerned", body)
    assert (water.sees(case), civil.sees(case)) == (True, False)
    city.does(case, "lift_concerned", {"whom": {"unit": "D150102_civil"}, "reason": "无关"})
    assert (water.sees(case), civil.sees(case)) == (True, True)
    assert city.act(case, "lift_concerned", {"whom": {"unit": WATER}, "reason": "无关"}).status_code == 409


def test_lifting_gives_back_the_lead_the_offer_and_nothing_more(cast: Cast, lives: Lives, city: Person) -> None:
    signed, offered = lives.signed(kind="request", category="heating.outage"), filed(cast)
    for receipt in (signed, offered):
        before = page_of(city, receipt["id"])
        city.does(receipt["id"], "name_concerned", {"whom": [{"unit": HOUSING}], "reason": "来信所指"})
        taken = page_of(city, receipt["id"])
        assert HOUSING not in [a["unit"] for a in taken["assignments"] if a["state"] in ("offered", "signed")]
        assert HOUSING not in (taken["lead_unit"], taken["concerns"][0]["text"])
        city.does(receipt["id"], "lift_concerned", {"whom": {"unit": HOUSING}, "reason": "查明无关"})
        after = page_of(city, receipt["id"])
        assert after["lead_unit"] == before["lead_unit"]
        held = [
            sorted(
                (a["unit"], str(a["staff"]), a["part"]) for a in p["assignments"] if a["state"] in ("offered", "signed")
            )
            for p in (before, after)
        ]
        assert held[0] == held[1]
    cast("chen.housing").does(offered["id"], "sign_for")
    cast("chen.housing").does(signed["id"], "accept")


def test_no_event_says_whom_it_concerns(cast: Cast, lives: Lives, city: Person) -> None:
    case = lives.signed(kind="request", category="heating.outage")["id"]
    city.does(case, "name_concerned", {"whom": [{"unit": WATER}], "reason": "来信所指"})
    events = city.get(f"/v1/cases/{case}/timeline").json()["items"]
    assert [e["kind"] for e in events][-2:] == ["name_concerned", "bars_changed"]
    assert "water" not in str([e["data"] for e in events])


def test_what_the_resident_asked_for_is_not_taken_back_by_naming(cast: Cast, city: Person) -> None:
    """Taken up at the resident's wish before somebody was named: the offer to the centre above stands."""
    receipt = filed(cast)
    body = {"number": receipt["number"], "code": receipt["query_code"], "words": "请上级看看"}
    assert cast.client.post("/v1/query/go_up", json=body).status_code == 200
    cast("deng.county").does(
        receipt["id"], "name_concerned", {"whom": [{"unit": "D150102001_urban"}], "reason": "来信所指"}
    )
    page = page_of(city, receipt["id"])
    offered = [a["unit"] for a in page["assignments"] if (a["part"], a["state"]) == ("lead", "offered")]
    assert (page["lead_unit"], offered) == (receipt["lead_unit"], ["C150102001"])


def test_an_offer_that_naming_took_does_not_come_back_to_a_case_that_has_ended(cast: Cast, city: Person) -> None:
    receipt = filed(cast)
    li, whom = cast("li.window"), {"unit": HOUSING}
    li.does(receipt["id"], "offer", {"unit": HOUSING, "reason": "派"}) if not receipt["offered_to"] else None
    city.does(receipt["id"], "name_concerned", {"whom": [whom], "reason": "来信所指"})
    li.does(receipt["id"], "withdraw", {"reason": "来人撤回"})
    city.does(receipt["id"], "lift_concerned", {"whom": whom, "reason": "查明无关"})
    states = [a["state"] for a in page_of(city, receipt["id"])["assignments"]]
    assert "offered" not in states


# --- Merged together


def test_words_of_one_keep_below_out_of_all_that_are_merged_with_it(cast: Cast, lives: Lives, city: Person) -> None:
    one, other = (lives.signed(kind="request", category="heating.outage") for _ in range(2))
    cast("liu.head").does(one["id"], "merge", {"into": other["id"], "reason": "同一事项"})
    assert said(cast, one, concerns=[{"text": "供热站站长"}]).status_code == 200
    assert (who_see(cast, one["id"]), who_see(cast, other["id"])) == ([], [])
    city.does(other["id"], "name_concerned", {"whom": [{"unit": WATER}], "reason": "站长属供水"})
    for case in (one["id"], other["id"]):
        assert page_of(city, case)["lead_unit"] == HOUSING
        assert cast("chen.housing").sees(case)
        assert not cast.seat(f"{WATER}.handler.1").sees(case)
    cast("liu.head").does(one["id"], "unmerge", {"reason": "分开"})
    assert not cast.seat(f"{WATER}.handler.1").sees(one["id"]), "named for the case whose words meant it"


# --- A review


def test_a_review_with_words_stays_with_its_organ_whatever_is_settled(cast: Cast, lives: Lives) -> None:
    head = cast.seat("D150100_housing.organ_head.1")
    review = applied(cast, lives.served())
    review["id"] = found(head, review["number"])
    assert said(cast, review, concerns=[{"text": "市里的某科长"}]).status_code == 200
    assert page_of(head, review["id"])["lead_unit"] == "D150100_housing"
    assert said(cast, review, not_to=[{"unit": WATER}]).status_code == 200
    assert page_of(head, review["id"])["lead_unit"] == "D150100_housing"
    head.does(review["id"], "name_concerned", {**NOBODY, "reason": "科长不在本市任职"})


# --- A high unit named by a clerk


def test_a_high_centre_named_by_a_clerk_leaves_somebody_who_leads_and_can_lift_it(cast: Cast) -> None:
    for kind, category in KINDS:
        plain, case = filed(cast, kind, category), filed(cast, kind, category, concerns=[{"unit": "C150100"}])
        assert case["lead_unit"] == INTAKE
        assert "sun.coordinator" not in who_see(cast, case["id"])
        cast("luo.intake").does(case["id"], "lift_concerned", {"whom": {"unit": "C150100"}, "reason": "与市中心无关"})
        assert who_see(cast, case["id"]) == who_see(cast, plain["id"])
        assert page_of(cast("li.window"), case["id"])["lead_unit"] == plain["lead_unit"]

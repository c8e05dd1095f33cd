"""Sight follows responsibility: it comes with an offer, ends with refusal, recall or passing it on, stays where a duty does."""

from datetime import timedelta
from typing import Any

import pytest

from tests.access.reading import listed
from tests.cast import CONCLUSION, Cast, Lives, report
from tests.support.clock import present

HOUSING, OFFICE = "chen.housing", "ma.petition"
NAME, PHONE = "司马匿名氏", "18612345678"
PARTY = [{"role": "petitioner", "name": NAME, "phone": PHONE}]


def offered_to_the_office(cast: Cast, lives: Lives) -> str:
    """Housing leads it and offers it to the petition office."""
    case = str(lives.accepted(parties=PARTY)["id"])
    cast(HOUSING).does(case, "offer", {"unit": "P150102", "reason": "按职责分工"})
    return case


def knows_nothing(cast: Cast, login: str, case: str) -> None:
    """At no door that a part had opened."""
    person = cast(login)
    for door in ("", "/timeline", "/similar"):
        assert person.get(f"/v1/cases/{case}{door}").status_code == 404, door
    assert all(case not in ids for ids in listed(person).values())
    for door in ("reveal", "same_phone"):
        body = {"reason": "核实试探", **({"party": case} if door == "same_phone" else {})}
        assert person.post(f"/v1/cases/{case}/{door}", body).status_code == 404, door
    for action in ("sign_for", "refuse", "withdraw"):
        assert person.act(case, action, {"reason": "核实试探"} if action != "sign_for" else None).status_code == 404, (
            action
        )


@pytest.mark.parametrize("ending", ["refuse", "recall", "withdraw", "decline"])
def test_whom_an_offer_no_longer_stands_with_knows_nothing(cast: Cast, lives: Lives, ending: str) -> None:
    if ending == "decline":
        case = str(lives.signed(parties=PARTY)["id"])
        cast(HOUSING).does(case, "offer", {"unit": "P150102", "reason": "按职责分工"})
    else:
        case = offered_to_the_office(cast, lives)
    assert cast(OFFICE).sees(case)
    who = {"refuse": OFFICE}.get(ending, HOUSING)
    body = {"recall": None, "decline": {"route": "litigation", "reason": "属法院"}}.get(
        ending, {"reason": "不属本单位"}
    )
    cast(who).does(case, ending, body)
    knows_nothing(cast, OFFICE, case)
    assert cast(HOUSING).sees(case), "the lead stays"


def test_a_look_at_people_is_not_replayed_once_the_sight_has_ended(cast: Cast, lives: Lives) -> None:
    case = offered_to_the_office(cast, lives)
    url, body = f"/v1/cases/{case}/reveal", {"reason": "核对身份"}
    first = cast(OFFICE).post(url, body, key="look-once-" + case)
    assert first.json()["items"][0]["name"] == NAME
    cast(OFFICE).does(case, "refuse", {"reason": "不属本单位"})
    again = cast(OFFICE).post(url, body, key="look-once-" + case)
    assert again.status_code in (404, 422), again.text
    assert NAME not in again.text
    assert PHONE not in again.text


def test_who_passed_it_on_sideways_knows_nothing_more(cast: Cast, lives: Lives) -> None:
    case = offered_to_the_office(cast, lives)
    cast(OFFICE).does(case, "sign_for")
    knows_nothing(cast, HOUSING, case)


def test_who_received_it_first_stays_beside_it_and_leads_no_more(cast: Cast, lives: Lives) -> None:
    case, first = offered_to_the_office(cast, lives), cast.seat("C150102001001.window_clerk.1")
    cast(OFFICE).does(case, "sign_for")
    page = first.get(f"/v1/cases/{case}").json()
    assert page["lead_unit"] == "P150102"
    assert page["parties"][0]["name"] == "司马**"
    for action, body in (("accept", None), ("offer", {"unit": "D150102_water", "reason": "试"}), ("recall", None)):
        reply = first.act(case, action, body)
        assert reply.status_code in (403, 409), f"seen, but not to be done: {action} {reply.text}"
    cast(OFFICE).does(case, "handle")
    cast(OFFICE).does(case, "conclude", CONCLUSION)
    assert first.get(f"/v1/cases/{case}").json()["notes"][-1]["body"] == CONCLUSION["reply"]


@pytest.mark.parametrize(("shift", "seen"), [(timedelta(seconds=-1), False), (timedelta(hours=1), True)])
def test_a_sight_lasts_until_its_end(cast: Cast, lives: Lives, sql: Any, shift: timedelta, seen: bool) -> None:
    case = offered_to_the_office(cast, lives)
    until = present() + shift
    sql("update case_access set until = $2 where case_id = $1::uuid and grantee = 'unit:P150102'", case, until)
    assert cast(OFFICE).sees(case) is seen
    assert (case in listed(cast(OFFICE))["/v1/cases?sort=newest"]) is seen


def test_a_refused_task_leaves_what_the_area_shows(cast: Cast) -> None:
    """A request is open to its area anyway: the worker who refuses the task still sees it, and takes no step any more."""
    case = cast("li.window").register(report())["id"]
    page = cast("wang.grid").does(case, "refuse", {"reason": "休假"})
    assert page["available_actions"] == []
    assert cast("wang.grid").sees(case)
    assert cast("zhao.grid").sees(case)


def test_a_merge_shows_neither_side_the_other(cast: Cast, lives: Lives) -> None:
    """Who has a part in one of two joined cases learns neither id nor number of the other."""
    one, other = cast("gao.window").register(report("petition", "heating.temperature")), lives.signed()
    cast(HOUSING).does(one["id"], "sign_for")  # its registrar sees the one, the labour department the other
    cast(HOUSING).does(other["id"], "offer", {"unit": "D150102_hrss", "reason": "会商"})
    cast("liu.head").does(one["id"], "merge", {"into": other["id"], "reason": "同一事项"})
    assert cast(HOUSING).get(f"/v1/cases/{one['id']}").json()["merged_into"] == other["id"]
    for login, own, hidden in (("gao.window", one, other), ("zhang.hrss", other, one)):
        told = "".join(cast(login).get(f"/v1/cases/{own['id']}{door}").text for door in ("", "/timeline", "/similar"))
        assert own["number"] in told
        assert hidden["id"] not in told, login
        assert hidden["number"] not in told, login

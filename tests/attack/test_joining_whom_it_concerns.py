"""A complaint never becomes a part, a repeat or a companion of a case that those complained of have in hand."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import Cast, Lives, Person, report
from tests.support.each import each

HOUSING, HEATING = "D150102_housing", ("request", "heating.outage")
REASON = {"reason": "同一事项"}
Sql = Callable[..., list[Any]]


@pytest.fixture
def city(cast: Cast) -> Person:
    """The coordinator of the city's centre, who sees every request."""
    return cast.seat("C150100.coordinator.1")


@pytest.fixture
def of_housing(cast: Cast, lives: Lives) -> str:
    """A heating matter that housing leads."""
    return str(lives.signed(kind="request", category="heating.outage")["id"])


def about_housing(cast: Cast, **more: Any) -> dict[str, Any]:
    """A heating matter that concerns housing: the city's centre leads it."""
    receipt = cast("luo.intake").register(report(*HEATING, concerns=[{"unit": HOUSING}], **more))
    assert receipt["lead_unit"] == "C150100"
    return receipt


def page_of(person: Person, case: str) -> dict[str, Any]:
    return dict(person.get(f"/v1/cases/{case}").json())


def joins(other: str) -> list[tuple[str, dict[str, Any]]]:
    """Every step that joins a case to another."""
    return [
        ("link", {"other": other, "relation": "joint", **REASON}),
        ("link", {"other": other, "relation": "parent", **REASON}),
        ("link_repeat", {"other": other, **REASON}),
        ("merge", {"into": other, **REASON}),
    ]


def test_it_is_joined_to_no_case_of_theirs_by_whatever_step(cast: Cast, city: Person, of_housing: str) -> None:
    complaint = about_housing(cast)["id"]
    before = page_of(cast("chen.housing"), of_housing)
    for action, body in joins(of_housing):
        refused = city.act(complaint, action, body)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/conflict"), action
        assert "回避" in refused.text
    assert page_of(cast("chen.housing"), of_housing) == before, "not even its version moves"
    assert page_of(city, complaint)["status"] == "registered"


def test_nor_is_a_case_of_theirs_joined_to_it(cast: Cast, of_housing: str) -> None:
    complaint = about_housing(cast)["id"]
    for action, body in each(joins(complaint)):
        refused = cast("liu.head").act(of_housing, action, body)
        assert refused.status_code == 404, "whom it concerns does not know that it exists"


def test_the_number_and_the_code_of_their_case_make_no_repeat_of_it(cast: Cast, city: Person, lives: Lives) -> None:
    theirs, complaint = lives.signed(kind="request", category="heating.outage"), about_housing(cast)["id"]
    body = {"number": theirs["number"], "code": theirs["query_code"], **REASON}
    assert city.act(complaint, "link_repeat", body).status_code == 409
    wrong = {**body, "code": "2222222222"}
    assert city.act(complaint, "link_repeat", wrong).status_code == 404


def test_it_is_joined_to_no_case_that_they_were_offered(cast: Cast, city: Person) -> None:
    complaint = about_housing(cast)["id"]
    offered = cast("li.window").register(report(*HEATING))
    assert offered["offered_to"] == HOUSING
    assert city.act(complaint, "merge", {"into": offered["id"], **REASON}).status_code == 409


def test_nor_to_one_that_a_person_kept_out_has_in_hand(cast: Cast, city: Person) -> None:
    worker = cast("li.window").register(report(*HEATING))["worker"]
    complaint = cast("luo.intake").register(
        report(*HEATING, not_to=[{"staff": worker}], concerns=[{"unit": "C150102001"}])
    )
    theirs = cast("li.window").register(report(*HEATING))
    lead = cast.seat(f"{complaint['lead_unit']}.coordinator.1")
    assert lead.act(complaint["id"], "merge", {"into": theirs["id"], **REASON}).status_code == 409


def test_a_merge_keeps_out_of_both_says_so_sealed_and_gives_back_what_it_took(
    cast: Cast, lives: Lives, sql: Sql
) -> None:
    """Water sees the one by its area alone; the head of housing merges the other, which concerns water, into it."""
    about = lives.signed(kind="request", category="heating.outage", concerns=[{"unit": "D150102_water"}])["id"]
    plain = lives.signed(kind="request", category="heating.outage", concerns=[{"unit": "D150102_civil"}])["id"]
    water, civil, head = cast.seat("D150102_water.handler.1"), cast.seat("D150102_civil.handler.1"), cast("liu.head")
    assert [who.sees(case) for who in (water, civil) for case in (about, plain)] == [False, True, True, False]
    before = sql(
        "select id, barred_units, barred_staff from cases where id = any($1::uuid[]) order by id", [about, plain]
    )
    head.does(about, "merge", {"into": plain, **REASON})
    assert not any(who.sees(case) for who in (water, civil) for case in (about, plain))
    for case in (about, plain):
        told = head.get(f"/v1/cases/{case}/timeline").json()["items"][-1]
        assert told["kind"] == "bars_changed"
        assert "water" not in str(told)
        (kept,) = sql("select body, sealed from case_note where id = $1::uuid", told["data"]["note"])
        assert kept["body"] is None
        assert kept["sealed"] is not None
    head.does(about, "unmerge", REASON)
    assert [who.sees(case) for who in (water, civil) for case in (about, plain)] == [False, True, True, False]
    assert before == sql(
        "select id, barred_units, barred_staff from cases where id = any($1::uuid[]) order by id", [about, plain]
    )


def test_three_that_were_merged_part_again_one_by_one(cast: Cast, lives: Lives) -> None:
    """What one of them keeps out is kept out of all, and of none that has left."""
    units = ["D150102_water", "D150102_civil", "D150102_health"]
    cases = [lives.signed(kind="request", category="heating.outage", concerns=[{"unit": unit}])["id"] for unit in units]
    seats, head = [cast.seat(f"{unit}.handler.1") for unit in units], cast("liu.head")
    apart = [[one != other for other in range(3)] for one in range(3)]

    def sight() -> list[list[bool]]:
        return [[seat.sees(case) for case in cases] for seat in seats]

    assert sight() == apart
    head.does(cases[0], "merge", {"into": cases[1], **REASON})
    head.does(cases[1], "merge", {"into": cases[2], **REASON})
    assert not any(any(row) for row in sight())
    head.does(cases[1], "unmerge", REASON)
    assert sight() == [[False, False, True], [False, False, True], [True, True, False]]
    head.does(cases[0], "unmerge", REASON)
    assert sight() == apart


def test_a_bar_lifted_while_it_was_merged_is_made_up_for_when_it_stands_alone_again(cast: Cast, city: Person) -> None:
    """It had gone to the city, as it was said to concern housing; parted, it goes the way it went at the window."""
    receipt = cast("li.window").register(report(*HEATING))
    elsewhere = cast("luo.intake").register(report(*HEATING, location={"area": "150105"}))["id"]
    case, whom = receipt["id"], {"unit": HOUSING}

    def hands() -> tuple[str, list[str]]:
        page = city.get(f"/v1/cases/{case}").json()
        return page["lead_unit"], [a["unit"] for a in page["assignments"] if a["state"] == "offered" and not a["staff"]]

    assert hands() == ("C150102001001", [HOUSING])
    city.does(case, "name_concerned", {"whom": [whom], **REASON})
    assert hands() == ("C150100", ["D150100_housing"])
    city.does(case, "merge", {"into": elsewhere, **REASON})
    city.does(case, "lift_concerned", {"whom": whom, **REASON})
    assert hands() == ("C150100", [])
    city.does(case, "unmerge", REASON)
    assert hands() == ("C150102001001", [HOUSING])


def test_an_offer_that_was_taken_comes_back_to_nobody_once_another_has_signed(cast: Cast, city: Person) -> None:
    case = cast("li.window").register(report(*HEATING))["id"]
    city.does(case, "name_concerned", {"whom": [{"unit": HOUSING}], **REASON})
    head = cast.seat("D150100_housing.organ_head.1")
    head.does(case, "sign_for")
    city.does(case, "lift_concerned", {"whom": {"unit": HOUSING}, **REASON})
    page = head.get(f"/v1/cases/{case}").json()
    assert page["lead_unit"] == "D150100_housing"
    assert HOUSING not in [a["unit"] for a in page["assignments"] if a["state"] in ("offered", "signed")]

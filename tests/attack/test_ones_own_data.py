"""Nobody learns by a request about personal data what is not theirs: wrong codes, others' cases, whoever is complained of."""

import pytest

from tests.cast import Cast, Lives, report
from tests.privacy.test_data_requests import (
    CLERK,
    HEAD,
    HEATING,
    LOOK,
    REPLY,
    ZHANG,
    asked,
    at_window,
    decide,
    must,
    only,
)
from tests.support.residents import door, held

WANG = {"role": "respondent", "name": "王五六", "phone": "13922220002"}


def test_whoever_is_complained_of_learns_nothing_of_who_complained(cast: Cast) -> None:
    """The other side of a dispute gets their own data: not a word of the petitioner, not of the matter, not of its course."""
    body = report(
        "dispute", "neighbour.noise", parties=[ZHANG, WANG], title="楼上王某夜间噪音", description="张三丰诉王五六"
    )
    got = cast(CLERK).register(body)
    code = at_window(cast, got["id"], "respondent", code=got["query_code"])
    assert code.status_code == 422, "the petitioner's code is no sign of the respondent's wish"
    taken = must(at_window(cast, got["id"], "respondent"))
    above = cast.seat("C150102001.coordinator.1")  # the community's centre that leads has nobody who may decide
    assert above.sees(got["id"]), "to decide, and until then"
    version = above.get(f"/v1/data_requests/{taken['id']}").json()["version"]
    granted = above.post(f"/v1/data_requests/{taken['id']}/actions/grant", REPLY, version=version)
    assert (granted.status_code, granted.json()["seen"]) == (200, False), granted.text
    assert not above.sees(got["id"])
    copy = decide(cast, taken["id"], "hand_over", LOOK, CLERK)
    assert must(copy)["data"]["person"]["name"] == "王五六"
    for secret in ("张三丰", "13922220001", "噪音", "示范路1号3单元"):
        assert secret not in copy.text
    steps = str(door(cast, "", got).json()["steps"])
    assert "个人信息" not in steps, "nor is the petitioner told what the other asked"


@pytest.mark.parametrize("kind", ["petition", "request"])
def test_that_somebody_was_complained_of_is_told_nobody(cast: Cast, kind: str) -> None:
    category = "heating.temperature" if kind == "petition" else "heating.outage"
    got = cast(CLERK).register(report(kind, category, parties=[ZHANG, WANG]))
    reply = at_window(cast, got["id"], "respondent")
    nobody = cast(CLERK).post(
        f"/v1/cases/{got['id']}/data_requests",
        {"asked": "copy", "party": got["id"], "words": "查阅", "code": got["query_code"]},
    )
    assert reply.status_code == nobody.status_code == 422
    assert reply.json()["errors"] == nobody.json()["errors"], "the same as for somebody who is not there"


def test_an_accusation_gives_nothing_away_by_its_code(cast: Cast) -> None:
    body = report("petition", "conduct.service", petition_class="accusation", concerns=[{"unit": "C150102001"}],
                  parties=[ZHANG])  # fmt: skip
    got = cast(CLERK).register(body)
    assert door(cast, "data_requests", got, asked="copy", words="查阅").status_code == 409
    assert cast(CLERK).get(f"/v1/cases/{got['id']}/data_requests").status_code == 404


DOORS = {
    "data_requests": {"asked": "copy", "words": "查阅"},
    "data_requests/copy": {"request": "260000001U-P1"},
    "data_requests/withdraw": {"request": "260000001U-P1"},
    "correct": {"title": "别人的事"},
}


@pytest.mark.parametrize("name", DOORS)
def test_a_wrong_code_anothers_case_and_a_number_that_is_none_are_one_answer(
    cast: Cast, lives: Lives, name: str
) -> None:
    mine, other = lives.registered(**HEATING, parties=[ZHANG]), lives.registered(**HEATING)
    url = f"/v1/query/{name}"
    wrong = cast.client.post(url, json={**held(mine), "code": other["query_code"], **DOORS[name]})
    unknown = cast.client.post(url, json={**held(mine), "number": "999999999Z", **DOORS[name]})
    assert wrong.status_code == unknown.status_code == 404
    assert wrong.json() == unknown.json()


def test_anothers_request_is_not_fetched_with_ones_own_code(cast: Cast, lives: Lives) -> None:
    mine, other = lives.handling(**HEATING, parties=[ZHANG]), lives.handling(**HEATING, parties=[ZHANG])
    number = asked(cast, other)["number"]
    must(decide(cast, only(cast, other["id"])["id"], "grant", REPLY))
    theirs = door(cast, "data_requests/copy", mine, request=number)
    none = door(cast, "data_requests/copy", mine, request=f"{mine['number']}-P7")
    assert theirs.status_code == none.status_code == 404
    assert theirs.json() == none.json()


def test_whom_the_case_concerns_takes_and_decides_nothing(cast: Cast) -> None:
    got = cast(CLERK).register(report("petition", parties=[ZHANG], concerns=[{"unit": "D150102_housing"}]))
    asked(cast, got)
    for who in ("chen.housing", HEAD):
        assert cast(who).get(f"/v1/cases/{got['id']}/data_requests").status_code == 404
        assert got["number"] not in str(cast(who).get("/v1/data_requests").json())
        assert got["number"] not in str(cast(who).get("/v1/data_requests/counts?by=lead_unit").json())


def test_where_several_brought_it_the_code_speaks_for_none(cast: Cast, lives: Lives) -> None:
    got = lives.registered(**HEATING, parties=[ZHANG, {**ZHANG, "name": "李四"}])
    assert door(cast, "data_requests", got, asked="copy", words="查阅").status_code == 409

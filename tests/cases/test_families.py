"""Two cases on one matter: joined, counted, and parted again, without telling anybody what they may not know."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.cast import Cast, Lives, report

REASON = {"reason": "同一事项"}
HEAD = "liu.head"


def merge(cast: Cast, case: str, into: str, who: str = HEAD) -> dict[str, Any]:
    return cast(who).does(case, "merge", {"into": into, **REASON})


def counts(cast: Cast) -> dict[str, int]:
    return {c["key"]: c["cases"] for c in cast(HEAD).get("/v1/cases/counts?by=status").json()["items"]}


def test_a_merged_case_follows_the_other_and_its_clocks_stop(cast: Cast, lives: Lives) -> None:
    one, other = lives.handling()["id"], lives.handling()["id"]
    before = counts(cast)
    page = merge(cast, one, other)
    assert (page["status"], page["merged_into"]) == ("merged", other)
    assert page["available_actions"] == ["hold", "unmerge", "name_concerned"]
    assert {clock["kind"]: clock["stopped_at"] is not None for clock in page["clocks"]} == {
        "acceptance": False, "sign_for": False, "completion": True,
    }  # fmt: skip
    target = cast(HEAD).get(f"/v1/cases/{other}").json()
    assert target["merged"] == [one]
    assert target["status"] == "handling"
    after = counts(cast)
    assert after["handling"] == before["handling"] - 1
    assert after["merged"] == before.get("merged", 0) + 1


def test_a_merge_undone_leaves_both_as_they_were(cast: Cast, lives: Lives) -> None:
    one, other = lives.handling()["id"], lives.handling()["id"]
    kept = ("status", "lead_unit", "clocks", "merged_into", "accepted_at", "available_actions")
    first = {who: cast(HEAD).get(f"/v1/cases/{who}").json() for who in (one, other)}
    merge(cast, one, other)
    cast(HEAD).does(one, "unmerge", REASON)
    for who, page in first.items():
        now = cast(HEAD).get(f"/v1/cases/{who}").json()
        assert {k: now[k] for k in kept} == {k: page[k] for k in kept}
        assert now["merged"] == []
    kinds = [e["kind"] for e in cast(HEAD).get(f"/v1/cases/{other}/timeline").json()["items"]]
    assert kinds[-2:] == ["merged_in", "merge_undone"]


def test_an_offer_that_a_merge_took_back_stands_again_when_it_is_undone(cast: Cast, lives: Lives) -> None:
    one, other = lives.signed()["id"], lives.signed()["id"]
    cast("chen.housing").does(one, "offer", {"unit": "P150102", **REASON})
    cast.seat("D150102_water.handler.1")
    merge(cast, one, other)
    assert not cast("ma.petition").sees(one)
    page = cast(HEAD).does(one, "unmerge", REASON)
    assert [(a["unit"], a["state"]) for a in page["assignments"]][-1] == ("P150102", "offered")
    assert next((a["unit"], a["part"], a["state"]) for a in page["assignments"]) == ("C150102001001", "co", "signed")
    assert cast("ma.petition").sees(one)
    assert cast("ma.petition").does(one, "sign_for")["lead_unit"] == "P150102"


def test_no_case_is_merged_into_itself_or_round_in_a_ring(cast: Cast, lives: Lives) -> None:
    one, two, three = (lives.signed()["id"] for _ in range(3))
    assert cast(HEAD).act(one, "merge", {"into": one, **REASON}).status_code == 422
    merge(cast, one, two)
    assert cast(HEAD).act(two, "merge", {"into": one, **REASON}).status_code == 409
    merge(cast, two, three)
    for ended in (one, two):
        assert cast(HEAD).act(three, "merge", {"into": ended, **REASON}).status_code == 409


def test_two_merges_in_opposite_directions_at_once_leave_one(cast: Cast, lives: Lives) -> None:
    for _ in range(4):
        pair = lives.signed()["id"], lives.signed()["id"]
        with ThreadPoolExecutor(max_workers=2) as pool:
            acts = [(pair[0], pair[1]), (pair[1], pair[0])]
            replies = list(pool.map(lambda p: cast(HEAD).act(p[0], "merge", {"into": p[1], **REASON}, version=2), acts))
        assert sorted(reply.status_code for reply in replies) in ([200, 409], [200, 412])


def test_only_live_cases_of_the_same_kind_are_joined(cast: Cast, lives: Lives) -> None:
    case = lives.signed()["id"]
    request = lives.signed(kind="request", category="heating.outage")["id"]
    ended = lives.closed()["id"]
    for into, status in ((request, 409), (ended, 409), ("01a206cf-ffd4-701d-98b1-6b2166fde918", 404), ("x", 422)):
        assert cast(HEAD).act(case, "merge", {"into": into, **REASON}).status_code == status


def test_nothing_is_merged_into_what_one_does_not_see(cast: Cast, lives: Lives) -> None:
    case = lives.signed()["id"]
    hidden = cast("ma.petition").register(report("petition", "conduct.service"))["id"]
    assert not cast(HEAD).sees(hidden)
    reply = cast(HEAD).act(case, "merge", {"into": hidden, **REASON})
    unknown = cast(HEAD).act(case, "merge", {"into": "01a206cf-ffd4-701d-98b1-6b2166fde918", **REASON})
    assert reply.status_code == 404
    assert reply.json() == unknown.json()


def test_a_matter_is_not_put_into_the_hands_of_whom_it_concerns(cast: Cast, lives: Lives) -> None:
    plain = lives.signed()["id"]
    about = lives.signed(concerns=[{"unit": "C150102001"}])["id"]
    cast("chen.housing").does(plain, "offer", {"unit": "C150102001", **REASON})
    cast("sun.coordinator").does(plain, "sign_for")
    cast("sun.coordinator").does(plain, "offer", {"unit": "D150102_housing", **REASON})
    cast("chen.housing").does(plain, "sign_for")
    assert cast("sun.coordinator").sees(plain)
    helping = cast(HEAD).act(about, "merge", {"into": plain, **REASON})
    assert helping.status_code == 409, "the centre complained of goes on helping with the other"
    assert cast("sun.coordinator").sees(plain)
    assert not cast("sun.coordinator").sees(about)
    led_by_them = cast("sun.coordinator").register(
        report("petition", "heating.temperature", location={"area": "150102001"})
    )["id"]
    other = lives.signed(concerns=[{"unit": "C150102001"}])["id"]
    assert cast(HEAD).sees(led_by_them)
    assert cast(HEAD).act(other, "merge", {"into": led_by_them, **REASON}).status_code == 409


@pytest.mark.parametrize("undone", [False, True])
def test_who_sees_only_one_of_the_two_learns_nothing_of_the_other(cast: Cast, lives: Lives, undone: bool) -> None:
    """Li registered one, Zhou (at another window) the other; the head who joined them sees both."""
    one = lives.signed()["id"]
    zhou = cast.seat("C150102001002.window_clerk.1")
    other = zhou.register(report("petition", "heating.temperature"))["id"]
    cast("chen.housing").does(other, "sign_for")
    assert not cast("li.window").sees(other)
    assert not zhou.sees(one)
    merge(cast, one, other)
    if undone:
        cast(HEAD).does(one, "unmerge", REASON)
    for who, mine, hidden in ((cast("li.window"), one, other), (zhou, other, one)):
        for url in (
            f"/v1/cases/{mine}",
            f"/v1/cases/{mine}/timeline",
            f"/v1/cases/{mine}/similar",
            "/v1/cases?limit=200",
        ):
            assert hidden not in who.get(url).text, url
    for mine, hidden in ((one, other), (other, one)):
        assert hidden in cast(HEAD).get(f"/v1/cases/{mine}/timeline").text


def test_the_resident_of_a_merged_case_is_told_and_given_no_other_number(cast: Cast, lives: Lives) -> None:
    one, other = lives.signed(), lives.signed()
    merge(cast, one["id"], other["id"])
    asked = cast.client.post("/v1/query", json={"number": one["number"], "code": one["query_code"]}).json()
    assert asked["status"] == "merged"
    assert asked["said"]
    assert other["number"] not in str(asked), "it is somebody else's number"

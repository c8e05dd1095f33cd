"""The rating is the resident's alone; a low one, or a wish in words, is decided on by somebody who did not do the work."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from app.core.access import Permission
from app.core.database import connect
from app.staff.queries import get_actor
from seeds.hohhot.staff import staff_id
from tests.cast import CONCLUSION, Cast, Lives, Person, service
from tests.support.application import document
from tests.support.clock import present
from tests.support.families import count_participation, counts_once
from tests.support.residents import CHEN, HEAD, LI, door

Freeze = Callable[[datetime], None]
REASON = {"reason": "维修承诺确未兑现。"}
LOW = {"satisfaction": "unsatisfied", "solved": "no", "words": "修好两天又不热了。"}
GOOD = {"satisfaction": "satisfied", "solved": "yes"}


def requests(who: Person, state: str = "open") -> dict[str, dict[str, Any]]:
    return {item["case_id"]: item for item in who.walk(f"/v1/reopening_requests?state={state}&limit=200")}


def test_closing_invites_and_the_resident_rates_once(cast: Cast, lives: Lives) -> None:
    got = lives.served()
    assert door(cast, "rate", got, **GOOD).status_code == 409, "not before it is closed"
    cast(CHEN).does(got["id"], "close")
    assert door(cast, "", got).json()["rate_until"]
    reply = door(cast, "rate", got, **GOOD)
    assert (reply.status_code, reply.json()["reopening_asked"]) == (200, False)
    page = cast(CHEN).get(f"/v1/cases/{got['id']}").json()
    assert (page["rating"]["satisfaction"], page["rating"]["solved"]) == ("satisfied", "yes")
    again = door(cast, "rate", got, **LOW)
    assert (again.status_code, "一次" in again.json()["detail"]) == (409, True)
    assert "rate_until" not in door(cast, "", got).json()


def test_the_window_ends(cast: Cast, lives: Lives, at: Freeze) -> None:
    got = lives.closed()
    at(present() + timedelta(days=45))
    assert door(cast, "rate", got, **GOOD).status_code == 409
    assert door(cast, "reopen", got, words="仍未解决。").status_code == 200, "the wish to reopen has no window"


def test_no_route_lets_staff_rate(cast: Cast, lives: Lives) -> None:
    rating = [path for path in document()["paths"] if "rate" in path or "rating" in path]
    assert rating == ["/v1/query/rate", "/v1/query/rate/revoke"]
    got = lives.closed()
    assert not cast(CHEN).get("/v1/me").json()["permissions"].count(Permission.CODE_REISSUE)
    assert cast(CHEN).act(got["id"], "reissue_code").status_code == 403, "who handles does not come by the code"


def test_a_low_rating_opens_a_request_that_those_who_worked_it_do_not_decide(cast: Cast, lives: Lives) -> None:
    got = lives.closed()
    reply = door(cast, "rate", got, **LOW)
    assert (reply.status_code, reply.json()["reopening_asked"]) == (200, True)
    case = got["id"]
    head = cast(HEAD)
    item = requests(head)[case]
    assert (item["cause"], item["satisfaction"], item["words"], item["may_decide"]) == (
        "rating", "unsatisfied", LOW["words"], True,
    )  # fmt: skip
    assert {"grant_reopening", "decline_reopening"} <= set(head.get(f"/v1/cases/{case}").json()["available_actions"])
    for login in (CHEN, LI):
        assert cast(login).act(case, "grant_reopening", REASON).status_code == 403
        assert cast(login).get("/v1/reopening_requests").status_code == 403
    assert LOW["words"] not in cast(CHEN).get(f"/v1/cases/{case}").text
    assert LOW["words"] not in cast(CHEN).get(f"/v1/cases/{case}/timeline").text
    page = head.does(case, "grant_reopening", REASON)
    assert (page["status"], page["rating"], page["reopened"]) == ("handling", None, 1)
    assert case in requests(head, "granted")
    cast(CHEN).does(case, "conclude", CONCLUSION)
    cast(CHEN).does(case, "serve", service())
    cast(CHEN).does(case, "close")
    assert door(cast, "rate", got, **GOOD).status_code == 200, "rated anew once it closed again"


def test_the_head_who_closed_it_does_not_decide(cast: Cast, lives: Lives) -> None:
    got = lives.served()
    head = cast(HEAD)
    head.does(got["id"], "close")
    door(cast, "rate", got, **LOW)
    item = requests(head)[got["id"]]
    assert (item["may_decide"], item["words"]) == (False, None)
    assert "grant_reopening" not in head.get(f"/v1/cases/{got['id']}").json()["available_actions"]
    for action in ("grant_reopening", "decline_reopening"):
        assert head.act(got["id"], action, REASON).status_code == 403
    window = cast.seat("C150102001001.window_clerk.1")
    assert window.act(got["id"], "grant_reopening", REASON).status_code == 403, "no permission"


def test_a_request_that_is_declined_is_answered_with_the_reason(cast: Cast, lives: Lives) -> None:
    got = lives.closed()
    assert door(cast, "reopen", got, words="承诺的维修没有做。").status_code == 200
    assert door(cast, "reopen", got, words="再说一次。").status_code == 409, "one is open"
    assert door(cast, "rate", got, **LOW).json()["reopening_asked"] is False
    assert door(cast, "", got).json()["reopening"] == {"state": "open"}
    cast(HEAD).does(got["id"], "decline_reopening", {"reason": "维修已于昨日完成并经复测。"})
    told = door(cast, "", got).json()
    assert told["reopening"] == {"state": "declined", "reason": "维修已于昨日完成并经复测。"}
    assert cast(HEAD).act(got["id"], "grant_reopening", REASON).status_code == 409
    assert door(cast, "reopen", got, words="又坏了。").status_code == 200


def test_reopening_by_any_way_grants_what_was_asked(cast: Cast, lives: Lives) -> None:
    got = lives.closed()
    door(cast, "reopen", got, words="请重新办理。")
    cast(HEAD).does(got["id"], "reopen", {"reason": "主动复查发现问题"})
    assert got["id"] in requests(cast(HEAD), "granted")
    assert door(cast, "", got).json()["reopening"] == {"state": "granted"}


def test_requests_are_seen_by_who_may_know_of_the_case(cast: Cast, lives: Lives) -> None:
    concerned = lives.closed(kind="request", category="heating.fees", concerns=[{"unit": "C150102001"}])
    plain = lives.closed(kind="request", category="heating.fees")
    for got in (concerned, plain):
        door(cast, "rate", got, **LOW)
    mine = requests(cast("sun.coordinator"))
    assert plain["id"] in mine
    assert concerned["id"] not in mine, "whom it concerns"
    assert {plain["id"], concerned["id"]} <= requests(cast("hu.supervisor")).keys()
    assert {plain["id"], concerned["id"]}.isdisjoint(requests(cast("zhao.saihan"))), "another county"


def test_an_accusation_is_neither_rated_nor_reopened_by_code(cast: Cast, sql: Any) -> None:
    from tests.cast import report

    accused = report("petition", "conduct.service", petition_class="accusation", concerns=[{"unit": "C150102001"}])
    got = cast(LI).register(accused)
    desk = cast("xu.discipline")
    for action, body in (
        ("accept", None), ("handle", None), ("conclude", CONCLUSION), ("serve", service), ("close", None),
    ):  # fmt: skip
        desk.does(got["id"], action, body() if callable(body) else body)
    assert door(cast, "rate", got, **LOW).status_code == 409
    assert door(cast, "reopen", got, words="请重新办理。").status_code == 409
    told = door(cast, "", got).json()
    assert not {"rating", "rate_until", "reopening", "review", "reply"} & set(told)
    assert told["steps"] == []
    assert sql("select from rating where case_id = $1::uuid", got["id"]) == []


def test_the_resident_acts_under_no_name(cast: Cast, lives: Lives) -> None:
    got = lives.closed()
    door(cast, "rate", got, **LOW)
    events = cast(CHEN).get(f"/v1/cases/{got['id']}/timeline").json()["items"]
    rated = next(event for event in events if event["kind"] == "rated")
    assert (rated["actor"], rated["data"]["satisfaction"]) == ("resident:query_code", "unsatisfied")


def test_participation_stands_beside_satisfaction(cast: Cast, lives: Lives, sql: Any) -> None:
    began = present()
    cases = [lives.closed(kind="request", category="heating.fees") for _ in range(4)]
    for got, rating in zip(cases, (GOOD, LOW, {"satisfaction": "basically", "solved": "partly"}), strict=False):
        assert door(cast, "rate", got, **rating).status_code == 200

    async def count(post: str) -> Any:
        conn = await connect("hohhot", "app")
        try:
            actor = await get_actor(conn, staff_id(post))
            now = present()
            return await count_participation(conn, actor=actor, now=now, since=began, until=now)
        finally:
            await conn.close()

    found = asyncio.run(count("D150102_housing.handler.1"))
    assert found == {
        "invited": 4, "rated": 3, "still_open": 1, "satisfied": 1, "basically": 1, "unsatisfied": 1, "solved": 1,
        "partly": 1, "unsolved": 1,
    }  # fmt: skip
    assert asyncio.run(count("C150105.window_clerk.1"))["invited"] == 0, "another county"


def test_a_matter_and_its_review_count_once(cast: Cast, lives: Lives, sql: Any) -> None:
    from tests.support.residents import applied

    original = lives.closed()
    number = applied(cast, original)["number"]
    rows = sql(f"select number from cases c where number = any($1) and {counts_once()}", [original["number"], number])
    assert [row["number"] for row in rows] == [original["number"]]

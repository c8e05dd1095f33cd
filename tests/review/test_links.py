"""The same matter brought to a higher organ, a group's cases, parts of one: linked, counted once, and taken apart again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.cast import Cast, Lives, report, service
from tests.support.clock import present
from tests.support.families import counts_once
from tests.support.residents import CHEN, HEAD, door, held

Freeze = Callable[[datetime], None]
REASON = {"reason": "同一事项"}


def led_by_the_city(cast: Cast, **changes: Any) -> dict[str, Any]:
    """An appeal brought to the city's window, whose centre leads it."""
    window = cast.seat("C150100.window_clerk.1")
    body = report("petition", "heating.temperature", location={"area": "150100"}, **changes)
    return window.register(body)


def clocks(page: dict[str, Any]) -> list[bool]:
    return [clock["stopped_at"] is None for clock in page["clocks"]]


def test_what_is_handled_below_is_not_taken_above_and_the_resident_is_told_where_it_is(
    cast: Cast, lives: Lives, sql: Any
) -> None:
    live = lives.handling()
    again = led_by_the_city(cast)
    window = cast.seat("C150100.window_clerk.1")
    records = [f"/v1/cases/{live['id']}{part}" for part in ("", "/timeline")]
    before = [cast(CHEN).get(url).text for url in records]
    assert window.act(again["id"], "link_repeat", {"other": live["id"], **REASON}).status_code == 404, "not seen"
    wrong = {"number": live["number"], "code": "2222222222", **REASON}
    assert window.act(again["id"], "link_repeat", wrong).status_code == 404
    page = window.does(again["id"], "link_repeat", {"number": live["number"], "code": live["query_code"], **REASON})
    assert (page["status"], page["links"]) == ("declined", []), "what the code opened is not seen by it"
    assert [clock["kind"] for clock in page["clocks"] if clock["stopped_at"] is None] == ["acceptance"], "until told"
    window.does(again["id"], "serve", service())
    written = cast.client.post("/v1/query/notices", json=held(again)).json()["items"]
    assert "新城区住房和城乡建设局" in written[0]["html"]
    assert not window.sees(live["id"]), "the code shows it to nobody else"
    told = door(cast, "", again).json()
    assert told["handled_elsewhere"]["handled_by"] == "新城区住房和城乡建设局"
    assert told["handled_elsewhere"]["due"]
    assert live["number"] not in str(told)
    once = sql(f"select number from cases c where id = any($1::uuid[]) and {counts_once()}", [live["id"], again["id"]])
    assert [row["number"] for row in once] == [live["number"]]
    assert [cast(CHEN).get(url).text for url in records] == before, "chen does not know the other"


def test_undone_it_is_registered_again_with_the_limits_it_had(cast: Cast, lives: Lives, sql: Any) -> None:
    live = lives.handling()
    again = led_by_the_city(cast)
    window, coordinator = cast.seat("C150100.window_clerk.1"), cast.seat("C150100.coordinator.1")
    before = window.get(f"/v1/cases/{again['id']}").json()
    window.does(again["id"], "link_repeat", {"number": live["number"], "code": live["query_code"], **REASON})
    assert window.act(again["id"], "unlink", REASON).status_code == 403
    page = coordinator.does(again["id"], "unlink", REASON)
    assert (page["status"], page["links"], page["closed_at"]) == ("registered", [], None)
    assert [c["due"] for c in page["clocks"]] == [c["due"] for c in before["clocks"]]
    assert all(clocks(page))
    assert [a["state"] for a in page["assignments"]] == [a["state"] for a in before["assignments"]]
    once = sql(f"select from cases c where id = any($1::uuid[]) and {counts_once()}", [live["id"], again["id"]])
    assert len(once) == 2
    window.does(again["id"], "accept")


def test_past_its_limit_the_organ_above_takes_it(cast: Cast, lives: Lives, at: Freeze) -> None:
    live = lives.handling()
    at(present() + timedelta(days=100))
    again = led_by_the_city(cast)
    window = cast.seat("C150100.window_clerk.1")
    reply = window.act(again["id"], "link_repeat", {"number": live["number"], "code": live["query_code"], **REASON})
    assert (reply.status_code, "期限" in reply.json()["detail"]) == (409, True)


def test_what_has_ended_is_no_live_case(cast: Cast, lives: Lives) -> None:
    again = led_by_the_city(cast)
    window = cast.seat("C150100.window_clerk.1")
    for live in (lives.closed(), lives.registered(kind="request", category="heating.fees")):
        sent = {"number": live["number"], "code": live["query_code"], **REASON}
        assert window.act(again["id"], "link_repeat", sent).status_code == 409
    own = {"number": again["number"], "code": again["query_code"], **REASON}
    assert window.act(again["id"], "link_repeat", own).status_code == 422
    assert window.act(again["id"], "link_repeat", REASON).status_code == 422


def representatives(count: int) -> list[dict[str, str]]:
    return [{"role": "representative", "name": f"代表{n}"} for n in range(count)]


def test_a_group_has_at_most_five_representatives_over_all_its_cases(cast: Cast, lives: Lives, sql: Any) -> None:
    one, two, three = (lives.signed(parties=representatives(n))["id"] for n in (3, 2, 1))
    head = cast(HEAD)
    head.does(two, "link", {"other": one, "relation": "joint", **REASON})
    reply = head.act(
        lives.signed(parties=representatives(4))["id"], "link", {"other": one, "relation": "joint", **REASON}
    )
    assert (reply.status_code, "五人" in reply.json()["detail"]) == (409, True)
    refused = head.act(three, "link", {"other": two, "relation": "joint", **REASON})
    assert refused.status_code == 409, "a family has one head"
    page = head.does(three, "link", {"other": one, "relation": "parent", **REASON})
    assert page["status"] == "registered", "both go on"
    ids = [one, two, three]
    once = sql(f"select id::text from cases c where id = any($1::uuid[]) and {counts_once()}", ids)
    assert [row["id"] for row in once] == [one]
    assert {link["case"] for link in head.get(f"/v1/cases/{one}").json()["links"]} == {two, three}
    head.does(three, "unlink", REASON)
    assert head.act(three, "unlink", REASON).status_code == 409


def test_only_the_lead_links_and_only_what_is_seen(cast: Cast, lives: Lives) -> None:
    one, other = lives.signed()["id"], lives.signed()["id"]
    hidden = led_by_the_city(cast)["id"]
    sent = {"other": other, "relation": "joint", **REASON}
    assert cast(CHEN).act(one, "link", sent).status_code == 403
    assert cast("sun.coordinator").act(one, "link", sent).status_code in (403, 404)
    assert cast(HEAD).act(one, "link", {**sent, "other": hidden}).status_code == 404
    assert cast(HEAD).act(one, "link", {**sent, "other": one}).status_code == 422

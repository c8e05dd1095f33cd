"""Whoever is judged by what a resident says does not come to hold the resident's code."""

import json
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.cases.rules import Part, Standing
from app.core.crypto import keys
from app.core.database import Database
from app.core.roles import LoginRole
from app.core.settings import settings
from app.jobs.actions import run_once
from tests.attack.test_sessions import Ask
from tests.cast import CITY, Cast, Lives, report
from tests.rules.test_cases import ABOVE, LEAD, OTHER, case, member, verdict
from tests.support.clock import noon, present
from tests.support.refusals import refused

DESK = "C150102001.window_clerk.2"  # above the community's centre that leads a request
HEATING = {"kind": "request", "category": "heating.outage"}
CHOICE = {"satisfaction": "satisfied", "solved": "yes"}


def code_of(case: str, issue: int) -> str:
    return keys().query_code(case, issue)


def opens(cast: Cast, number: str, code: str) -> bool:
    return bool(cast.client.post("/v1/query", json={"number": number, "code": code}).status_code == 200)


def runs(cast: Cast, when: datetime | None = None) -> None:
    """The runner, once: now, or then."""
    assert cast.client.portal is not None
    cast.client.portal.call(_run_once, when or present())


async def _run_once(now: datetime) -> None:
    database = await Database.open(CITY, LoginRole.RUNNER, size=2)
    try:
        await run_once(database, now)
    finally:
        await database.close()


def sent(number: str, to: str) -> list[str]:
    """What went out by SMS about a case, to a phone that no other test uses: all tests write into one outbox."""
    lines = (settings().home / "outbox" / "sms.jsonl").read_text(encoding="utf-8").splitlines()
    return [one["text"] for one in map(json.loads, lines) if number in one["text"] and one["to"] == to]


def kept(sql: Ask, caller: str) -> list[str]:
    """Every answer that is kept of a caller, opened."""
    from app.core.crypto import Sealed

    rows = sql(
        "select caller, key, response, key_of(response_key) as response_key from idempotency"
        " where caller = $1 and response is not null",
        caller,
    )
    return [
        keys().unseal(Sealed(row["response_key"], row["response"]), f"idempotency {row['caller']} {row['key']}")["body"]
        for row in rows
    ]


def test_a_receipt_shows_the_code_once(cast: Cast, sql: Ask) -> None:
    li, body, key = cast("li.window"), report(), uuid.uuid4().hex
    first, again = (li.post("/v1/cases", body, key=key) for _ in range(2))
    assert "query_code" in first.json()
    assert (again.status_code, "query_code" in again.json()) == (201, False)
    by_id = report(id=first.json()["id"], **{name: body[name] for name in ("title", "location", "parties")})
    assert "query_code" not in li.post("/v1/cases", by_id).text, "nor by its id"
    batch, key = {"items": [report(), report()]}, uuid.uuid4().hex
    shown, repeated = (li.post("/v1/cases:batch", batch, key=key) for _ in range(2))
    assert [("query_code" in item["case"]) for item in shown.json()["items"]] == [True, True]
    assert "query_code" not in repeated.text
    machine = cast.machine()
    numbered = report(source={"system": "12345", "external_id": uuid.uuid4().hex[:12]})
    assert "query_code" in machine.post("/v1/cases", numbered).json()
    assert "query_code" not in machine.post("/v1/cases", numbered).text
    assert not any("query_code" in body for body in kept(sql, f"staff:{li.get('/v1/me').json()['id']}"))


@pytest.mark.parametrize("who", ["li.window", "C150102001001.window_clerk.1", "chen.housing", "liu.head", "wang.grid"])
def test_nobody_of_the_lead_nor_the_registrar_issues_a_code(cast: Cast, lives: Lives, who: str) -> None:
    got = lives.registered(**HEATING)
    person = cast.seat(who) if who[0].isupper() else cast(who)
    assert person.act(got["id"], "reissue_code").status_code in (403, 404)
    assert opens(cast, got["number"], got["query_code"])


def test_who_closed_it_does_not_issue_a_code(cast: Cast, lives: Lives, sql: Ask) -> None:
    """A coordinator above, who served it once, is out; a colleague who did not is in."""
    got = lives.closed(**HEATING)
    desk = cast.seat("C150102.coordinator.1")
    assert "reissue_code" in desk.get(f"/v1/cases/{got['id']}").json()["available_actions"]
    me = desk.get("/v1/me").json()["id"]
    sql("select append_events(array[$1::uuid], 'serve', $2, $3, array['{\"set\": {}}'::jsonb])",
        uuid.UUID(got["id"]), present(), f"staff:{me}")  # fmt: skip
    refused(desk.act(got["id"], "reissue_code"), status=403)


def test_a_new_code_goes_to_the_residents_phone_and_is_shown_to_nobody(cast: Cast, lives: Lives, sql: Ask) -> None:
    got = lives.registered(**HEATING, parties=[{"role": "petitioner", "name": "张三", "phone": "13912340001"}])
    reply = cast.seat(DESK).act(got["id"], "reissue_code")
    assert (reply.status_code, reply.json()) == (200, {"number": got["number"], "delivered": "sms"})
    assert not opens(cast, got["number"], got["query_code"])
    assert opens(cast, got["number"], code_of(got["id"], 2))
    said = sql("select facts, sealed from message where case_id = $1 and template = 'new_code'", uuid.UUID(got["id"]))
    assert [row["facts"] for row in said] == [{}]
    runs(cast, noon())
    (letter,) = [said for said in sent(got["number"], "13912340001") if "新查询码" in said]
    assert code_of(got["id"], 2) in letter
    assert sql("select sealed from message where template = 'new_code' and sealed is not null") == []
    events = cast("luo.intake").get(f"/v1/cases/{got['id']}/timeline").json()["items"]
    assert [e["data"]["delivered"] for e in events if e["kind"] == "reissue_code"] == ["sms"]


def test_where_nobody_has_a_phone_it_is_printed_once_and_that_is_logged(cast: Cast, lives: Lives, sql: Ask) -> None:
    got = lives.registered(**HEATING, parties=[{"role": "petitioner", "name": "张三"}])
    desk, key = cast.seat(DESK), uuid.uuid4().hex
    url = f"/v1/cases/{got['id']}/actions/reissue_code"
    first, again = (desk.post(url, key=key, version=1) for _ in range(2))
    assert first.json() == {"number": got["number"], "delivered": "printed", "query_code": code_of(got["id"], 2)}
    assert again.json() == {"number": got["number"], "delivered": "printed"}
    assert first.headers["etag"] == again.headers["etag"] == '"2"'
    (entry,) = sql("select actor, what from read_log where case_id = $1", uuid.UUID(got["id"]))
    assert (entry["actor"], entry["what"]) == (f"staff:{desk.get('/v1/me').json()['id']}", "query_code")


def by_phone(cast: Cast, number: str, phone: str) -> Any:
    return cast.client.post("/v1/query/code", json={"number": number, "phone": phone})


def test_a_resident_who_lost_the_code_is_sent_another(cast: Cast, lives: Lives, at: Ask, sql: Ask) -> None:
    got = lives.registered(parties=[{"role": "petitioner", "name": "张三", "phone": "139 1234 0002"}])
    strangers = lives.registered()
    replies = [
        by_phone(cast, got["number"], "13912340002"), by_phone(cast, got["number"], "13900000009"),
        by_phone(cast, "999999999Z", "13912340002"), by_phone(cast, strangers["number"], "13912340002"),
    ]  # fmt: skip
    assert {(reply.status_code, reply.text) for reply in replies} == {(202, replies[0].text)}
    assert opens(cast, got["number"], got["query_code"]), "nothing happens in the request itself"
    runs(cast)
    assert opens(cast, got["number"], code_of(got["id"], 2))
    assert opens(cast, strangers["number"], strangers["query_code"])
    assert sql("select count(*) from code_request")[0][0] == 0
    assert by_phone(cast, got["number"], "13912340002").status_code == 202
    runs(cast)
    assert opens(cast, got["number"], code_of(got["id"], 2)), "once an hour"
    at(present() + timedelta(hours=2))
    assert by_phone(cast, got["number"], "+86 13912340002").status_code == 202
    runs(cast)
    assert opens(cast, got["number"], code_of(got["id"], 3))
    (event, *_) = [e for e in cast("li.window").get(f"/v1/cases/{got['id']}/timeline").json()["items"]
                   if e["kind"] == "reissue_code"]  # fmt: skip
    assert event["actor"] == "resident:phone"


def test_of_an_accusation_no_code_is_issued_anew(cast: Cast) -> None:
    got = cast("li.window").register(report("petition", "conduct.service", petition_class="accusation"))
    assert by_phone(cast, got["number"], "13800000000").status_code == 202
    runs(cast)
    assert opens(cast, got["number"], got["query_code"])


def test_the_requests_of_an_address_are_counted(cast: Cast, monkeypatch: pytest.MonkeyPatch, sql: Ask) -> None:
    monkeypatch.setattr(settings(), "query_tries_per_hour", 3)
    sql("delete from rate_counter")
    assert [by_phone(cast, "999999999Z", "13800000000").status_code for _ in range(4)] == [202, 202, 202, 429]
    sql("delete from rate_counter")


def test_a_desk_that_is_judged_by_what_the_resident_says_issues_no_code() -> None:
    """Above the lead, or with a part beside it; but not with a post in the lead, nor by who handled or registered it."""
    for unit, parts in ((ABOVE, ()), (OTHER, (Part(f"unit:{OTHER}", "co"),))):
        clerk = replace(member("window_clerk", unit), id="me")
        facts = case("reissue_code", "closed", standing=Standing(LEAD, frozenset({ABOVE}), parts))
        assert verdict(facts, "reissue_code", clerk) == "may"
        assert verdict(replace(facts, worked_by=frozenset({"me"})), "reissue_code", clerk) == "forbidden"
        both = replace(clerk, posts=(*clerk.posts, *member("handler", LEAD).posts))
        assert verdict(facts, "reissue_code", both) == "forbidden"
        registered = replace(facts.standing, parts=(*parts, Part("staff:me", "registrar")))
        assert verdict(replace(facts, standing=registered), "reissue_code", clerk) == "forbidden"

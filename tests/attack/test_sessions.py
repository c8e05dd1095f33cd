"""A token is good for who somebody is now: account, person and posts are asked at every call, and a log-in can be ended."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.core.database import Database
from app.core.roles import LoginRole
from app.reference.queries import ReferenceCache
from app.staff import callers
from app.staff.actions import make_key
from app.staff.callers import Callers
from seeds.load import demo_password
from tests.access.town import in_city
from tests.cast import CITY, Cast, Person, report
from tests.house.watching import watched
from tests.support.application import application
from tests.support.clock import present
from tests.support.refusals import refused

Ask = Callable[..., Any]
SET_BACK = {
    "account": "update account set disabled = false, version = 1 where login = 'gao.window'",
    "person": "update staff set active = true where id = $1",
    "post": "update post set staff = $1 where id = $2",
}


@pytest.fixture
def gao(cast: Cast, sql: Ask) -> Any:
    """A clerk logged in with a token of before; set right again afterwards."""
    person = Person(cast.client, cast("gao.window").token, "gao.window")
    me = person.get("/v1/me").json()
    (post,) = [held["id"] for held in me["posts"]]
    yield person
    sql(SET_BACK["account"])
    sql(SET_BACK["person"], uuid.UUID(me["id"]))
    sql(SET_BACK["post"], uuid.UUID(me["id"]), post)


def shut_out(person: Person, case: str) -> None:
    """Reads nothing, registers nothing, reveals nobody, even by the key of an earlier write."""
    refused(person.get("/v1/me"), "/problems/not-authenticated", status=401)
    refused(person.get(f"/v1/cases/{case}"), status=401)
    refused(person.post("/v1/cases", report()), status=401)
    refused(person.post(f"/v1/cases/{case}/reveal", {"reason": "回访"}), status=401)


@pytest.mark.parametrize(
    "gone",
    ["update account set disabled = true where login = 'gao.window'",
     "update account set version = version + 1 where login = 'gao.window'",
     "update staff set active = false where id = (select staff from account where login = 'gao.window')"],
    ids=["account disabled", "password replaced", "person left"],
)  # fmt: skip
def test_who_is_no_more_is_shut_out_at_once(gao: Person, sql: Ask, gone: str) -> None:
    case = gao.register()["id"]
    sql(gone)
    shut_out(gao, case)


def test_another_password_ends_what_the_old_one_opened(cast: Cast) -> None:
    from app.staff.actions import set_account
    from app.staff.queries import hash_password
    from tests.cast import member

    before = Person(cast.client, cast("zhou.mediator").token, "zhou.mediator")
    assert before.get("/v1/me").status_code == 200
    again = hash_password(demo_password("zhou.mediator"))
    in_city(lambda conn: set_account(conn, "zhou.mediator", member("zhou.mediator").staff, again))
    refused(before.get("/v1/me"), status=401)
    refused(
        cast.client.post("/v1/cases", json=report(), headers={**before.headers, "Idempotency-Key": "x"}), status=401
    )
    reply = cast.client.post("/v1/tokens", json={"login": "zhou.mediator", "password": demo_password("zhou.mediator")})
    assert Person(cast.client, reply.json()["access_token"], "again").get("/v1/me").status_code == 200


def test_a_post_that_was_taken_grants_nothing(gao: Person, sql: Ask) -> None:
    case = gao.register()["id"]
    me = gao.get("/v1/me").json()
    sql("update post set staff = null where id = $1", me["posts"][0]["id"])
    assert gao.get("/v1/me").json()["permissions"] == []
    refused(gao.get(f"/v1/cases/{case}"), status=403)
    refused(gao.post("/v1/cases", report()), status=403)
    refused(gao.post(f"/v1/cases/{case}/reveal", {"reason": "回访"}), status=403)


def test_a_post_that_was_changed_grants_what_it_is_now(gao: Person, sql: Ask) -> None:
    """A clerk becomes an auditor elsewhere: neither the old rights nor the old place are left."""
    case = gao.register()["id"]
    post = gao.get("/v1/me").json()["posts"][0]
    sql("update post set role = 'auditor', unit = 'C150100', area = '150100' where id = $1", post["id"])
    try:
        refused(gao.get(f"/v1/cases/{case}"), status=403)
        refused(gao.post(f"/v1/cases/{case}/reveal", {"reason": "回访"}), status=403)
        assert gao.get("/v1/me").json()["posts"] == [{**post, "role": "auditor", "unit": "C150100", "area": "150100"}]
    finally:
        sql(
            "update post set role = $2, unit = $3, area = $4 where id = $1",
            *(post[n] for n in ("id", "role", "unit", "area")),
        )


def test_a_post_that_was_given_is_there_at_once(gao: Person, sql: Ask) -> None:
    me = gao.get("/v1/me").json()
    post = f"test.{uuid.uuid4()}"
    sql("insert into post (id, role, unit, area, staff) values ($1, 'organ_head', 'C150105', '150105', $2)",
        post, uuid.UUID(me["id"]))  # fmt: skip
    try:
        assert "emergency:switch" in gao.get("/v1/me").json()["permissions"]
    finally:
        sql("delete from post where id = $1", post)


def test_a_log_in_is_ended_alone_or_with_all_others(cast: Cast) -> None:
    def log_in() -> Person:
        reply = cast.client.post(
            "/v1/tokens", json={"login": "hu.supervisor", "password": demo_password("hu.supervisor")}
        )
        return Person(cast.client, reply.json()["access_token"], "hu.supervisor")

    first, second, third = log_in(), log_in(), log_in()
    assert first.post("/v1/tokens/revoke", {}).json() == {"ended": "this"}
    refused(first.get("/v1/me"), "/problems/not-authenticated", status=401)
    refused(first.post("/v1/tokens/revoke", {}), status=401)
    assert second.get("/v1/me").status_code == third.get("/v1/me").status_code == 200
    assert second.post("/v1/tokens/revoke", {"all": True}).json() == {"ended": "all"}
    for person in (second, third):
        refused(person.get("/v1/me"), status=401)
    assert log_in().get("/v1/me").status_code == 200


def test_what_nobody_could_show_any_more_is_not_kept_as_ended(cast: Cast, sql: Ask, at: Ask) -> None:
    def ends_one() -> None:
        reply = cast.client.post("/v1/tokens", json={"login": "lin.auditor", "password": demo_password("lin.auditor")})
        Person(cast.client, reply.json()["access_token"], "lin.auditor").post("/v1/tokens/revoke", {})

    ends_one()
    at(present() + timedelta(days=31))
    ends_one()
    assert sql("select count(*) from ended_session where until < $1", present())[0][0] == 0


def test_a_key_is_out_when_it_is_disabled_or_has_run_out_and_is_no_log_in(cast: Cast, sql: Ask, at: Ask) -> None:
    key = in_city(
        lambda conn: make_key(conn, name="short", unit="C150102", area="150102", scopes=["map:read"], key_id="short")
    )
    machine = Person(cast.client, key, "short")
    assert machine.get("/v1/areas").status_code == 200
    refused(machine.post("/v1/tokens/revoke", {}), status=403)
    sql("update api_key set expires_at = $1 where id = 'short'", present() + timedelta(hours=1))
    assert machine.get("/v1/areas").status_code == 200
    at(present() + timedelta(hours=1))
    refused(machine.get("/v1/areas"), status=401)
    sql("update api_key set expires_at = null, disabled = true where id = 'short'")
    refused(machine.get("/v1/areas"), status=401)


def test_a_bad_credential_shuts_no_open_door(cast: Cast) -> None:
    """Whoever logs in with an expired token still in the header is let in."""
    for shown in ("Bearer x.y.z", "Bearer gck_nobody_x", f"Bearer {cast('li.window').token[:-4]}"):
        sent = {"login": "li.window", "password": demo_password("li.window")}
        assert cast.client.post("/v1/tokens", json=sent, headers={"Authorization": shown}).status_code == 200


def test_a_caller_is_asked_for_once_a_second(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    chen = Person(cast.client, cast("chen.housing").token, "chen.housing")
    monkeypatch.setattr(callers, "TRUSTED_SECONDS", 600.0)
    chen.get("/v1/me")
    with watched() as warm:
        chen.get("/v1/me")
    monkeypatch.setattr(callers, "TRUSTED_SECONDS", 0.0)
    with watched() as cold:
        chen.get("/v1/me")
    assert len(cold) == len(warm) + 1


def test_a_log_out_is_known_at_once_to_who_took_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "TRUSTED_SECONDS", 600.0)
    reply = cast.client.post("/v1/tokens", json={"login": "lin.auditor", "password": demo_password("lin.auditor")})
    person = Person(cast.client, reply.json()["access_token"], "lin.auditor")
    assert person.get("/v1/me").status_code == 200
    assert person.post("/v1/tokens/revoke", {}).status_code == 200
    refused(person.get("/v1/me"), status=401)


def test_many_strangers_to_the_caches_do_not_starve_a_pool_of_one(cast: Cast) -> None:
    """A request that held its connection while its caller, or the city's rules, are looked up would wait for itself."""
    headers = [{"Authorization": f"Bearer {cast(who).token}"} for who in ("li.window", "wang.grid", "sun.coordinator")]

    async def all_at_once() -> list[int]:
        app = application()
        reader, accounts = (
            await Database.open(CITY, LoginRole.READER, size=1),
            await Database.open(CITY, LoginRole.ACCOUNTS, size=1),
        )
        app.state.reader, app.state.city, app.state.key_sources = reader, CITY, {}
        app.state.callers, app.state.reference = Callers(accounts, CITY, {}), ReferenceCache(reader)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            asked = [client.get(f"/v1/meetings/{uuid.uuid4()}", headers=headers[n % 3]) for n in range(9)]
            replies = await asyncio.wait_for(asyncio.gather(*asked), timeout=60)  # starved, it answers 503 in 10
        await reader.close()
        await accounts.close()
        return [reply.status_code for reply in replies]

    assert asyncio.run(all_at_once()) == [404] * 9

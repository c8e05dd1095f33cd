"""A rating given in the resident's name is told to the resident, who takes it back; until then it counts for nothing."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from app.core.settings import settings
from tests.attack.test_codes import HEATING, code_of, runs, sent
from tests.attack.test_sessions import Ask
from tests.cast import Cast, Lives
from tests.support.clock import noon, present
from tests.support.residents import door, held, revocation_code, take_back

GOOD = {"satisfaction": "satisfied", "solved": "yes"}
LOW = {"satisfaction": "unsatisfied", "solved": "no"}
WITHOUT_PHONE = {"parties": [{"role": "petitioner", "name": "张三"}]}


def counted(cast: Cast, rating: str) -> set[str]:
    """The cases that count as rated, or as unsatisfied."""
    return {item["id"] for item in cast("chen.housing").walk(f"/v1/cases?rating={rating}&limit=200")}


def shown(cast: Cast, case: str) -> Any:
    return cast("chen.housing").get(f"/v1/cases/{case}").json()["rating"]


def revoke(cast: Cast, number: str, code: str) -> int:
    return int(cast.client.post("/v1/query/rate/revoke", json={"number": number, "code": code}).status_code)


def test_a_forged_rating_is_told_to_the_resident_and_taken_back(cast: Cast, lives: Lives, at: Ask) -> None:
    got = lives.closed(parties=[{"role": "petitioner", "name": "张三", "phone": "13912340003"}])
    assert door(cast, "rate", got, **GOOD).status_code == 200, "by the registrar, with the receipt's code"
    runs(cast, noon())
    (letter,) = [said for said in sent(got["number"], "13912340003") if "撤销码" in said]
    assert revocation_code(got) in letter
    assert got["id"] not in counted(cast, "given")
    assert take_back(cast, got).status_code == 200
    assert shown(cast, got["id"])["rated_at"] is None
    assert door(cast, "rate", got, **LOW).status_code == 200, "and rates themselves"
    at(present() + timedelta(days=8))
    assert got["id"] in counted(cast, "given") & counted(cast, "unsatisfied")
    kinds = [e["kind"] for e in cast("chen.housing").get(f"/v1/cases/{got['id']}/timeline").json()["items"]]
    assert [kind for kind in kinds if "rat" in kind][-3:] == ["rated", "rating_revoked", "rated"]


def test_what_nobody_took_back_counts_after_a_week_and_stands(cast: Cast, lives: Lives, at: Ask) -> None:
    got = lives.closed()
    assert door(cast, "rate", got, **GOOD).status_code == 200
    firm = shown(cast, got["id"])["firm_at"]
    assert firm is not None
    assert got["id"] not in counted(cast, "given")
    at(present() + timedelta(days=7, seconds=5))
    assert got["id"] in counted(cast, "given")
    assert take_back(cast, got).status_code == 404
    assert door(cast, "rate", got, **LOW).status_code == 409


def test_neither_the_query_code_nor_another_takes_it_back(
    cast: Cast, lives: Lives, monkeypatch: pytest.MonkeyPatch, sql: Ask
) -> None:
    monkeypatch.setattr(settings(), "query_tries_per_hour", 3)
    sql("delete from rate_counter")
    got, other = lives.closed(), lives.closed()
    for one in (got, other):
        door(cast, "rate", one, **GOOD)
    tries = [held(got)["code"], revocation_code(other), "0" * 10, "1" * 10]
    assert [revoke(cast, got["number"], code) for code in tries] == [404, 404, 404, 429]
    assert take_back(cast, got).status_code == 200, "the right one passes all the same"
    assert revoke(cast, got["number"], revocation_code(got)) == 429, "once"
    sql("delete from rate_counter")


def test_where_nobody_can_be_told_the_first_code_rates_for_nothing(cast: Cast, lives: Lives, at: Ask) -> None:
    got = lives.closed(**HEATING, **WITHOUT_PHONE)
    assert door(cast, "rate", got, **GOOD).status_code == 200
    assert shown(cast, got["id"])["firm_at"] is None
    assert door(cast, "rate", got, **LOW).status_code == 409
    desk = cast.seat("C150102.coordinator.1").act(got["id"], "reissue_code")
    assert desk.json()["delivered"] == "printed"
    anew = {**got, "query_code": code_of(got["id"], 2)}
    assert door(cast, "rate", anew, **LOW).status_code == 200, "given anew with a code that the registrar has not read"
    at(present() + timedelta(days=8))
    assert got["id"] in counted(cast, "unsatisfied")
    assert door(cast, "rate", anew, **GOOD).status_code == 409


def test_what_was_taken_back_is_kept_and_counts_nowhere(cast: Cast, lives: Lives, sql: Ask) -> None:
    got = lives.closed()
    door(cast, "rate", got, **GOOD)
    take_back(cast, got)
    rows = sql(
        "select rated_at, revoked_at, superseded_at from rating where case_id = $1 order by id", uuid.UUID(got["id"])
    )
    assert [(bool(r["rated_at"]), bool(r["revoked_at"]), bool(r["superseded_at"])) for r in rows] == [
        (True, True, True), (False, False, False),
    ]  # fmt: skip

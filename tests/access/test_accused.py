"""Thinking as the one complained of: what else could tell that somebody complained?"""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from app.core.settings import settings
from tests.access.planting import Plant
from tests.access.town import Town
from tests.cast import Cast, Lives, member, report

MEMBER_OF_HOUSING = "chen.housing"
QUERY = {"number": "269999999A", "code": "2222222222"}


def accusation(**more: Any) -> dict[str, Any]:
    body = report("petition", "conduct.service", petition_class="accusation", concerns=[{"unit": "D150102_housing"}])
    return {**body, **more}


def face(reply: Any) -> tuple[int, Any]:
    """Status and words, without the address asked for."""
    body = reply.json()
    body.pop("instance", None)
    return reply.status_code, body


# --- The number, the id, the receipt


def test_its_number_and_receipt_look_like_any_other(cast: Cast) -> None:
    """One form, in no order: nothing in a number, its check sign or the code tells a sealed case from a lost bin."""
    window = cast("li.window")
    got = [window.register(accusation()), window.register(report()), window.register(accusation())]
    numbers = [receipt["number"] for receipt in got]
    assert all(re.fullmatch(r"\d{9}[2-9A-HJKMNP-Z]", number) for number in numbers)
    assert len({len(receipt["query_code"]) for receipt in got}) == 1
    assert {uuid.UUID(receipt["id"]).version for receipt in got} == {7}


def test_a_repeat_shows_the_same_four_things_and_never_how_it_goes(cast: Cast) -> None:
    """However often, by key, by id or by source number, and also when it has long been closed."""
    machine, body = cast.machine(), accusation(source={"system": "12345", "external_id": f"A-{uuid.uuid4().hex}"})
    body["id"] = "01a20000-0000-7000-8000-" + uuid.uuid4().hex[:12]
    key = uuid.uuid4().hex
    first = machine.post("/v1/cases", body, key=key)
    assert first.status_code == 201
    receipt = first.json()
    assert set(receipt) == {"id", "number", "query_code", "status"}
    shown = {k: v for k, v in receipt.items() if k != "query_code"}
    cast("he.discipline").does(receipt["id"], "accept")
    without_id = {k: v for k, v in body.items() if k != "id"}
    for sent, used in ((body, key), (body, None), (without_id, None)):
        again = machine.post("/v1/cases", sent, key=used)
        assert again.status_code in (200, 201), again.text
        assert again.json() == shown, "the first receipt, with the status of that day; the code is shown once"
    (item,) = machine.batch([body])
    assert item["case"] == shown
    other = machine.post("/v1/cases", {**body, "title": "别的标题"})
    assert other.status_code == 409
    assert receipt["number"] not in other.text


# --- Taken ids, taken numbers, taken keys


def test_a_taken_id_is_refused_in_the_same_words_whatever_it_stands_for(cast: Cast) -> None:
    own = "01a20000-0000-7000-8000-"
    secret, plain = own + uuid.uuid4().hex[:12], own + uuid.uuid4().hex[:12]
    cast("li.window").register(accusation(id=secret))
    cast("li.window").register(report(id=plain))
    answers = [
        face(cast(MEMBER_OF_HOUSING).post("/v1/cases", report(title="自报", id=taken))) for taken in (secret, plain)
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 409


@pytest.mark.parametrize("secret", [True, False])
def test_a_refused_claim_is_refused_again_under_the_same_key(cast: Cast, secret: bool) -> None:
    """The repeat of a request that was refused must not hand out the receipt of the case it ran into."""
    taken = "01a20000-0000-7000-8000-" + uuid.uuid4().hex[:12]
    first = cast.machine().register((accusation if secret else report)(id=taken))
    claim, key = report(title="自报", id=taken), uuid.uuid4().hex
    answers = [cast(MEMBER_OF_HOUSING).post("/v1/cases", claim, key=key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [409] * 3
    for answer in answers:
        assert first["number"] not in answer.text
        assert first["query_code"] not in answer.text


def test_the_key_of_another_tells_nothing(cast: Cast) -> None:
    """An Idempotency-Key belongs to its caller: the accused who guesses it is served as if it were fresh."""
    key = uuid.uuid4().hex
    secret = cast("li.window").post("/v1/cases", accusation(), key=key).json()
    reply = cast(MEMBER_OF_HOUSING).post("/v1/cases", report(), key=key)
    assert reply.status_code == 201
    assert "Idempotency-Replayed" not in reply.headers
    assert secret["id"] not in reply.text
    assert secret["number"] not in reply.text


# --- Offers, merges, places


def test_an_offer_to_the_unit_complained_of_is_refused_to_those_alone_who_see_the_case(cast: Cast) -> None:
    case = cast("luo.intake").register(
        report("petition", "heating.temperature", concerns=[{"unit": "D150102_housing"}])
    )
    lead = cast.seat("C150100.coordinator.1")
    cast.seat("D150100_housing.organ_head.1").does(case["id"], "refuse", {"reason": "请中心协调"})
    refused = lead.act(case["id"], "offer", {"unit": "D150102_housing", "reason": "试"})
    assert refused.status_code == 409
    version = lead.get(f"/v1/cases/{case['id']}").json()["version"]
    for nosy in (MEMBER_OF_HOUSING, "sun.coordinator", "gao.window"):
        body = {"unit": "D150102_housing", "reason": "试"}
        there = face(cast(nosy).act(case["id"], "offer", body, version=version))
        nowhere = face(cast(nosy).act(str(uuid.uuid4()), "offer", body, version=version))
        assert there == nowhere
        assert there[0] == 404


def test_units_answer_alike_when_an_accusation_is_offered(cast: Cast) -> None:
    """A department, a centre, the unit complained of and a unit that does not exist: one refusal."""
    case = cast("li.window").register(accusation(concerns=[{"unit": "C150102001"}]))["id"]
    desk = cast("xu.discipline")
    answers = [
        face(desk.act(case, "offer", {"unit": unit, "reason": "移送"}))
        for unit in ("D150102_water", "C150102", "C150102001", "D999999_none")
    ]
    assert answers[0][0] == 422
    assert answers.count(answers[0]) == len(answers)


def test_no_case_can_be_merged_into_one_that_is_hidden(cast: Cast, lives: Lives, town: Town) -> None:
    own = lives.signed()["id"]
    version = cast("liu.head").get(f"/v1/cases/{own}").json()["version"]
    nowhere = face(cast("liu.head").act(own, "merge", {"into": str(uuid.uuid4()), "reason": "试"}, version=version))
    assert nowhere[0] == 404
    for name in ("an appeal about housing, replied", "against housing, reopened"):
        there = face(cast("liu.head").act(own, "merge", {"into": town.plant(name).id, "reason": "试"}, version=version))
        assert there == nowhere


# --- The resident's door


@pytest.fixture
def few_tries() -> Iterator[int]:
    """The limit as it is in service, not as it is for tests."""
    kept = settings().query_tries_per_hour
    settings().query_tries_per_hour = 6
    yield 6
    settings().query_tries_per_hour = kept


def test_guessing_codes_stops_at_the_same_try_for_a_number_that_never_was(town: Town, few_tries: int, at: Any) -> None:
    """Two guessers, each from their own address: no counter of the number itself tells whether it is one."""
    from datetime import UTC, datetime

    at(datetime(2031, 5, 1, 9, 30, tzinfo=UTC))
    secret = town.plant("against housing, reopened").number
    client = town.cast.client
    for number, address in ((secret, "10.0.0.65"), ("269999998A", "10.0.0.66")):
        body = {"number": number, "code": "2222222222"}
        answers = [_from_address(client, address, body) for _ in range(few_tries + 2)]
        assert answers == [404] * few_tries + [429] * 2, number


def _from_address(client: Any, address: str, body: dict[str, str]) -> int:
    """POST /v1/query as if from another address."""
    transport = client._transport
    kept = transport.client
    transport.client = (address, 50000)
    try:
        return int(client.post("/v1/query", json=body).status_code)
    finally:
        transport.client = kept


@pytest.mark.parametrize("name", ["against the centre that took it", "against housing, reopened", "against somebody"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_holder_of_the_code_learns_the_status_alone(town: Town, name: str, language: str) -> None:
    plant: Plant = town.plant(name)
    body = {"number": plant.number, "code": plant.code}
    said = town.cast.client.post("/v1/query", json=body, headers={"Accept-Language": language})
    assert said.status_code == 200
    answer = {k: v for k, v in said.json().items() if v not in (None, [])}
    assert set(answer) == {"number", "status", "said"}
    assert not [mark for mark in plant.marks.values() if mark in said.text]


# --- Who is shown beside a case


def test_the_map_shows_the_worker_complained_of_as_before(cast: Cast) -> None:
    """Nobody learns from the map or the list of unstaffed cells that a cell's worker is kept out of a case."""
    from tests.cast import point_in

    lon, lat = point_in()
    url = f"/v1/locate?lon={lon}&lat={lat}&crs=WGS84"
    before = [cast("zhao.grid").get(door).json() for door in (url, "/v1/cells/unstaffed")]
    worker = str(member("wang.grid").staff)
    cast("li.window").register(report(concerns=[{"staff": worker}]))
    cast("li.window").register(accusation(concerns=[{"staff": worker}]))
    assert [cast("zhao.grid").get(door).json() for door in (url, "/v1/cells/unstaffed")] == before


def test_answers_about_cases_are_kept_by_no_browser(town: Town, cast: Cast) -> None:
    """A window's computer is shared: what one clerk was shown must not lie in its cache for the next."""
    plant = town.plant("an appeal, offered")
    doors = [
        "/v1/cases",
        "/v1/cases/counts",
        "/v1/me/tasks",
        "/v1/me",
        f"/v1/cases/{plant.id}",
        f"/v1/cases/{uuid.uuid4()}",
    ]
    doors += [f"/v1/cases/{plant.id}/timeline", f"/v1/cases/{plant.id}/similar"]
    for door in doors:
        assert cast("li.window").get(door).headers["cache-control"] == "no-store", door
    query = cast.client.post("/v1/query", json={"number": plant.number, "code": plant.code})
    assert query.headers["cache-control"] == "no-store"

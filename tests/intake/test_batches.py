"""Up to 500 at once: good items are kept, bad ones answered as data, and two batches never lock each other out."""

import random
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.cast import Cast, report
from tests.support.residents import uncoded

BAD: list[tuple[Any, int, str]] = [
    ({"kind": "wish"}, 422, "/kind"),
    ({"category": "no.such"}, 422, "/body/category"),
    ({"title": ""}, 422, "/title"),
    ({"title": "a\x00b"}, 422, "/title"),
    ({"title": "\ud800"}, 422, "/title"),
    ({"title": "长" * 201}, 422, "/title"),
    ({"parties": [{"name": "无角色"}]}, 422, "/parties/0/role"),
    (
        {"location": {"point": {"type": "Point", "coordinates": [200, 40]}, "crs": "WGS84"}},
        422,
        "/location/point/coordinates/0",
    ),
    ({"location": {"point": {"type": "Point", "coordinates": [111, 40]}, "crs": "EPSG:3857"}}, 422, "/location/crs"),
    ({"location": {"cell": "no-such-cell"}}, 422, "/body/location"),
    ({"concerns": [{"unit": "no-such-unit"}]}, 422, "/body/concerns"),
    ({"nationality": "x"}, 422, "/nationality"),
    ({"source": {"system": "letters", "external_id": "1"}}, 403, ""),
]


def test_good_items_are_kept_and_bad_ones_answered_in_their_place(cast: Cast, sql: Any) -> None:
    good = [report() for _ in BAD]
    items = [item for pair in zip(good, ({**report(), **bad} for bad, _, _ in BAD), strict=True) for item in pair]
    before = sql("select count(*) from cases")[0][0]
    reply = cast.machine().post("/v1/cases:batch", None, **{"Content-Type": "application/json"})
    assert reply.status_code == 422
    got = cast.machine().batch(items)
    assert [item["status"] for item in got[::2]] == [201] * len(good)
    for (bad, status, pointer), item in zip(BAD, got[1::2], strict=True):
        assert item["status"] == item["problem"]["status"] == status, bad
        assert item["case"] is None if "case" in item else True
        if pointer:
            pointers = [place["pointer"] for place in item["problem"]["errors"]]
            assert any(p.endswith(pointer) for p in pointers), (pointer, pointers)
    assert sql("select count(*) from cases")[0][0] == before + len(good)
    titles = [item["case"]["id"] for item in got[::2]]
    rows = dict(sql("select case_id::text, title from case_text where case_id = any($1::uuid[])", titles))
    assert [rows[case] for case in titles] == [body["title"] for body in good], "answers stand in the order sent"


def test_a_replayed_batch_files_nothing_and_says_the_same(cast: Cast, sql: Any) -> None:
    items, key = [report(), {"kind": "wish"}, report()], uuid.uuid4().hex
    first = cast("li.window").post("/v1/cases:batch", {"items": items}, key=key)
    count = sql("select count(*) from cases")[0][0]
    again = cast("li.window").post("/v1/cases:batch", {"items": items}, key=key)
    assert "query_code" not in again.text
    assert again.text == uncoded(first.text)
    assert again.headers["idempotency-replayed"] == "true"
    assert sql("select count(*) from cases")[0][0] == count
    items[0]["title"] += "改"
    assert cast("li.window").post("/v1/cases:batch", {"items": items}, key=key).status_code == 422


def test_one_id_twice_in_a_batch_is_refused_the_second_time(cast: Cast, sql: Any) -> None:
    body = report(id=cast("wang.grid").register()["id"][:-4] + "cafe")
    first, second = cast("wang.grid").batch([body, {**body, "title": "另一件"}])
    assert (first["status"], second["status"]) == (201, 422)
    assert second["problem"]["errors"][0]["pointer"] == "#/id"
    assert sql("select count(*) from cases where id = $1::uuid", body["id"])[0][0] == 1


def test_one_source_number_twice_in_a_batch_is_one_case(cast: Cast) -> None:
    source = {"system": "12345", "external_id": uuid.uuid4().hex}
    first, second = cast.machine().batch([report(source=source), report(source=source)])
    assert {first["status"], second["status"]} == {200, 201}
    assert first["case"]["id"] == second["case"]["id"]


def test_a_batch_brought_again_under_another_key_finds_its_cases(cast: Cast, sql: Any) -> None:
    """What a phone does that lost its keys: same ids, same content."""
    stem = cast("wang.grid").register()["id"][:-4]
    items = [report(id=f"{stem}{n:04x}") for n in range(20)]
    first, again = cast("wang.grid").batch(items), cast("wang.grid").batch(items)
    assert {item["status"] for item in first} == {201}
    assert {item["status"] for item in again} == {200}
    codeless = [{name: said for name, said in item["case"].items() if name != "query_code"} for item in first]
    assert [item["case"] for item in again] == codeless
    altered = [{**items[0], "title": "改过"}, *items[1:]]
    assert [item["status"] for item in cast("wang.grid").batch(altered)] == [409] + [200] * 19


def test_five_hundred_is_the_most_and_one_the_least(cast: Cast, sql: Any) -> None:
    before = sql("select count(*) from cases")[0][0]
    wrong: list[Any] = [[report()] * 501, [], None, "x", [1], [[]]]
    for items in wrong:
        reply = cast("li.window").post("/v1/cases:batch", {"items": items})
        assert reply.status_code == 422, items if not items else len(items)
    assert cast("li.window").post("/v1/cases:batch", {"items": [report()], "more": 1}).status_code == 422
    assert sql("select count(*) from cases")[0][0] == before
    assert len(cast("li.window").batch([report() for _ in range(500)])) == 500


def test_batches_with_the_same_source_numbers_in_opposite_order_do_not_lock_each_other_out(
    cast: Cast, sql: Any
) -> None:
    machine, dice = cast.machine(), random.Random(3)
    for _ in range(4):
        sources = [{"system": "12345", "external_id": uuid.uuid4().hex} for _ in range(60)]
        orders = [sources, sources[::-1], dice.sample(sources, 60), dice.sample(sources, 60)]
        with ThreadPoolExecutor(max_workers=4) as pool:
            batches = list(pool.map(lambda order: machine.batch([report(source=s) for s in order]), orders))
        cases: dict[str, set[str]] = {}
        for order, items in zip(orders, batches, strict=True):
            for source, item in zip(order, items, strict=True):
                assert item["status"] in (200, 201), item
                cases.setdefault(source["external_id"], set()).add(item["case"]["id"])
        assert all(len(ids) == 1 for ids in cases.values())
        filed = sum(item["status"] == 201 for items in batches for item in items)
        assert filed == 60


def test_batches_and_single_reports_of_the_same_numbers_file_each_once(cast: Cast, sql: Any) -> None:
    machine = cast.machine()
    sources = [{"system": "12345", "external_id": uuid.uuid4().hex} for _ in range(30)]
    with ThreadPoolExecutor(max_workers=6) as pool:
        batches = [pool.submit(machine.batch, [report(source=s) for s in order]) for order in (sources, sources[::-1])]
        singles = [pool.submit(machine.post, "/v1/cases", report(source=source)) for source in sources]
    assert {item["status"] for batch in batches for item in batch.result()} <= {200, 201}
    assert {single.result().status_code for single in singles} <= {200, 201, 409}
    external = [source["external_id"] for source in sources]
    assert sql("select count(*) from cases where external_id = any($1)", external)[0][0] == 30


@pytest.fixture
def refused_by_the_tables(sql: Any) -> Iterator[str]:
    """A title that the tables refuse, whatever was checked before."""
    title = f"毒{uuid.uuid4().hex}"
    sql(
        "create function refuse() returns trigger language plpgsql as $$ begin"
        f" if new.title = '{title}' then raise exception 'refused'; end if; return new; end $$"
    )
    sql("create trigger refuse before insert on case_text for each row execute function refuse()")
    yield title
    sql("drop trigger refuse on case_text")
    sql("drop function refuse")


def test_a_report_that_cannot_be_stored_refuses_nobody_else(cast: Cast, refused_by_the_tables: str, sql: Any) -> None:
    """Requests that come at once are filed together: whoever is filed with a bad one still gets a receipt."""
    bodies = [report() for _ in range(40)]
    for n in range(5, 40, 10):
        bodies[n]["title"] = refused_by_the_tables
    with ThreadPoolExecutor(max_workers=16) as pool:
        replies = list(pool.map(lambda body: cast("li.window").post("/v1/cases", body), bodies))
    for body, reply in zip(bodies, replies, strict=True):
        if body["title"] == refused_by_the_tables:
            assert reply.status_code >= 400
            assert refused_by_the_tables not in reply.text
        else:
            assert reply.status_code == 201, reply.text
    titles = [body["title"] for body in bodies]
    filed = {r["title"] for r in sql("select title from case_text where title = any($1)", titles)}
    assert filed == set(titles) - {refused_by_the_tables}

"""Nobody is handed over from below: who decides stands above, or two persons do; and a seat can be given again."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from seeds.hohhot.staff import staff_id
from tests.attack.test_sessions import Ask
from tests.cast import Cast, Person, member
from tests.support.clock import present
from tests.support.refusals import refused

SUN, QIN, GUO, LIN = "sun.coordinator", "qin.head", "guo.admin", "lin.auditor"
CITY_HEAD = "C150100.organ_head.1"


def ask(who: Person, staff: Any, **body: Any) -> Any:
    return who.post(f"/v1/staff/{staff}/handover", body)


def whole(who: Person, staff: Any, **body: Any) -> Any:
    """Preview, then the same with what it lists."""
    shown = ask(who, staff, dry_run=True, **body)
    assert shown.status_code == 200, shown.text
    items = [{name: item[name] for name in ("kind", "ref", "to")} for item in shown.json()["items"]]
    return ask(who, staff, items=items, **body)


def posts(person: Person) -> list[str]:
    return [post["id"] for post in person.get("/v1/me").json()["posts"]]


@pytest.fixture
def seats(sql: Ask) -> Any:
    """Every seat is as it was, afterwards."""
    before = sql("select id, staff from post where staff is not null")
    yield
    sql("update post set staff = null where id <> all($1::text[])", [row["id"] for row in before])
    sql("update post p set staff = w.staff from unnest($1::text[], $2::uuid[]) w(id, staff) where p.id = w.id",
        [row["id"] for row in before], [row["staff"] for row in before])  # fmt: skip
    sql("delete from first_word")


@pytest.mark.parametrize(
    ("who", "whom"),
    [(SUN, "C150102001.organ_head.1"), ("C150102.coordinator.1", "C150102001.organ_head.1"),
     ("C150100.coordinator.1", CITY_HEAD), ("C150100.coordinator.1", "C150100.auditor.1"),
     ("C150100.coordinator.1", "C150100.administrator.1"), (CITY_HEAD, "nobody.x"),
     (SUN, "C150102001.coordinator.1"), ("C150105.coordinator.1", "C150102001.window_clerk.1"),
     ("D150102_housing.organ_head.1", "D150102_hrss.handler.1"), (GUO, "150102001001002.grid_worker"),
     (LIN, "C150102001.organ_head.1"), ("C150102.coordinator.1", "C150102.supervisor.1")],
)  # fmt: skip
def test_nobody_is_stripped_from_below_or_beside(cast: Cast, who: str, whom: str) -> None:
    person = cast(who) if who in (SUN, GUO, LIN) else cast.seat(who)
    reply = ask(person, staff_id(whom), why="leaves", dry_run=True)
    refused(reply, status=404 if whom.endswith("x") else 403)
    refused(ask(person, staff_id(whom), why="leaves", items=[]), status=404 if whom.endswith("x") else 403)


@pytest.mark.usefixtures("seats")
def test_a_head_is_handed_over_by_the_unit_above(cast: Cast) -> None:
    done = whole(cast.seat("C150102.organ_head.1"), member(QIN).staff, why="leaves")
    assert (done.status_code, done.json()["asked_by"]) == (200, None)
    assert posts(cast(QIN)) == []


@pytest.mark.usefixtures("seats")
@pytest.mark.parametrize(
    ("whom", "first", "second"),
    [(CITY_HEAD, GUO, LIN), ("C150100.auditor.1", GUO, CITY_HEAD), ("C150100.administrator.1", CITY_HEAD, LIN),
     ("X150102.discipline_officer.1", LIN, GUO), ("D150100_housing.organ_head.1", GUO, LIN),
     ("I150100.coordinator.1", GUO, LIN)],
)  # fmt: skip
def test_where_nobody_stands_above_two_persons_decide(cast: Cast, sql: Ask, whom: str, first: str, second: str) -> None:
    def speaker(who: str) -> Person:
        return cast.seat(who) if who == CITY_HEAD else cast(who)

    leaver, leaves = staff_id(whom), {"why": "leaves"}
    waits = whole(speaker(first), leaver, **leaves)
    assert (waits.status_code, waits.json()["id"]) == (202, None)
    assert posts(cast.seat(whom)) == [whom], "one word does nothing"
    assert whole(speaker(first), leaver, **leaves).status_code == 202, "nor does the same person's twice"
    done = whole(speaker(second), leaver, **leaves)
    assert (done.status_code, done.json()["asked_by"]) == (200, waits.json()["asked_by"])
    assert posts(cast.seat(whom)) == []
    (kept,) = cast(LIN if whom != "C150100.auditor.1" else GUO).get(f"/v1/staff/{leaver}/handovers").json()["items"]
    assert {kept["asked_by"], kept["made_by"]} == {
        f"staff:{speaker(w).get('/v1/me').json()['id']}" for w in (first, second)
    }
    assert sql("select count(*) from first_word")[0][0] == 0


@pytest.mark.usefixtures("seats")
def test_the_second_says_the_same_in_time_from_another_office(cast: Cast, sql: Ask, at: Ask) -> None:
    leaver = staff_id(CITY_HEAD)
    assert whole(cast(GUO), leaver, why="leaves").status_code == 202
    until = (present() + timedelta(days=3)).isoformat()
    to = str(staff_id("C150100.coordinator.1"))
    assert whole(cast(LIN), leaver, why="on_leave", until=until, to=to).status_code == 202, "something else was said"
    sql("insert into post (id, role, unit, area, staff) values ('second.admin', 'administrator', 'C150100', '150100', $1)",
        staff_id("C150100.window_clerk.1"))  # fmt: skip
    try:
        clerk = cast.seat("C150100.window_clerk.1")
        assert whole(clerk, leaver, why="leaves").status_code == 202, "two of one office are no two"
    finally:
        sql("delete from post where id = 'second.admin'")
    at(present() + timedelta(days=8))
    assert whole(cast(LIN), leaver, why="leaves").status_code == 202, "nobody else's word stands any more"
    assert posts(cast.seat(CITY_HEAD)) == [CITY_HEAD]


@pytest.mark.usefixtures("seats")
def test_a_word_of_who_is_no_longer_there_counts_for_nothing(cast: Cast, sql: Ask) -> None:
    leaver = staff_id(CITY_HEAD)
    assert whole(cast(GUO), leaver, why="leaves").status_code == 202
    sql("update post set staff = null where id = 'C150100.administrator.1'")
    assert whole(cast(LIN), leaver, why="leaves").status_code == 202


@pytest.mark.usefixtures("seats")
def test_ones_own_leave_but_not_ones_own_leaving(cast: Cast) -> None:
    qin, until = member(QIN).staff, (present() + timedelta(days=3)).isoformat()
    refused(ask(cast(QIN), qin, why="leaves", dry_run=True), status=403)
    assert whole(cast(QIN), qin, why="on_leave", until=until, to=str(member(SUN).staff)).status_code == 200


@pytest.mark.usefixtures("seats")
def test_an_empty_seat_is_given_from_above_and_never_to_oneself(cast: Cast, sql: Ask) -> None:
    clerk, seat = staff_id("C150102001.window_clerk.2"), "/v1/posts/C150102001.window_clerk.1"
    refused(cast(SUN).post(f"{seat}/holder", {"staff": str(clerk)}), "/problems/conflict", status=409)
    assert whole(cast(SUN), member("li.window").staff, why="leaves").status_code == 200
    for who in ("zhao.saihan", GUO, LIN):
        refused(cast(who).post(f"{seat}/holder", {"staff": str(clerk)}), status=403)
    refused(cast(SUN).post(f"{seat}/holder", {"staff": str(member(SUN).staff)}), status=403)
    for nobody in (uuid.uuid4(), member("gao.window").staff):
        refused(cast(SUN).post(f"{seat}/holder", {"staff": str(nobody)}), "#/body/staff")
    given = cast(SUN).post(f"{seat}/holder", {"staff": str(clerk)})
    assert (given.status_code, given.json()["asked_by"]) == (200, None)
    assert "C150102001.window_clerk.1" in posts(cast.seat("C150102001.window_clerk.2"))
    assert cast(SUN).get(f"{seat}/holders").json()["items"][0]["staff"] == str(clerk)
    refused(cast(SUN).post("/v1/posts/no.such.post/holder", {"staff": str(clerk)}), status=404)


@pytest.mark.usefixtures("seats")
def test_the_head_who_was_stripped_can_be_put_back(cast: Cast) -> None:
    above, qin = cast.seat("C150102.organ_head.1"), member(QIN).staff
    assert whole(above, qin, why="leaves").status_code == 200
    seat = "/v1/posts/C150102001.organ_head.1/holder"
    refused(cast(SUN).post(seat, {"staff": str(qin)}), status=403)
    assert above.post(seat, {"staff": str(qin)}).status_code == 200
    assert posts(cast(QIN)) == ["C150102001.organ_head.1"]


@pytest.mark.usefixtures("seats")
def test_the_auditors_seat_is_given_by_two(cast: Cast, sql: Ask) -> None:
    sql("update post set staff = null where id = 'C150100.auditor.1'")
    clerk, seat = str(staff_id("C150100.window_clerk.2")), "/v1/posts/C150100.auditor.1/holder"
    refused(cast.seat("C150100.coordinator.1").post(seat, {"staff": clerk}), status=403)
    waits = cast.seat(CITY_HEAD).post(seat, {"staff": clerk})
    assert (waits.status_code, waits.json()["given_by"]) == (202, None)
    assert cast(GUO).post(seat, {"staff": str(staff_id("C150100.window_clerk.3"))}).status_code == 202, (
        "of somebody else"
    )
    done = cast(GUO).post(seat, {"staff": clerk})
    assert (done.status_code, done.json()["asked_by"]) == (200, waits.json()["asked_by"])
    assert "C150100.auditor.1" in posts(cast.seat("C150100.window_clerk.2"))

"""Whistles: departments called to the spot, on time or late, rightly or wrongly; and what strangers learn of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.cases.queries.chain import list_breaks
from tests.cast import CONCLUSION, Cast, point_in, report
from tests.joint.conftest import CALL, ENERGY, EVENING, MARKET, WATER, Team
from tests.support.files import paper

WHY = {"reason": "情况说明"}
SETTLED = {"settled": "抢修完成，恢复供暖。"}
Settle = Callable[[datetime], int]


def here(crs: str = "WGS84") -> dict[str, Any]:
    lon, lat = point_in()
    return {"point": {"type": "Point", "coordinates": [lon, lat], "crs": crs}}


def test_a_heating_failure_where_three_departments_answer_one_whistle(
    team: Team, heating: str, settle: Settle, sql: Any
) -> None:
    tasks = team.whistle(heating, ENERGY, WATER, MARKET, **here())
    energy, water, market = (f"/v1/tasks/{tasks[unit]}" for unit in (ENERGY, WATER, MARKET))
    whistle = f"/v1/whistles/{tasks['']}"
    page = team("wang.grid").get(whistle).json()
    assert page["occasion_text"] == "应急处置"
    assert {c["arrive_by"] for c in page["calls"]} == {"2026-11-25T11:30:00Z"}, "thirty minutes (W1)"
    before = team("chen.housing").get(f"/v1/cases/{heating}").json()["due"]
    _come(team, whistle, energy, water, market, settle)
    assert team("chen.housing").get(f"/v1/cases/{heating}").json()["due"] == before, "the lead is not late for it"
    _answer_and_settle(team, heating, whistle, energy, water, market)
    file = paper(team("chen.housing").get(f"/v1/cases/{heating}/file.pdf"))
    for words in (
        "吹哨召集 2026-11-2519:00",
        "已书面反馈 2026-11-25 20:00；2026-11-25 19:29 到场",
        "20:00　协办反馈结果",
    ):
        assert words in file, file
    written = sql("select data::text as said from event where case_id = $1", heating)
    assert not any(word in row["said"] for row in written for word in ("抢修", "锅炉", "coordinates"))


def _come(team: Team, whistle: str, energy: str, water: str, market: str, settle: Settle) -> None:
    """One comes in time; one is late, and taken to have signed; one objects, is ruled to come, and is late."""
    team.later(5)
    team.does(team.at(ENERGY), energy, "sign_for")
    team.does(team.at(MARKET), market, "object", {"reason": "停暖与市场监管无关。"})
    team.later(29)
    there = team.does(team.at(ENERGY), energy, "arrive", here())
    assert there["arrived_at"] == "2026-11-25T11:29:00Z"
    assert there["arrival_lon"] == pytest.approx(point_in()[0])
    settle(EVENING + timedelta(minutes=31))
    team.later(47)
    assert team.does(team.at(WATER), water, "arrive", {})["taken"] == "signed", "who comes has taken it"
    ruled = team.does("deng.county", market, "rule", {"ruling": "dismissed", "reason": "锅炉燃料质量须到场核查。"})
    assert (ruled["state"], ruled["ruling"], ruled["ruler"]) == ("open", "dismissed", "C150102")
    team.later(60)
    team.does(team.at(MARKET), market, "arrive", here())
    calls = {c["unit"]: c for c in team("sun.coordinator").get(whistle).json()["calls"]}
    late = {unit for unit, c in calls.items() if c["arrival_breached_at"]}
    assert late == {WATER, MARKET}
    assert {calls[u]["arrival_breached_at"] for u in late} == {"2026-11-25T11:30:00Z"}


def _answer_and_settle(team: Team, heating: str, whistle: str, energy: str, water: str, market: str) -> None:
    """事不完，人不走: the whistle is settled when all have answered, and the case concluded when it is settled."""
    for unit, url in ((ENERGY, energy), (WATER, water)):
        team.does(team.at(unit), url, "answer", {"result": "已抢修。"})
    refused = team.act("sun.coordinator", whistle, "settle", SETTLED)
    assert (refused.status_code, refused.json()["owing"]) == (409, [MARKET]), "事不完，人不走"
    assert team("chen.housing").act(heating, "conclude", CONCLUSION).status_code == 409
    team.does(team.at(MARKET), market, "answer", {"result": "燃料合格。"})
    open_yet = team("chen.housing").act(heating, "conclude", CONCLUSION)
    assert (open_yet.status_code, "C150102001" in open_yet.text) == (409, True), "the whistle is not settled"
    assert team("sun.coordinator").get(whistle).json()["available_actions"] == ["settle"]
    assert team.does("qin.head", whistle, "settle", SETTLED)["settlement_text"] == SETTLED["settled"]
    assert team.act("sun.coordinator", energy, "return", WHY).status_code == 409, "it is settled"
    assert team("chen.housing").does(heating, "conclude", CONCLUSION)["status"] == "concluded"
    assert not _breaks(heating)


def _breaks(case: str) -> list[Any]:
    import asyncio

    from app.core.database import connect
    from tests.cast import CITY

    async def work() -> list[Any]:
        conn = await connect(CITY, "owner")
        try:
            return [found for found in await list_breaks(conn) if str(found.case_id) == case]
        finally:
            await conn.close()

    return asyncio.run(work())


def test_called_wrongly_nothing_is_owed_and_the_sight_ends(team: Team, quarrel: str) -> None:
    """A dispute: nobody sees it but who has a part."""
    team("zhang.hrss").does(quarrel, "offer", {"unit": "C150102001", **WHY})
    team("sun.coordinator").does(quarrel, "sign_for")
    tasks = team.whistle(quarrel, MARKET, WATER)
    url = f"/v1/tasks/{tasks[MARKET]}"
    assert team.at(MARKET).sees(quarrel)
    assert not team("deng.county").sees(quarrel)
    team.does(team.at(MARKET), url, "object", WHY)
    assert team("deng.county").sees(quarrel), "who rules reads the file"
    assert team("deng.county").get(url).json()["available_actions"] == ["rule"]
    assert [m["template"] for m in team("deng.county").walk("/v1/me/messages") if m["case_id"] == quarrel] == [
        "call_objected"
    ]
    ruled = team.does("deng.county", url, "rule", {"ruling": "upheld", **WHY})
    assert ruled["seen"] is False
    assert not team("deng.county").sees(quarrel)
    assert not team.at(MARKET).sees(quarrel)
    page = team("sun.coordinator").get(url).json()
    assert (page["state"], page["ruling"], page["waiver_text"]) == ("waived", "upheld", WHY["reason"])
    assert [c for c in team("sun.coordinator").get(f"/v1/cases/{quarrel}").json()["clocks"] if c["rule"] == "W1"]
    assert team.at(WATER).sees(quarrel)


def test_an_objection_is_ruled_on_after_the_case_as_well(team: Team, heating: str) -> None:
    tasks = team.whistle(heating, MARKET)
    url = f"/v1/tasks/{tasks[MARKET]}"
    team.does(team.at(MARKET), url, "object", WHY)
    team.does(team.at(MARKET), url, "arrive", {})
    team.does(team.at(MARKET), url, "answer", {"result": "已到场。"})
    assert team.act(team.at(MARKET), url, "object", WHY).status_code == 409, "once"
    team.does("sun.coordinator", f"/v1/whistles/{tasks['']}", "settle", SETTLED)
    team("chen.housing").does(heating, "conclude", CONCLUSION)
    ruled = team.does("deng.county", url, "rule", {"ruling": "upheld", **WHY})
    assert (ruled["state"], ruled["ruling"]) == ("answered", "upheld")
    assert team.act("deng.county", url, "rule", {"ruling": "dismissed", **WHY}).status_code == 409


def test_arrival_is_signed_once_and_by_the_department_called(team: Team, heating: str) -> None:
    tasks = team.whistle(heating, ENERGY, WATER)
    url = f"/v1/tasks/{tasks[ENERGY]}"
    assert team.act(team.at(ENERGY), url, "answer", {"result": "未到场"}).status_code == 409
    assert team.act(team.at(ENERGY), url, "refuse", WHY).status_code == 409, "a whistle is not refused"
    for other in (WATER, MARKET):
        assert team.act(team.at(other), url, "arrive", {}).status_code == 403
    assert team.act("sun.coordinator", url, "arrive", {}).status_code == 403, "nor by who called"
    nowhere = team.act(team.at(ENERGY), url, "arrive", {"point": {"type": "Point", "coordinates": [111, 40]}})
    assert nowhere.status_code == 422, "no point without its system"
    team.does(team.at(ENERGY), url, "arrive", {})
    again = team.act(team.at(ENERGY), url, "arrive", {})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/action-refused")
    assert team.act(team.at(ENERGY), url, "object", WHY).status_code == 200, "found out at the spot"


def test_only_the_township_whistles(team: Team, heating: str) -> None:
    body = {**CALL, "units": [ENERGY]}
    for who, status in (("chen.housing", 403), ("deng.county", 403), ("wang.grid", 403), ("zhao.saihan", 404)):
        assert team(who).post(f"/v1/cases/{heating}/whistles", body).status_code == status, who
    team.make("tian.enforcement", heating, "whistles", body)
    neighbour = team.cast.seat("C150102002.coordinator.1")
    assert neighbour.post(f"/v1/cases/{heating}/whistles", body).status_code in (403, 404)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"units": ["D150105_energy"]}, 422),  # the county next door
        ({"units": ["C150102"]}, 422),  # a centre
        ({"units": ["C150102001"]}, 422),
        ({"units": ["D000"]}, 422),
        ({"units": []}, 422),
        ({"units": [ENERGY, ENERGY]}, 422),
        ({"units": [ENERGY], "occasion": "parade"}, 422),
        ({"units": [ENERGY], "text": ""}, 422),
        ({"units": [ENERGY], "answer_by": "2020-01-01"}, 422),
        ({"units": [ENERGY], "point": {"type": "Point", "coordinates": [111.0, 400.0], "crs": "WGS84"}}, 422),
        ({"units": [ENERGY, "D150100_energy"]}, 201),  # the city's department covers it too
    ],
)
def test_whom_a_whistle_may_call(team: Team, heating: str, body: dict[str, Any], status: int) -> None:
    reply = team("sun.coordinator").post(f"/v1/cases/{heating}/whistles", {**CALL, **body})
    assert reply.status_code == status, reply.text
    if status == 422:
        assert not list(team("sun.coordinator").walk(f"/v1/cases/{heating}/whistles")), "nothing half done"


def test_the_unit_complained_of_is_not_called(team: Team, cast: Cast) -> None:
    case = str(cast("li.window").register(report("request", "heating.outage", concerns=[{"unit": ENERGY}]))["id"])
    reply = team("sun.coordinator").post(f"/v1/cases/{case}/whistles", {**CALL, "units": [WATER, ENERGY]})
    assert (reply.status_code, reply.json()["type"]) == (409, "/problems/conflict")
    assert not list(team("sun.coordinator").walk(f"/v1/cases/{case}/tasks")), "nobody was called"


def test_a_petition_stays_among_units_with_a_part_in_it(team: Team, cast: Cast) -> None:
    case = str(cast("li.window").register(report("petition", "heating.temperature"))["id"])
    cast("chen.housing").does(case, "sign_for")
    cast("chen.housing").does(case, "offer", {"unit": "C150102001", **WHY})
    cast("sun.coordinator").does(case, "sign_for")
    reply = team("sun.coordinator").post(f"/v1/cases/{case}/whistles", {**CALL, "units": [ENERGY]})
    assert (reply.status_code, "协办" in reply.text) == (422, True)
    team.task(case, ENERGY, "sun.coordinator")
    team.make("sun.coordinator", case, "whistles", {**CALL, "units": [ENERGY, "D150102_housing"]})


def test_other_occasions_have_a_working_day(team: Team, heating: str) -> None:
    tasks = team.whistle(heating, ENERGY, occasion="enforcement")
    page = team("sun.coordinator").get(f"/v1/tasks/{tasks[ENERGY]}").json()
    assert page["arrive_by"] == "2026-11-26T15:59:59Z"


def test_a_department_not_called_sees_nothing_of_a_dispute(team: Team, quarrel: str) -> None:
    team("zhang.hrss").does(quarrel, "offer", {"unit": "C150102001", **WHY})
    team("sun.coordinator").does(quarrel, "sign_for")
    tasks = team.whistle(quarrel, ENERGY)
    outsiders = [team.at(WATER), team("deng.county"), team("wang.grid"), team("zhao.saihan"), team("tian.enforcement")]
    ways = (f"/v1/cases/{quarrel}", f"/v1/cases/{quarrel}/tasks", f"/v1/cases/{quarrel}/whistles",
            f"/v1/tasks/{tasks[ENERGY]}", f"/v1/whistles/{tasks['']}")  # fmt: skip
    for person in outsiders:
        for way in ways:
            assert person.get(way).status_code == 404, f"{person.login} {way}"
        for action, body in (("arrive", {}), ("answer", {"result": "无"}), ("waive", WHY)):
            reply = team.act(person, f"/v1/tasks/{tasks[ENERGY]}", action, body)
            assert reply.status_code in (403, 404), f"{person.login} {action}"
            assert "D150102_energy" not in reply.text
        assert not [t for t in person.walk("/v1/me/tasks?limit=200") if t["id"] == quarrel]


def test_calls_taken_back_or_waived_stop_their_clock(team: Team, heating: str, settle: Settle, sql: Any) -> None:
    tasks = team.whistle(heating, ENERGY, WATER)
    team.does("sun.coordinator", f"/v1/tasks/{tasks[ENERGY]}", "recall")
    team.does(team.at(WATER), f"/v1/tasks/{tasks[WATER]}", "sign_for")
    team.later(10)
    team.does("chen.housing", f"/v1/tasks/{tasks[WATER]}", "waive", WHY)
    settle(EVENING + timedelta(minutes=40))
    rows = sql("select stopped_at, breached_at from clock where case_id = $1 and kind = 'arrival'", heating)
    assert [(bool(r["stopped_at"]), r["breached_at"]) for r in rows] == [(True, None)] * 2
    team.does("sun.coordinator", f"/v1/whistles/{tasks['']}", "settle", SETTLED)


def test_the_figures_of_whistles_are_counted_with_both_their_numbers(team: Team, cast: Cast) -> None:
    heads = cast.seat("C150102001.organ_head.1")
    asked = "/v1/indicators?area=150102001&since=2026-11&until=2026-11"
    names = ("whistled", "whistle_misuse", "whistle_arrivals", "tasks_answered_on_time")
    team.later(3 * 24 * 60)

    def read() -> dict[str, tuple[int, int]]:
        reply = heads.get(asked)
        assert reply.status_code == 200, reply.text
        found = {i["code"]: i["total"] for i in reply.json()["indicators"]}
        return {name: (found[name]["numerator"], found[name]["denominator"]) for name in names}

    before = read()
    team.later(0)
    case = str(cast("li.window").register(report("request", "heating.outage"))["id"])
    tasks = team.whistle(case, ENERGY, WATER, MARKET)
    team.does(team.at(ENERGY), f"/v1/tasks/{tasks[ENERGY]}", "arrive", {})
    team.does(team.at(MARKET), f"/v1/tasks/{tasks[MARKET]}", "object", WHY)
    team.does("deng.county", f"/v1/tasks/{tasks[MARKET]}", "rule", {"ruling": "upheld", **WHY})
    team.later(3 * 24 * 60)
    grown = {name: (now[0] - was[0], now[1] - was[1]) for name, was, now in _beside(before, read())}
    assert grown["whistled"] == (1, 1)
    assert grown["whistle_misuse"] == (1, 3)
    assert grown["whistle_arrivals"] == (1, 2), "who was called wrongly is not late"


def _beside(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    return [(name, before[name], after[name]) for name in before]

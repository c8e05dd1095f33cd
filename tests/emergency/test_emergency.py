"""Emergency mode: who switches it on, what it makes faster, what it never touches, and that it ends by itself."""

import asyncio
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.cases.queries.chain import list_breaks
from app.core.database import Database
from app.core.roles import LoginRole
from app.emergency.actions import sweep_emergencies
from app.jobs.actions import run_once
from seeds.hohhot.staff import staff_id
from tests.cast import CITY, Cast, Person, report

NOON = datetime.fromisoformat("2026-11-25T12:00:00+08:00")
END = NOON + timedelta(days=3)
TOWN, COUNTY = "150121100", "150121"  # one that no other story uses
CELL = "150121100001001"
HEAD, COUNTY_HEAD = f"C{TOWN}.organ_head.1", f"C{COUNTY}.organ_head.1"
CLERK = f"C{TOWN}001.window_clerk.1"
HOUSING = f"D{COUNTY}_housing.handler.1"
WHY = "寒潮橙色预警，供热故障集中。"
Freeze = Callable[[datetime], None]


def tend(now: datetime) -> int:
    """What the runner does."""

    async def work() -> int:
        database = await Database.open(CITY, LoginRole.RUNNER)
        try:
            return await sweep_emergencies(database, now)
        finally:
            await database.close()

    with ThreadPoolExecutor(max_workers=1) as thread:
        return int(thread.submit(asyncio.run, work()).result())


def settle(now: datetime) -> None:
    """One run of all jobs."""

    async def work() -> None:
        database = await Database.open(CITY, LoginRole.RUNNER)
        try:
            await run_once(database, now)
        finally:
            await database.close()

    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, work()).result()


def switch_on(cast: Cast, who: str = HEAD, **changes: Any) -> Any:
    body = {"area": TOWN, "category": "heating", "ends_at": END.isoformat(), "reason": WHY, **changes}
    return cast.seat(who).post("/v1/emergencies", {k: v for k, v in body.items() if v is not None})


@pytest.fixture
def stood(cast: Cast, at: Freeze, sql: Any) -> Any:
    """Whatever a story leaves on is over before the next one."""
    sql("update emergency set ended_at = least(ends_at, greatest(began_at, now())) where ended_at is null")
    at(NOON)
    yield
    sql("update emergency set ended_at = least(ends_at, greatest(began_at, now())) where ended_at is null")


def bring(cast: Cast, kind: str = "request", category: str = "heating.fees", **more: Any) -> str:
    return str(cast("luo.intake").register(report(kind, category, location={"cell": CELL}, **more))["id"])


def clocks(sql: Any, case: str) -> list[tuple[Any, ...]]:
    rows = sql(
        "select kind, due, met_at, stopped_at, owner, subject from clock where case_id = $1::uuid order by id", case
    )
    return [tuple(row) for row in rows]


def faster(sql: Any, case: str) -> list[tuple[Any, ...]]:
    return [clock for clock in clocks(sql, case) if clock[0] == "emergency"]


def legal(sql: Any, case: str) -> list[tuple[Any, ...]]:
    return [clock for clock in clocks(sql, case) if clock[0] != "emergency"]


@pytest.mark.usefixtures("stood")
def test_it_gives_open_and_new_cases_a_faster_limit_and_touches_no_other(cast: Cast, at: Freeze, sql: Any) -> None:
    at(NOON - timedelta(hours=6))
    old, other = bring(cast), bring(cast, category="water.outage")
    petition = bring(cast, "petition", "heating.temperature")
    before = {case: legal(sql, case) for case in (old, other, petition)}
    version = cast("luo.intake").get(f"/v1/cases/{old}").json()["version"]
    at(NOON)
    made = switch_on(cast)
    assert made.status_code == 201, made.text
    emergency = made.json()["id"]
    assert (made.json()["stands"], made.json()["hours"], made.headers["etag"]) == (True, 4, '"1"')

    due = (NOON + timedelta(hours=4)).astimezone(UTC)
    assert faster(sql, old) == [("emergency", due, None, None, "organ", emergency)]
    assert [clock[1] for clock in faster(sql, petition)] == [due]
    assert faster(sql, other) == []
    assert {case: legal(sql, case) for case in before} == before, "no legal limit moved"
    page = cast("luo.intake").get(f"/v1/cases/{old}").json()
    assert page["version"] == version + 1
    assert datetime.fromisoformat(page["due"]) == due

    at(NOON + timedelta(hours=1))
    new = bring(cast)
    assert faster(sql, new) == []
    assert tend(NOON + timedelta(hours=1, minutes=5)) >= 1
    assert faster(sql, new)[0][1] == (NOON + timedelta(hours=5)).astimezone(UTC), "from its registration on"
    assert tend(NOON + timedelta(hours=1, minutes=6)) == 0, "once and no more"
    (chain,) = sql("select count(*) from event where case_id = $1::uuid and kind = 'emergency_on'", new)
    assert chain[0] == 1

    async def breaks() -> Any:
        database = await Database.open(CITY, LoginRole.RUNNER)
        async with database.connection() as conn:
            found = await list_breaks(conn, uuid.UUID(new))
        await database.close()
        return found

    with ThreadPoolExecutor(max_workers=1) as thread:
        assert thread.submit(asyncio.run, breaks()).result() == []


@pytest.mark.usefixtures("stood")
def test_beginning_to_handle_meets_it(cast: Cast, at: Freeze, sql: Any) -> None:
    case = bring(cast)
    switch_on(cast)
    housing = cast.seat(HOUSING)
    for step in ("sign_for", "accept"):
        housing.does(case, step)
    assert faster(sql, case)[0][2] is None
    at(NOON + timedelta(hours=2))
    housing.does(case, "handle")
    assert faster(sql, case)[0][2] == (NOON + timedelta(hours=2)).astimezone(UTC)
    completion = [clock for clock in legal(sql, case) if clock[0] == "completion"]
    assert completion[0][2] is None


@pytest.mark.usefixtures("stood")
def test_it_ends_by_itself_and_every_limit_is_again_what_it_was(cast: Cast, at: Freeze, sql: Any) -> None:
    case = bring(cast)
    before, page = legal(sql, case), cast("luo.intake").get(f"/v1/cases/{case}").json()
    emergency = switch_on(cast).json()
    at(END + timedelta(minutes=1))
    shown = cast.seat(HEAD).get(f"/v1/emergencies/{emergency['id']}").json()
    assert (shown["stands"], datetime.fromisoformat(shown["ended_at"])) == (False, END), "before anybody looked"
    assert tend(END + timedelta(minutes=1)) >= 2
    assert tend(END + timedelta(minutes=2)) == 0
    assert faster(sql, case)[0][3] == END.astimezone(UTC)
    assert legal(sql, case) == before
    assert cast("luo.intake").get(f"/v1/cases/{case}").json()["due"] == page["due"]
    kinds = [e["kind"] for e in cast("luo.intake").walk(f"/v1/cases/{case}/timeline")]
    assert kinds[-2:] == ["emergency_on", "emergency_off"]
    record = cast.seat(HEAD).get(f"/v1/emergencies/{emergency['id']}").json()["record"]
    assert [line["what"] for line in record] == ["began", "lapsed"]
    new = bring(cast)
    tend(END + timedelta(minutes=3))
    assert faster(sql, new) == []


@pytest.mark.usefixtures("stood")
def test_it_is_ended_early_by_a_head_on_the_record(cast: Cast, at: Freeze, sql: Any) -> None:
    case = bring(cast)
    emergency = switch_on(cast).json()
    url = f"/v1/emergencies/{emergency['id']}/actions/end"
    assert cast.seat(CLERK).post(url, version=1).status_code == 403
    assert cast.seat(f"C{COUNTY[:-1]}2.organ_head.1").post(url, version=1).status_code == 403, "another county's head"
    assert cast.seat(COUNTY_HEAD).post(url).status_code == 428
    assert cast.seat(COUNTY_HEAD).post(url, version=7).status_code == 412
    at(NOON + timedelta(hours=1))
    ended = cast.seat(COUNTY_HEAD).post(url, version=1)
    assert (ended.status_code, ended.json()["stands"], ended.headers["etag"]) == (200, False, '"2"')
    assert faster(sql, case)[0][3] == (NOON + timedelta(hours=1)).astimezone(UTC)
    assert cast.seat(COUNTY_HEAD).post(url, version=2).status_code == 409


@pytest.mark.usefixtures("stood")
def test_the_resident_is_told_the_limit_of_the_law_throughout(cast: Cast, at: Freeze) -> None:
    receipt = cast("luo.intake").register(report("request", "heating.fees", location={"cell": CELL}))
    asked = {"number": receipt["number"], "code": receipt["query_code"]}
    before = cast.client.post("/v1/query", json=asked).json()
    switch_on(cast)
    assert cast.client.post("/v1/query", json=asked).json() == before
    tend(END + timedelta(minutes=1))
    assert cast.client.post("/v1/query", json=asked).json() == before


@pytest.mark.usefixtures("stood")
def test_nobody_sees_a_case_more_than_before(cast: Cast, at: Freeze, sql: Any) -> None:
    """Not by area, not by rota, not by the board; and an accusation gets no faster limit, which would name it."""
    bring(cast, "petition", "heating.temperature")
    bring(cast, concerns=[{"unit": f"D{COUNTY}_urban"}])
    secret = cast("luo.intake").register(
        report("petition", "conduct.service", petition_class="accusation", concerns=[{"unit": f"D{COUNTY}_urban"}])
    )["id"]
    barred, duty = f"D{COUNTY}_urban.handler.1", f"D{TOWN}_civil.handler.1"
    watchers = [HEAD, CLERK, COUNTY_HEAD, HOUSING, barred, duty, f"C{COUNTY}.supervisor.1", "C150100.supervisor.1"]

    def sight(person: Person) -> set[str]:
        return {item["id"] for item in person.walk(f"/v1/cases?area={COUNTY}&limit=200")}

    before = {who: sight(cast.seat(who)) for who in watchers}
    rota = [{"day": "2026-11-25", "shift": "day", "staff": str(staff_id(duty))},
            {"day": "2026-11-25", "shift": "night", "staff": str(staff_id(f"D{TOWN}_urban.handler.1"))}]  # fmt: skip
    made = switch_on(cast, COUNTY_HEAD, area=COUNTY, category=None, rota=rota)
    assert made.status_code == 201, made.text
    assert {who: sight(cast.seat(who)) for who in watchers} == before
    assert faster(sql, secret) == []
    url = f"/v1/emergencies/{made.json()['id']}"
    meant = {
        str(r[0]) for r in sql("select case_id from clock where kind = 'emergency' and subject = $1", made.json()["id"])
    }
    for who in watchers:
        page = cast.seat(who).get(f"{url}/board").json()
        figures = {figure["code"]: figure for figure in page["figures"]}
        assert figures["matched"]["value"] == len(meant & before[who]), who
        assert figures["late"]["value"] + figures["in_time"]["value"] == figures["waiting"]["value"]
        for figure in figures.values():
            rows = {item["id"] for item in cast.seat(who).walk(f"{figure['rows']}&limit=200")}
            assert len(rows) == figure["value"]
            assert rows <= meant & before[who]
        assert [shift["staff"] for shift in page["on_duty"]] == [shift["staff"] for shift in rota]
    assert cast.seat(barred).get(f"{url}/board").json()["figures"][0]["value"] < len(meant)


@pytest.mark.usefixtures("stood")
@pytest.mark.parametrize(
    ("who", "status"),
    [
        (HEAD, 201), (COUNTY_HEAD, 201), ("C150100.organ_head.1", 201), (f"D{COUNTY}_housing.organ_head.1", 201),
        (CLERK, 403), (HOUSING, 403), ("C150100.supervisor.1", 403), ("C150102.organ_head.1", 403),
        ("X150100.discipline_officer.1", 403),
    ],
)  # fmt: skip
def test_the_head_of_an_organ_whose_area_covers_it_switches_it_on(cast: Cast, who: str, status: int) -> None:
    assert switch_on(cast, who).status_code == status


@pytest.mark.usefixtures("stood")
@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"ends_at": (NOON - timedelta(hours=1)).isoformat()}, 422, "#/body/ends_at"),
        ({"ends_at": (NOON + timedelta(days=31)).isoformat()}, 422, "#/body/ends_at"),
        ({"ends_at": None}, 422, "#/body/ends_at"),
        ({"reason": ""}, 422, "#/body/reason"),
        ({"reason": None}, 422, "#/body/reason"),
        ({"area": "999999"}, 422, "#/body/area"),
        ({"category": "war"}, 422, "#/body/category"),
        ({"category": "heat"}, 422, "#/body/category"),
        ({"rota": [{"day": "2026-11-25", "shift": "day", "staff": str(staff_id("C150102.supervisor.1"))}]}, 422, "#/body/rota/0"),
        ({"rota": [{"day": "2026-12-25", "shift": "day", "staff": str(staff_id(CLERK))}]}, 422, "#/body/rota/0"),
        ({"rota": [{"day": "2026-11-25", "shift": "day", "staff": str(staff_id(CLERK))}] * 2}, 422, "#/body/rota"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(cast: Cast, changes: dict[str, Any], status: int, pointer: str) -> None:
    reply = switch_on(cast, **changes)
    assert reply.status_code == status, reply.text
    assert reply.json()["errors"][0]["pointer"] == pointer


@pytest.mark.usefixtures("stood")
def test_the_same_is_not_on_twice_and_a_rota_is_written_anew(cast: Cast) -> None:
    emergency = switch_on(cast).json()
    assert switch_on(cast).status_code == 409
    assert switch_on(cast, category="water").status_code == 201
    url = f"/v1/emergencies/{emergency['id']}"
    rota = {"rota": [{"day": "2026-11-26", "shift": "night", "staff": str(staff_id(CLERK))}]}
    written = cast.seat(HEAD).post(f"{url}/actions/set_rota", rota, version=1)
    assert written.status_code == 200, written.text
    assert [(s["day"], s["shift"], s["unit"]) for s in written.json()["rota"]] == [
        ("2026-11-26", "night", f"C{TOWN}001")
    ]
    assert cast.seat(HEAD).post(f"{url}/actions/set_rota", {"rota": []}, version=2).json()["rota"] == []
    assert cast.seat(CLERK).post(f"{url}/actions/set_rota", rota, version=3).status_code == 403
    ids = [item["id"] for item in cast("lin.auditor").walk(f"/v1/emergencies?stands=true&area={COUNTY}&limit=1")]
    assert emergency["id"] in ids
    assert emergency["id"] not in {i["id"] for i in cast("lin.auditor").walk("/v1/emergencies?area=150102")}
    assert cast.machine().get("/v1/emergencies").status_code == 403
    assert cast("wang.grid").get(f"{url}/board").status_code == 403


@pytest.mark.usefixtures("stood")
def test_the_rota_of_days_gone_by_stays_and_the_record_keeps_every_rota(cast: Cast, at: Freeze) -> None:
    night = {"day": "2026-11-25", "shift": "night", "staff": str(staff_id(CLERK))}
    day = {"day": "2026-11-26", "shift": "day", "staff": str(staff_id(CLERK))}
    emergency = switch_on(cast, rota=[night]).json()
    url = f"/v1/emergencies/{emergency['id']}/actions/set_rota"
    told = [m["subject"] for m in cast.seat(CLERK).walk("/v1/me/messages") if m["template"] == "emergency_duty"]
    at(NOON + timedelta(days=1))
    kept = cast.seat(HEAD).post(url, {"rota": []}, version=1).json()
    assert [shift["day"] for shift in kept["rota"]] == ["2026-11-25"]
    new = {"day": "2026-11-25", "shift": "day", "staff": str(staff_id(CLERK))}
    assert (
        cast.seat(HEAD).post(url, {"rota": [night, new]}, version=2).json()["errors"][0]["pointer"] == "#/body/rota/1"
    )
    shown = cast.seat(HEAD).post(url, {"rota": [night, day]}, version=2).json()
    assert [(shift["day"], shift["shift"]) for shift in shown["rota"]] == [
        ("2026-11-25", "night"),
        ("2026-11-26", "day"),
    ]
    written = [line["facts"]["shifts"] for line in shown["record"] if line["what"] == "rota"]
    unit = f"C{TOWN}001"
    assert written == [
        [["2026-11-25", "night", night["staff"], unit]], [], [["2026-11-26", "day", day["staff"], unit]],
    ]  # fmt: skip
    again = [m["subject"] for m in cast.seat(CLERK).walk("/v1/me/messages") if m["template"] == "emergency_duty"]
    assert told
    assert again == told, "told once, however often it is written anew"


@pytest.mark.usefixtures("stood")
def test_the_lead_unit_is_told_and_what_matches_no_longer_is_let_go(cast: Cast, at: Freeze, sql: Any) -> None:
    case = bring(cast)
    cast.seat(HOUSING).does(case, "sign_for")
    switch_on(cast)
    assert sql("select grantee from message where template = 'emergency_limit' and case_id = $1::uuid", case) == [
        (f"unit:D{COUNTY}_housing",)
    ]
    tend(NOON + timedelta(minutes=1))
    assert faster(sql, case)[0][3] is None
    at(NOON + timedelta(minutes=2))
    cast.seat(HOUSING).does(case, "reclassify", {"category": "water.outage", "reason": "实为停水。"})
    assert tend(NOON + timedelta(minutes=3)) == 1
    assert faster(sql, case)[0][3] == (NOON + timedelta(minutes=3)).astimezone(UTC)
    kinds = [e["kind"] for e in cast.seat(HOUSING).walk(f"/v1/cases/{case}/timeline")]
    assert kinds[-3:] == ["emergency_on", "reclassify", "emergency_off"]
    assert tend(NOON + timedelta(minutes=4)) == 0


@pytest.mark.usefixtures("stood")
def test_it_presses_by_night_and_never_after_its_end(cast: Cast, at: Freeze, sql: Any) -> None:
    # Long before the other stories: the runner presses whatever is due in the city.
    evening = datetime.fromisoformat("2026-03-03T21:00:00+08:00")
    at(evening)
    late = bring(cast, "petition", "heating.temperature")
    switch_on(cast, ends_at=(evening + timedelta(hours=7)).isoformat())
    told = "select template from message where template like 'clock%' and case_id = $1::uuid order by id"
    settle(evening + timedelta(hours=3, minutes=1))
    assert sql(told, late) == [("clock_warn",)], "at midnight"
    at(evening + timedelta(hours=5))
    settle(evening + timedelta(hours=5))
    over = bring(cast, "petition", "heating.temperature")
    settle(evening + timedelta(hours=5, minutes=1))
    assert sql(told, late) == [("clock_warn",), ("clock_breach",)]
    settle(evening + timedelta(hours=10))
    assert sql(told, over) == []
    assert [clock[3] for clock in faster(sql, over)] == [(evening + timedelta(hours=7)).astimezone(UTC)]
    breached = "select breached_at is not null from clock where kind = 'emergency' and case_id = $1::uuid"
    assert (sql(breached, late), sql(breached, over)) == ([(True,)], [(False,)])

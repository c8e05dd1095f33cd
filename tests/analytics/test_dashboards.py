"""Every figure of a dashboard equals a count made another way, and leads to exactly its rows, for whoever asks."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cast import CONCLUSION, Cast, report, service
from tests.support.clock import standing
from tests.support.residents import door

NOON = datetime.fromisoformat("2026-11-25T12:00:00+08:00")  # a Wednesday: three working days on is Monday the 30th
TODAY, WEEK = "2026-11-25T00:00:00+08:00", "2026-11-23T00:00:00+08:00"
TOMORROW, SOON = "2026-11-26T00:00:00+08:00", "2026-12-01T00:00:00+08:00"
LIVE = ("registered", "accepted", "handling", "concluded")
TOWN, CENTRE, COUNTY = "150103001", "C150103001", "150103"
COMMUNITY = "150103001001"
CELLS = [f"{COMMUNITY}{n:03d}" for n in (1, 2)]
ACCUSED = "D150103_urban"

HEAD, ABOVE = "C150103001.organ_head.1", "C150103.supervisor.1"
CITY = "C150100.supervisor.1"
HOUSING = "D150103_housing.handler.1"
BARRED = f"{ACCUSED}.organ_head.1"
Freeze = Callable[[datetime], None]


@pytest.fixture(scope="module")
def planted(cast: Cast) -> list[str]:
    """Thirty matters over three weeks in two cells of one town, in every state; some about the urban department."""
    luo, made = cast("luo.intake"), []
    kinds = [("request", "heating.outage"), ("request", "heating.fees"), ("petition", "heating.temperature"),
             ("dispute", "neighbour.noise"), ("event", "road.damage")]  # fmt: skip
    with standing() as at:
        for n in range(30):
            kind, category = kinds[n % 5]
            begun = NOON - timedelta(days=(n * 5) % 23, hours=n % 7)
            at(begun)
            more: dict[str, Any] = {"concerns": [{"unit": ACCUSED}]} if n % 6 == 5 else {}
            place = {"cell": CELLS[n % 2]} if n % 7 else {"area": TOWN}
            receipt = luo.register(report(kind, category, location=place, **more))
            made.append(receipt["id"])
            at(min(NOON, begun + timedelta(hours=1)))
            _live(cast, receipt, steps=n % 6)
        at(NOON)
        supervise(cast, made)
        _closed_of_late(cast, at)
        at(NOON)
    return made


def _live(cast: Cast, receipt: dict[str, Any], steps: int) -> None:
    """The unit that has the offer signs for it and goes some steps."""
    unit = receipt["offered_to"]
    if unit is None:
        return
    role = {"M": "mediator", "C": "coordinator"}.get(unit[0], "handler")
    person = cast.seat(f"{unit}.{role}.1")
    for action, body in (("sign_for", None), ("accept", None), ("handle", None), ("conclude", CONCLUSION))[:steps]:
        reply = person.act(receipt["id"], action, body)
        assert reply.status_code == 200, reply.text


def _closed_of_late(cast: Cast, at: Freeze) -> None:
    """Twelve closed in the last forty days: some visited, some rated, one asks to be taken up again."""
    luo, housing = cast("luo.intake"), cast.seat(HOUSING)
    for n in range(12):
        begun = NOON - timedelta(days=5 + n * 3, hours=3)
        at(begun)
        receipt = luo.register(report("request", "heating.fees", location={"cell": CELLS[n % 2]}))
        for action, body in (("sign_for", None), ("accept", None), ("handle", None), ("conclude", CONCLUSION),
                             ("serve", service(at=begun.isoformat())), ("close", None)):  # fmt: skip
            housing.does(receipt["id"], action, body)
        if n % 3 == 0:
            visit = {"method": "phone", "reached": n % 2 == 0, "words": "电话回访。"}
            housing.does(receipt["id"], "record_visit", visit | ({"confirmed": True} if n % 2 == 0 else {}))
        if n % 4 == 1:
            rating = {"satisfaction": "unsatisfied" if n == 5 else "satisfied", "solved": "yes"}
            assert door(cast, "rate", receipt, **rating).status_code == 200


def supervise(cast: Cast, made: Sequence[str]) -> None:
    body = {"kind": "urge", "text": "请抓紧办理。"}
    replies = [cast.seat(CITY).post(f"/v1/cases/{case}/supervisions", body).status_code for case in made[::4]]
    assert replies.count(201) >= 3


def rows_in(sql: Any, where: str) -> list[dict[str, Any]]:
    found = sql(
        "select c.*, array(select s.state from supervision s where s.case_id = c.id"
        " and (s.kind <> 'urge' or s.state <> 'answered')) as supervisions,"  # an urging ends with its answer
        " (select r.invited_at from rating r where r.case_id = c.id and r.superseded_at is null) as invited,"
        " (select r.window_ends from rating r where r.case_id = c.id and r.superseded_at is null) as until,"
        " (select r.satisfaction from rating r where r.case_id = c.id and r.superseded_at is null) as rating,"
        " (select r.firm_at from rating r where r.case_id = c.id and r.superseded_at is null) as firm,"
        " array(select v.at from return_visit v where v.case_id = c.id and v.reached) as visits,"
        " array(select q.state from reopening_request q where q.case_id = c.id) as requests,"
        " array(select k.level from clock k where k.case_id = c.id and k.met_at is null and k.stopped_at is null) as levels"
        f" from cases c where {where}"
    )
    return [dict(row) for row in found]


def recount(rows: list[dict[str, Any]]) -> dict[str, int]:
    """The figures, told anew from the rows of the table."""
    today, week, tomorrow, soon = map(datetime.fromisoformat, (TODAY, WEEK, TOMORROW, SOON))

    def due(row: dict[str, Any]) -> datetime:
        value: datetime = row["due"]
        return value if value.tzinfo else value.replace(tzinfo=UTC)

    live = [row for row in rows if row["status"] in LIVE]
    recent = today - timedelta(days=30)
    late_closed = [r for r in rows if r["status"] == "closed" and r["invited"] and r["invited"] >= recent]
    counted = {
        "in_hand": live,
        "new_today": [r for r in rows if r["registered_at"] >= today],
        "new_this_week": [r for r in rows if r["registered_at"] >= week],
        "waiting_for_acceptance": [r for r in rows if r["status"] == "registered"],
        "waiting_for_service": [r for r in rows if r["status"] == "concluded"],
        "overdue": [r for r in live if due(r) < NOON],
        "due_today": [r for r in live if NOON <= due(r) < tomorrow],
        "due_soon": [r for r in live if NOON <= due(r) < soon],
        "in_time": [r for r in live if due(r) >= soon],
        "urged": [r for r in live if any(level >= 3 for level in r["levels"])],
        "escalated": [r for r in live if r["escalated_to"]],
        "supervised": [r for r in rows if {"open", "returned", "answered"} & set(r["supervisions"])],
        "to_visit": [r for r in late_closed if not any(visit >= r["closed_at"] for visit in r["visits"])],
        "to_rate": [r for r in rows if r["invited"] and not r["rating"] and r["until"] >= NOON],
        "rated": [r for r in late_closed if r["firm"] and r["firm"] <= NOON],
        "unsatisfied": [r for r in late_closed if r["rating"] == "unsatisfied" and r["firm"] <= NOON],
        "reopening_asked": [r for r in rows if "open" in r["requests"]],
        "unplaced": [r for r in live if r["queue"]],
    }
    return {code: len(found) for code, found in counted.items()}


SCOPES = {
    f"/v1/centres/{CENTRE}/dashboard": f"c.centre = '{CENTRE}' or c.lead_unit = '{CENTRE}'",
    f"/v1/centres/C{COMMUNITY}/dashboard": f"c.centre = 'C{COMMUNITY}' or c.lead_unit = 'C{COMMUNITY}'",
    f"/v1/areas/{TOWN}/dashboard": f"c.township = '{TOWN}'",
    f"/v1/areas/{COUNTY}/dashboard": f"c.county = '{COUNTY}'",
    "/v1/areas/150100/dashboard": "true",
}
MAY = [
    (HEAD, f"/v1/centres/{CENTRE}/dashboard"), (HEAD, f"/v1/centres/C{COMMUNITY}/dashboard"),
    (HEAD, f"/v1/areas/{TOWN}/dashboard"), (ABOVE, f"/v1/areas/{TOWN}/dashboard"),
    (ABOVE, f"/v1/areas/{COUNTY}/dashboard"), (ABOVE, f"/v1/centres/{CENTRE}/dashboard"),
    (HOUSING, f"/v1/areas/{COUNTY}/dashboard"), (BARRED, f"/v1/areas/{COUNTY}/dashboard"),
    (BARRED, f"/v1/areas/{TOWN}/dashboard"), (CITY, "/v1/areas/150100/dashboard"),
]  # fmt: skip


@pytest.mark.parametrize(("who", "url"), MAY)
def test_every_figure_equals_a_count_made_another_way(
    cast: Cast, sql: Any, at: Freeze, planted: list[str], who: str, url: str
) -> None:
    at(NOON)
    person = cast.seat(who)
    reply = person.get(url)
    assert reply.status_code == 200, reply.text
    figures = {figure["code"]: figure for figure in reply.json()["figures"]}
    seen = [row for row in rows_in(sql, SCOPES[url]) if person.sees(str(row["id"]))]
    expected = recount(seen)
    assert {code: figure["value"] for code, figure in figures.items()} == expected
    assert expected["overdue"] + expected["due_soon"] + expected["in_time"] == expected["in_hand"]
    for code, figure in figures.items():
        listed = [item["id"] for item in person.walk(f"{figure['rows']}&limit=200")]
        assert len(listed) == len(set(listed)) == figure["value"], code
        assert set(listed) <= {str(row["id"]) for row in seen}, code


def test_what_was_planted_fills_every_figure(cast: Cast, at: Freeze, planted: list[str]) -> None:
    """A dashboard of zeros would prove nothing."""
    at(NOON)
    figures = cast.seat(ABOVE).get(f"/v1/areas/{COUNTY}/dashboard").json()["figures"]
    empty = {figure["code"] for figure in figures if figure["value"] == 0}
    assert empty <= {"urged", "escalated", "due_today", "unplaced"}


def test_whoever_is_complained_of_counts_without_it(cast: Cast, sql: Any, at: Freeze, planted: list[str]) -> None:
    """Two callers with the same area: the one complained of counts exactly the others."""
    at(NOON)
    url = f"/v1/areas/{TOWN}/dashboard"
    about = {str(row["id"]) for row in rows_in(sql, f"c.township = '{TOWN}' and c.barred_units is not null")}
    assert about
    for figure in cast.seat(BARRED).get(url).json()["figures"]:
        assert not about & {item["id"] for item in cast.seat(BARRED).walk(f"{figure['rows']}&limit=200")}
    values = [
        {f["code"]: f["value"] for f in cast.seat(who).get(url).json()["figures"]}
        for who in (BARRED, f"D{COUNTY}_water.organ_head.1")
    ]
    assert values[0]["in_hand"] < values[1]["in_hand"], "who is not complained of, in the same place, counts more"


@pytest.mark.parametrize(
    ("who", "url", "status"),
    [
        (HEAD, "/v1/centres/C150103/dashboard", 403),  # above
        (HEAD, "/v1/centres/C150103002/dashboard", 403),  # beside
        (HEAD, f"/v1/areas/{COUNTY}/dashboard", 403),
        (HOUSING, f"/v1/centres/{CENTRE}/dashboard", 403),  # no post of a centre
        ("C150105.supervisor.1", f"/v1/areas/{COUNTY}/dashboard", 403),
        (HEAD, "/v1/centres/C999/dashboard", 404),
        (HEAD, "/v1/centres/D150103_housing/dashboard", 404),
        (HEAD, "/v1/areas/999999/dashboard", 404),
        (HEAD, "/v1/areas/%00/dashboard", 422),
    ],
)
def test_a_dashboard_is_for_its_own_posts_and_those_above(cast: Cast, who: str, url: str, status: int) -> None:
    assert cast.seat(who).get(url).status_code == status


@pytest.mark.parametrize("login", ["wang.grid", "lin.auditor", "guo.admin"])
def test_who_reads_no_figures(cast: Cast, login: str) -> None:
    assert cast(login).get("/v1/areas/150102001001/dashboard").status_code == 403
    assert cast(login).get("/v1/indicators").status_code == 403


def test_a_machine_reads_none_either(cast: Cast) -> None:
    assert cast.machine().get("/v1/areas/150100/dashboard").status_code == 403


def test_an_accusation_is_in_no_figure_but_its_desks(cast: Cast, at: Freeze) -> None:
    at(NOON)
    desk = "X150100.discipline_officer.1"
    places = {ABOVE: COUNTY, CITY: "150100", "C150100.organ_head.1": "150100", desk: "150100"}

    def values() -> dict[str, dict[str, int]]:
        pages = {who: cast.seat(who).get(f"/v1/areas/{area}/dashboard").json() for who, area in places.items()}
        return {who: {figure["code"]: figure["value"] for figure in page["figures"]} for who, page in pages.items()}

    before = values()
    cast("luo.intake").register(
        report("petition", "conduct.service", petition_class="accusation", concerns=[{"unit": ACCUSED}])
    )
    after = values()
    for who in (ABOVE, CITY, "C150100.organ_head.1"):
        assert after[who] == before[who]
    assert after[desk]["in_hand"] == before[desk]["in_hand"] + 1

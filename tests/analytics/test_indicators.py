"""Indicators against counts made another way; what is small is hidden from who answers for none of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import Cast, report, service
from tests.support.clock import standing
from tests.support.each import each
from tests.support.residents import door

NOON = datetime.fromisoformat("2026-10-14T12:00:00+08:00")
LATER = datetime.fromisoformat("2026-11-23T12:00:00+08:00")
TOWN, COUNTY = "150104001", "150104"
CELLS = ["150104001001001", "150104001002001"]
HEAD, SUPERVISOR, COUNTY_HEAD = "C150104001.organ_head.1", "C150104.supervisor.1", "C150104.organ_head.1"
HOUSING, HOUSING_HEAD = "D150104_housing.handler.1", "D150104_housing.organ_head.1"
CITY_HEAD, CITY = "C150100.organ_head.1", "C150100.supervisor.1"
Freeze = Callable[[datetime], None]


@pytest.fixture(scope="module")
def planted(cast: Cast) -> list[str]:
    """Twenty-four requests of October in two communities: some late, some open, some returned, some supervised."""
    luo, housing, made = cast("luo.intake"), cast.seat(HOUSING), []
    with standing() as at:
        for n in range(24):
            begun = NOON - timedelta(days=n % 9, hours=n)
            at(begun)
            receipt = luo.register(report("request", "heating.fees", location={"cell": CELLS[n % 5 == 0]}))
            case = receipt["id"]
            made.append(case)
            if n % 8 == 7:
                housing.does(case, "refuse", {"reason": "不属本单位"})
                if n < 16:
                    lead = luo.get(f"/v1/cases/{case}").json()["lead_unit"]
                    ruling = {"upheld": n == 7, "reason": "经核实"}
                    cast.seat(f"{lead}.window_clerk.1").does(case, "rule_return", ruling)
                continue
            for step, hours in (("sign_for", 1), ("accept", 2 if n % 3 else 400), ("handle", 401)):
                at(begun + timedelta(hours=hours))
                housing.does(case, step)
            if n % 4 == 0:
                at(begun + timedelta(hours=402))
                body = {"kind": "correct", "problem": "late_completion", "text": "限期整改。",
                        "answer_by": (begun + timedelta(hours=402, days=2)).date().isoformat()}  # fmt: skip
                found = cast.seat(CITY).post(f"/v1/cases/{case}/supervisions", body).json()
                at(begun + timedelta(hours=402, days=1 if n % 8 else 6))
                url = f"/v1/supervisions/{found['id']}/actions"
                assert housing.post(f"{url}/answer", {"text": "已整改。"}, version=1).status_code == 200
                if n % 3:
                    assert cast.seat(CITY).post(f"{url}/verify", version=2).status_code == 200
            if n % 2:
                at(begun + timedelta(days=19))
                housing.does(case, "conclude", {"result": "resolved", "reply": "已处理。"})
                housing.does(case, "serve", service(at=(begun + timedelta(days=19)).isoformat()))
                housing.does(case, "close")
                _asked_afterwards(cast, receipt, n)
    return made


def _asked_afterwards(cast: Cast, receipt: dict[str, Any], n: int) -> None:
    """Some rate it, some are visited, one has it taken up again."""
    if n % 3 == 0:
        rating = {
            "satisfaction": "satisfied" if n % 2 and n < 15 else "unsatisfied",
            "solved": "yes" if n < 10 else "no",
        }
        assert door(cast, "rate", receipt, **rating).status_code == 200
    if n % 5 < 2:
        visit = {"method": "phone", "reached": n != 11, "words": "电话回访。"}
        cast.seat(HOUSING).does(receipt["id"], "record_visit", visit | ({"confirmed": n < 12} if n != 11 else {}))
    if n == 17:
        cast.seat(HOUSING_HEAD).does(receipt["id"], "reopen", {"reason": "群众反映未解决。"})


def expected(sql: Any, where: str, since: str, until: str, as_of: datetime) -> dict[str, tuple[int, int]]:
    """Each indicator told anew, row by row in Python."""
    start, end = (datetime.fromisoformat(f"{day}T00:00:00+08:00") for day in (since, until))
    cases = {
        r["id"]: r for r in sql(f"select c.*, u.tier from cases c join unit u on u.code = c.lead_unit where {where}")
    }

    def within(instant: datetime | None) -> bool:
        return instant is not None and start <= instant < end and instant < as_of

    def done(instant: datetime | None, limit: datetime) -> bool:
        return instant is not None and instant <= limit and instant <= as_of

    clocks = [k for k in sql("select * from clock") if k["case_id"] in cases and within(k["due"])]
    clocks = [k for k in clocks if k["stopped_at"] is None or k["stopped_at"] > k["due"]]
    acceptance = [k for k in clocks if k["kind"] == "acceptance"]
    completion = [k for k in clocks if k["kind"] == "completion"]
    offers = [
        a for a in sql("select * from assignment where part = 'lead' and staff is null and state <> 'recalled'")
        if a["case_id"] in cases and within(a["offered_at"])
    ]  # fmt: skip
    returns = [
        a for a in sql("select * from assignment where returned_at is not null")
        if a["case_id"] in cases and within(a["returned_at"])
    ]  # fmt: skip
    asked = [
        v for v in sql("select * from supervision where state <> 'withdrawn'")
        if v["case_id"] in cases and within(v["answer_by"])
    ]  # fmt: skip
    orders = [v for v in asked if v["kind"] == "correct"]
    closed = [c for c in cases.values() if c["status"] == "closed" and within(c["closed_at"])]
    answered = [k for k in acceptance if cases[k["case_id"]]["kind"] == "request"]
    invited = [r for r in sql("select * from rating") if r["case_id"] in cases and within(r["invited_at"])]
    rated = [r for r in invited if done(r["firm_at"], as_of)]
    petitions = [c for c in cases.values() if c["kind"] == "petition" and within(c["registered_at"])]
    made = [x for x in sql("select * from case_link where undone_at is null") if done(x["made_at"], as_of)]
    links = {(x["case_id"], x["relation"]) for x in made}
    linked = {x["case_id"] for x in sql("select case_id from case_link where undone_at is null")}
    first = [c for c in closed if c["id"] not in linked]

    def came_back(c: Any) -> bool:
        soon = c["closed_at"] + timedelta(days=90)
        again = [x for x in made if x["other"] == c["id"] and x["relation"] in ("repeat", "review")]
        return bool(c["reopened"]) or any(x["made_at"] <= soon for x in again)

    visits: dict[Any, list[Any]] = {}
    for v in sql("select * from return_visit where reached"):
        if v["case_id"] in cases and done(v["at"], as_of) and v["at"] >= (cases[v["case_id"]]["closed_at"] or LATER):
            visits.setdefault(v["case_id"], []).append(v)
    tasks = [t for t in sql("select * from task") if t["case_id"] in cases]
    calls = {t["id"]: t for t in tasks if t["whistle"] and t["state"] != "recalled" and within(t["asked_at"])}
    upheld = {r["task"] for r in sql("select * from whistle_call where ruling = 'upheld' and ruled_at <= $1", as_of)}
    wrong = {str(r["task"]) for r in sql("select task from whistle_call where ruling = 'upheld'")}
    arrivals = [k for k in clocks if k["kind"] == "arrival" and k["subject"] not in wrong]
    results = [t for t in tasks if t["state"] not in ("recalled", "waived", "ended") and within(t["due"])]
    received = [c for c in cases.values() if c["petition_class"] != "accusation" and within(c["registered_at"])]
    called = {r["case_id"] for r in sql("select case_id from whistle where blown_at <= $1", as_of)}
    counted: dict[str, tuple[list[Any], list[Any]]] = {
        "timely_acceptance": (acceptance, [k for k in acceptance if done(k["met_at"], k["due"])]),
        "on_time_completion": (completion, [k for k in completion if done(k["met_at"], k["due"])]),
        "extended": (completion, [k for k in completion if k["extensions"]]),
        "returned": (
            offers,
            [
                a
                for a in offers
                if done(a["returned_at"], as_of) or (a["state"] == "refused" and a["answered_at"] <= as_of)
            ],
        ),
        "returns_upheld": (returns, [a for a in returns if a["ruling"] == "upheld" and a["answered_at"] <= as_of]),
        "answered_on_time": (asked, [v for v in asked if done(v["first_answered_at"], v["answer_by"])]),
        "corrected_on_time": (
            orders,
            [v for v in orders if done(v["verified_at"], as_of) and v["answered_at"] <= v["answer_by"]],
        ),
        "responded": (answered, [k for k in answered if done(k["met_at"], k["due"])]),
        "participation": (invited, rated),
        "satisfied": (rated, [r for r in rated if r["satisfaction"] != "unsatisfied"]),
        "solved": (rated, [r for r in rated if r["solved"] == "yes"]),
        "solved_at_once": (first, [c for c in first if not came_back(c)]),
        "repeated": (petitions, [c for c in petitions if (c["id"], "repeat") in links]),
        "visited": (closed, [c for c in closed if visits.get(c["id"])]),
        "confirmed": (
            [c for c in closed if visits.get(c["id"])],
            [c for c in closed if any(v["confirmed"] for v in visits.get(c["id"], ()))],
        ),
        "tasks_answered_on_time": (results, [t for t in results if done(t["first_answered_at"], t["due"])]),
        "whistled": (received, [c for c in received if c["id"] in called]),
        "whistle_misuse": (list(calls), [t for t in calls if t in upheld]),
        "whistle_arrivals": (arrivals, [k for k in arrivals if done(k["met_at"], k["due"])]),
        **{
            f"closed_by_{tier}": (closed, [c for c in closed if c["tier"] == tier])
            for tier in ("community", "township", "county", "city")
        },
    }
    return {code: (len(part), len(whole)) for code, (whole, part) in counted.items()}


@pytest.mark.parametrize(
    ("since", "until", "as_of"),
    [
        ("2026-10", "2026-10", None),
        ("2026-10", "2026-11", None),
        ("2026-10", "2026-10", "2026-10-20"),
        ("2025-10", "2025-12", None),
    ],
)
def test_every_indicator_equals_a_count_made_another_way(
    cast: Cast, sql: Any, at: Freeze, planted: list[str], since: str, until: str, as_of: str | None
) -> None:
    at(LATER)
    url = f"/v1/indicators?area={TOWN}&since={since}&until={until}" + (f"&as_of={as_of}" if as_of else "")
    reply = cast.seat(COUNTY_HEAD).get(url)
    assert reply.status_code == 200, reply.text
    found = {i["code"]: (i["total"]["numerator"], i["total"]["denominator"]) for i in reply.json()["indicators"]}
    after = {"2026-10": "2026-11-01", "2026-11": "2026-12-01", "2025-12": "2026-01-01"}[until]
    known = datetime.fromisoformat("2026-10-21T00:00:00+08:00") if as_of else LATER
    assert found == expected(sql, f"c.township = '{TOWN}'", f"{since}-01", after, known)
    if since == "2026-10" and as_of is None:
        full = {code for code, (part, whole) in found.items() if 0 < part < whole}
        assert {
            "timely_acceptance",
            "returned",
            "returns_upheld",
            "answered_on_time",
            "corrected_on_time",
            "responded",
        } <= full
    if until == "2026-11":
        full = {code for code, (part, whole) in found.items() if 0 < part < whole}
        assert {"participation", "satisfied", "solved", "visited", "confirmed"} <= full


@pytest.mark.parametrize(
    ("by", "column"), [("community", "community"), ("category", "category"), ("township", "township")]
)
def test_cells_add_up_and_each_is_right(
    cast: Cast, sql: Any, at: Freeze, planted: list[str], by: str, column: str
) -> None:
    at(LATER)
    url = f"/v1/indicators?area={TOWN}&since=2026-10&until=2026-11&by={by}"
    for indicator in each(cast.seat(COUNTY_HEAD).get(url).json()["indicators"]):
        for cell in indicator["cells"]:
            where = f"c.township = '{TOWN}' and c.{column} is not distinct from '{cell['key']}'"
            counted = expected(sql, where, "2026-10-01", "2026-12-01", LATER)[indicator["code"]]
            assert (cell["numerator"], cell["denominator"]) == counted
            assert cell["name"]
        for name in ("numerator", "denominator"):
            assert sum(cell[name] for cell in indicator["cells"]) == indicator["total"][name]


def test_small_cells_are_hidden_from_who_heads_nothing_there(cast: Cast, at: Freeze, planted: list[str]) -> None:
    at(LATER)
    url = f"/v1/indicators?area={COUNTY}&since=2026-10&by=community"
    whole = {i["code"]: i for i in cast.seat(COUNTY_HEAD).get(url).json()["indicators"]}
    some = {i["code"]: i for i in cast.seat(SUPERVISOR).get(url).json()["indicators"]}
    hidden = 0
    for code, indicator in some.items():
        for cell, full in zip(indicator["cells"], whole[code]["cells"], strict=True):
            if cell["suppressed"]:
                hidden += 1
                assert cell["numerator"] is cell["denominator"] is cell["ratio"] is None
            else:
                assert cell == full
                rest = cell["denominator"] - cell["numerator"]
                assert not any(0 < count < 5 for count in (cell["numerator"], cell["denominator"], rest))
        assert not any(cell["suppressed"] for cell in whole[code]["cells"])
    assert hidden


def test_a_head_sees_the_own_unit_whatever_its_size(cast: Cast, at: Freeze, planted: list[str]) -> None:
    at(LATER)
    url = f"/v1/indicators?area={COUNTY}&since=2026-10&by=unit&indicator=returned"
    (mine,) = cast.seat(HOUSING_HEAD).get(url).json()["indicators"]
    own = next(cell for cell in mine["cells"] if cell["key"] == "D150104_housing")
    assert not own["suppressed"]
    assert own["numerator"] == 3
    (others,) = cast.seat(HOUSING).get(url).json()["indicators"]
    assert next(cell for cell in others["cells"] if cell["key"] == "D150104_housing")["suppressed"]


@pytest.mark.parametrize(
    ("who", "query", "status"),
    [
        (SUPERVISOR, f"area={COUNTY}&since=2026-10", 200),
        (SUPERVISOR, f"area={TOWN}&since=2026-10", 403),  # not the area of a post of hers: sums across tables
        (SUPERVISOR, f"area={COUNTY}&since=2026-10&until=2026-11", 403),
        (SUPERVISOR, f"area={COUNTY}&since=2026-10&as_of=2026-10-20", 403),
        (COUNTY_HEAD, f"area={TOWN}&since=2026-10&as_of=2026-10-20", 200),
        (COUNTY_HEAD, "area=150105&since=2026-10", 403),
        (HEAD, f"area={COUNTY}&since=2026-10", 403),
        (CITY_HEAD, f"area={COUNTY}&since=2025-11&until=2026-10", 200),
        (CITY_HEAD, "since=2026-10&until=2026-09", 422),
        (CITY_HEAD, "since=2023-01&until=2026-01", 422),
        (CITY_HEAD, "since=2026-13", 422),
        (CITY_HEAD, "since=2026-10&as_of=2027-01-01", 422),
        (CITY_HEAD, "since=2026-10&as_of=2026-09-30", 422),
        (CITY_HEAD, "area=999", 422),
        (CITY_HEAD, "indicator=fewest_petitions", 422),
        (CITY_HEAD, "by=person", 422),
    ],
)
def test_what_may_be_asked(cast: Cast, at: Freeze, who: str, query: str, status: int) -> None:
    at(LATER)
    assert cast.seat(who).get(f"/v1/indicators?{query}").status_code == status


def test_whoever_is_complained_of_is_counted_without_it(cast: Cast, at: Freeze) -> None:
    at(NOON)
    luo = cast("luo.intake")
    url = "/v1/indicators?area=150105&since=2026-10&by=unit&indicator=returned"
    accused, other = "D150105_urban.organ_head.1", "C150105.organ_head.1"

    def offers(who: str) -> int:
        cells = cast.seat(who).get(url).json()["indicators"][0]["cells"]
        return sum(cell["denominator"] or 0 for cell in cells if cell["key"] == "D150105_housing")

    at(LATER)
    before = offers(other)
    seen_before = cast.seat(accused).get(url).text
    at(NOON)
    for _ in range(6):
        about = report("request", "heating.fees", location={"area": "150105001"}, concerns=[{"unit": "D150105_urban"}])
        luo.register(about)
    at(LATER)
    assert offers(other) == before + 6
    assert cast.seat(accused).get(url).text == seen_before

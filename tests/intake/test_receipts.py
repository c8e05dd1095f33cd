"""What the one who brings a report gets back, for each kind and each door."""

import re
import uuid
from datetime import datetime
from typing import Any

import pytest

from app.core.crypto import READABLE
from tests.cast import HOME_CELL, Cast, member, report

HOME = {"city": "150100", "county": "150102", "township": "150102001", "community": "150102001001"}

# kind, category, more | procedure, routed unit, rule, clocks that start at once
RECEIPTS: list[tuple[str, str, dict[str, Any], str, str, str, list[str]]] = [
    ("petition", "heating.temperature", {}, "appeal", "D150102_housing", "petition.competent", ["acceptance"]),
    ("petition", "conduct.service", {}, "appeal", "P150102", "petition.conduct", ["acceptance"]),
    ("petition", "road.damage", {"petition_class": "suggestion"}, "suggestion", "P150102", "petition.suggestion",
     ["acceptance"]),
    ("petition", "heating.fees", {"simple": True}, "simple", "D150102_housing", "petition.competent", ["acceptance"]),
    ("dispute", "neighbour.noise", {}, "centre_dispute_simple", "M150102001", "dispute.people",
     ["acceptance", "completion"]),
    ("dispute", "neighbour.noise", {"complexity": "complex"}, "centre_dispute_complex", "M150102001", "dispute.people",
     ["acceptance", "completion"]),
    ("dispute", "wage.arrears", {}, "centre_dispute_ordinary", "D150102_hrss", "dispute.labour",
     ["acceptance", "completion"]),
    ("request", "heating.outage", {}, "request_utility", "D150102_housing", "request.competent",
     ["acceptance", "completion"]),
    ("request", "gas.leak", {}, "request_emergency", "D150102_housing", "request.competent",
     ["acceptance", "completion"]),
    ("event", "road.damage", {}, "grid_event", "D150102001_urban", "event.station", ["acceptance"]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "category", "more", "procedure", "unit", "rule", "clocks"), RECEIPTS)
def test_a_receipt_says_where_it_is_and_who_answers_for_it_by_when(
    cast: Cast, kind: str, category: str, more: dict[str, Any], procedure: str, unit: str, rule: str, clocks: list[str]
) -> None:
    got = cast("li.window").register(report(kind, category, **more))
    assert (got["status"], got["kind"], got["category"]) == ("registered", kind, category)
    assert (got["procedure"], got["offered_to"], got["routing"]["rule"]) == (procedure, unit, rule)
    assert got["cell"] == {"code": HOME_CELL}
    assert got["areas"] == HOME
    assert got["worker"] == str(member("wang.grid").staff)
    assert got["centre"] == got["lead_unit"] == "C150102001001"
    assert got["queue"] is None
    assert got["routing"]["guarded"] is False
    assert got["routing"]["reason"]
    assert [clock["kind"] for clock in got["clocks"]] == [*clocks, "sign_for"], "and the unit's time to sign for it"
    for clock in got["clocks"]:
        assert datetime.fromisoformat(clock["due"]) >= datetime.fromisoformat(clock["due_unrolled"])
        assert clock["due"].endswith("+08:00")
        assert clock["basis"]
    assert {unit, "C150102001001", *HOME.values()} == set(got["names"])


def test_headers_name_the_case_and_its_version_and_nothing_may_be_cached(cast: Cast) -> None:
    reply = cast("li.window").post("/v1/cases", report())
    assert reply.status_code == 201
    assert reply.headers["location"] == f"/v1/cases/{reply.json()['id']}"
    assert reply.headers["etag"] == '"1"'
    assert reply.headers["cache-control"] == "no-store"
    assert "idempotency-replayed" not in reply.headers
    page = cast("li.window").get(reply.headers["location"])
    assert page.headers["etag"] == '"1"'
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("kind", "category", "more"), [row[:3] for row in RECEIPTS])
def test_the_page_says_what_the_receipt_said(cast: Cast, kind: str, category: str, more: dict[str, Any]) -> None:
    for who in ("li.window", "wang.grid", "deng.county", "luo.intake"):
        got = cast(who).register(report(kind, category, **more))
        page = cast(who).get(f"/v1/cases/{got['id']}").json()
        same = set(got) & set(page) - {"worker", "clocks", "names"}
        assert {name: got[name] for name in same} == {name: page[name] for name in same}, who
        assert page["worker"]["id"] == got["worker"]
        dues = [{k: datetime.fromisoformat(c[k]) for k in ("due", "due_unrolled")} for c in got["clocks"]]
        assert [{k: datetime.fromisoformat(c[k]) for k in ("due", "due_unrolled")} for c in page["clocks"]] == dues


def test_the_reason_is_told_in_the_language_asked_for(cast: Cast) -> None:
    bodies = [report("petition", "heating.temperature") for _ in range(2)]
    chinese = cast("li.window").post("/v1/cases", bodies[0]).json()["routing"]["reason"]
    english = cast("li.window").post("/v1/cases", bodies[1], **{"Accept-Language": "en"}).json()["routing"]["reason"]
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert english.isascii()


def test_numbers_are_short_distinct_and_carry_their_check_character(cast: Cast) -> None:
    items = cast("li.window").batch([report() for _ in range(60)])
    numbers = [item["case"]["number"] for item in items]
    assert len(set(numbers)) == 60
    for number in numbers:
        assert re.fullmatch(rf"\d{{9,11}}[{READABLE}]", number)
        # Modulo 31, a prime: every wrong digit and every swap of neighbours is caught.
        assert READABLE[int(number[:-1]) % len(READABLE)] == number[-1]


def test_the_query_code_opens_this_case_alone(cast: Cast) -> None:
    one, other = (cast("li.window").register() for _ in range(2))
    assert re.fullmatch(rf"[{READABLE}]{{10}}", one["query_code"])
    asked = cast.client.post("/v1/query", json={"number": one["number"], "code": one["query_code"]})
    assert asked.json()["number"] == one["number"]
    wrong = cast.client.post("/v1/query", json={"number": one["number"], "code": other["query_code"]})
    assert wrong.status_code == 404


def test_ids_sort_by_time_and_a_client_may_bring_its_own(cast: Cast) -> None:
    first, second = (uuid.UUID(cast("li.window").register()["id"]) for _ in range(2))
    assert first.version == second.version == 7
    assert first < second
    brought = str(uuid.UUID(int=second.int + 1))
    assert cast("wang.grid").register(id=brought)["id"] == brought


def test_a_party_may_have_any_role_and_each_is_shown_masked(cast: Cast) -> None:
    roles = ["petitioner", "representative", "agent", "respondent", "affected"]
    parties = [
        {"role": role, "name": "欧阳小明", "phone": "13912345678", "address": "示范路1号2单元"} for role in roles
    ]
    got = cast("li.window").register(report("petition", "heating.fees", parties=parties))
    shown = cast("li.window").get(f"/v1/cases/{got['id']}").json()["parties"]
    assert [party["role"] for party in shown] == roles
    assert {(p["name"], p["phone"], p["address"]) for p in shown} == {("欧阳**", "139****5678", "示范路***")}


def test_an_event_takes_nobody_but_who_asks_for_help(cast: Cast) -> None:
    wang = cast("wang.grid")
    assert (
        wang.post(
            "/v1/cases", report("event", "road.damage", parties=[{"role": "petitioner", "name": "张三"}])
        ).status_code
        == 422
    )
    assert (
        wang.register(report("event", "road.damage", parties=[{"role": "affected", "name": "张三"}]))["kind"] == "event"
    )


def test_a_sixth_representative_is_one_too_many(cast: Cast) -> None:
    parties = [{"role": "representative", "name": f"代表{n}"} for n in range(6)]
    assert cast("li.window").post("/v1/cases", report("petition", "heating.fees", parties=parties)).status_code == 422
    assert cast("li.window").register(report("petition", "heating.fees", parties=parties[:5]))


@pytest.mark.parametrize("who", ["lin.auditor", "guo.admin", "hu.supervisor"])
def test_who_has_no_desk_registers_nothing(cast: Cast, who: str) -> None:
    for url, body in (("/v1/cases", report()), ("/v1/cases:batch", {"items": [report()]})):
        reply = cast(who).post(url, body)
        assert reply.status_code == 403
        assert reply.json()["needs"] == "case:register"


def test_a_machine_brings_the_numbers_of_its_own_system_alone(cast: Cast) -> None:
    machine = cast.machine()
    own = {"system": "12345", "external_id": uuid.uuid4().hex}
    got = machine.register(report(channel="hotline", source=own))
    page = machine.get(f"/v1/cases/{got['id']}").json()
    assert (page["source_system"], page["external_id"]) == ("12345", own["external_id"])
    foreign = report(source={"system": "letters", "external_id": "1"})
    assert machine.post("/v1/cases", foreign).status_code == 403
    (item,) = machine.batch([foreign])
    assert item["status"] == 403
    assert item["problem"]["type"] == "/problems/forbidden"


def test_similar_cases_are_hinted_at_and_never_block(cast: Cast) -> None:
    title = f"锅炉房爆管{uuid.uuid4().hex[:6]}"
    first = cast("li.window").register(report(title=title))
    second = cast("li.window").register(report(title=title))
    hints = cast("li.window").get(second["similar"]).json()["items"]
    assert hints[0]["id"] == first["id"]
    assert hints[0]["likeness"] == 1.0
    assert hints[0]["metres"] == 0
    assert second["id"] not in {hint["id"] for hint in hints}

"""Kinds of disputes over HTTP: the list, one kind with the competent units of a township, and the case that names its kind."""

import asyncio
from typing import Any

import pytest

from app.core.database import connect
from app.routing import queries
from seeds.hohhot.city import build_city
from seeds.reference.load import read_dispute_kinds
from tests.cast import CITY, Cast, report

KINDS = {kind.code: kind for kind in read_dispute_kinds()}
TOWNSHIP = "150102001"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_list_and_each_kind_speak_the_callers_language(cast: Cast, language: str) -> None:
    asks = cast("li.window")
    listed = asks.get("/v1/dispute_kinds", **{"Accept-Language": language}).json()["items"]
    assert [item["code"] for item in listed] == list(KINDS)
    for item in listed:
        kind = KINDS[item["code"]]
        assert item["name"] == kind.name.say(language)
        shown = asks.get(f"/v1/dispute_kinds/{item['code']}", **{"Accept-Language": language}).json()
        assert shown["competent"] is None
        assert shown["checklist"] == {
            "ask": [words.say(language) for words in kind.questions],
            "papers": [words.say(language) for words in kind.papers],
        }
        assert [(m["step"], m["text"]) for m in shown["methods"]] == [
            (s, p.words.say(language)) for s, p in kind.methods
        ]
        assert [r["limit"]["starts"] for r in shown["routes"] if r["limit"]] == [
            r.limit.starts.say(language) for r in kind.routes if r.limit
        ]


def test_a_wage_dispute_is_told_its_procedure_its_year_and_who_is_competent_here(cast: Cast) -> None:
    shown = cast("li.window").get(
        f"/v1/dispute_kinds/wages?township={TOWNSHIP}", **{"Accept-Language": "en"}
    )  # fmt: skip
    assert shown.status_code == 200, shown.text
    page = shown.json()
    assert page["procedure"] == "labour_mediation"
    assert page["confirmation"]["possible"] is True
    arbitration = next(r for r in page["routes"] if r["route"] == "arbitration")
    assert (arbitration["limit"]["length"], arbitration["limit"]["unit"], arbitration["status"]) == (1, "year", "law")
    assert [lead["unit"] for lead in page["competent"]["leads"]] == ["D150102_hrss"]
    helpers = {helper["function"]: helper for helper in page["competent"]["helpers"]}
    assert helpers["hrss"]["unit"] == "D150102_hrss"
    assert helpers["hrss"]["name"].isascii()
    assert set(helpers) == {"hrss", "housing", "justice"}


def test_the_mediation_committee_leads_and_the_townships_own_station_helps(cast: Cast) -> None:
    page = cast("li.window").get(f"/v1/dispute_kinds/family?township={TOWNSHIP}").json()
    assert {(lead["category"], lead["kind"]) for lead in page["competent"]["leads"]} == {
        (category, "mediation_committee") for category in KINDS["family"].categories
    }
    tiers = {helper["function"]: helper["tier"] for helper in page["competent"]["helpers"]}
    assert tiers == {"civil": "township", "justice": "county", "police": "county"}


def test_every_function_and_category_finds_a_unit_in_every_township(database: str) -> None:
    townships = [area.code for area in build_city().areas if area.tier == "township"]

    async def missing() -> list[Any]:
        conn, found = await connect(CITY, "owner"), []
        try:
            for township in townships:
                for kind in KINDS.values():
                    helpers = await queries.list_helpers(conn, township, kind.functions, "zh")
                    leads = await queries.list_leads(conn, township, kind.categories, "zh")
                    if {h.function for h in helpers} != set(kind.functions):
                        found.append((township, kind.code, "helpers"))
                    if {lead.category for lead in leads} != set(kind.categories):
                        found.append((township, kind.code, "leads"))
        finally:
            await conn.close()
        return found

    assert len(townships) == 89
    assert asyncio.run(missing()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_named_with_its_units_over_http(cast: Cast, kind: str) -> None:
    page = cast("li.window").get(f"/v1/dispute_kinds/{kind}?township=150125214").json()
    assert {helper["function"] for helper in page["competent"]["helpers"]} == set(KINDS[kind].functions)
    assert all(unit["name"] for unit in (*page["competent"]["helpers"], *page["competent"]["leads"]))


@pytest.mark.parametrize(
    ("url", "status", "pointer"),
    [
        ("/v1/dispute_kinds/quarrels", 404, None),
        ("/v1/dispute_kinds/family?township=150102", 422, "#/query/township"),
        ("/v1/dispute_kinds/family?township=999999999", 422, "#/query/township"),
        ("/v1/dispute_kinds/family?township=%00", 422, "#/query/township"),
    ],
)
def test_what_does_not_exist_is_refused_with_the_place(cast: Cast, url: str, status: int, pointer: str | None) -> None:
    reply = cast("li.window").get(url)
    assert reply.status_code == status, reply.text
    assert [place["pointer"] for place in reply.json().get("errors", [])] == ([pointer] if pointer else [])


def test_a_disputes_page_names_its_kind_and_keeps_its_own_procedure(cast: Cast) -> None:
    clerk = cast("li.window")
    dispute = clerk.register(report("dispute", "neighbour.noise"))
    page = clerk.get(f"/v1/cases/{dispute['id']}").json()
    assert (page["dispute_kind"], page["procedure"]) == ("neighbours", "centre_dispute_simple")
    assert clerk.get(f"/v1/dispute_kinds/{page['dispute_kind']}").status_code == 200
    chosen = clerk.register(report("dispute", "neighbour.noise", complexity="complex"))
    assert clerk.get(f"/v1/cases/{chosen['id']}").json()["procedure"] == "centre_dispute_complex"
    request = clerk.register(report("request", "property.service"))
    assert clerk.get(f"/v1/cases/{request['id']}").json()["dispute_kind"] is None

"""检举控告: the receipt says four things, the text is sealed, one desk sees it, and it leaves no trace elsewhere."""

import itertools
import uuid
from typing import Any

import pytest

from tests.cast import Cast, member, report, service

DESKS = ("xu.discipline", "he.discipline")
_serial = itertools.count()


def accusation(**more: Any) -> dict[str, Any]:
    """Words that occur nowhere else."""
    mark = f"匿迹{next(_serial)}"
    body = report(
        "petition", "conduct.service", petition_class="accusation", title=f"{mark}索要财物", description=f"{mark}详情",
        concerns=[{"unit": "D150102_housing"}],
    )  # fmt: skip
    return {**body, **more}


def test_the_receipt_says_id_number_code_and_status_alone(cast: Cast) -> None:
    got = cast("li.window").register(accusation())
    assert set(got) == {"id", "number", "query_code", "status"}
    assert got["status"] == "registered"
    (item,) = cast("li.window").batch([accusation()])
    assert set(item["case"]) == {"id", "number", "query_code", "status"}


def test_its_row_has_no_worker_centre_cell_queue_place_or_tier_below_the_city(cast: Cast, sql: Any) -> None:
    case = cast("li.window").register(accusation())["id"]
    (row,) = sql("select * from cases where id = $1::uuid", case)
    for column in (
        "worker",
        "centre",
        "cell",
        "point",
        "crs",
        "accuracy_m",
        "queue",
        "county",
        "township",
        "community",
    ):
        assert row[column] is None, column
    assert row["city"] == "150100"
    assert row["located_by"] == "address"


def test_its_words_lie_sealed_and_unindexed(cast: Cast, sql: Any) -> None:
    body = accusation()
    case = cast("li.window").register(body)["id"]
    (text,) = sql("select * from case_text where case_id = $1::uuid", case)
    assert [text[c] for c in ("title", "description", "address")] == [None] * 3
    (party,) = sql("select * from party where case_id = $1::uuid", case)
    assert party["phone_index"] is None
    for sealed in (text["sealed"], text["seal_key"], party["sealed"]):
        assert body["title"].encode() not in sealed
    (event,) = sql("select body from event where case_id = $1::uuid", case)
    assert "匿迹" not in event["body"]
    assert "150102" not in event["body"].replace("X150102", "").replace("X150100", "")


def test_the_desk_above_the_unit_complained_of_reads_it_in_clear(cast: Cast) -> None:
    body = accusation()
    case = cast("li.window").register(body)["id"]
    page = cast("he.discipline").get(f"/v1/cases/{case}").json()
    assert (page["title"], page["description"], page["location"]["address"]) == (
        body["title"],
        body["description"],
        "示范路1号",
    )
    assert page["lead_unit"] == "X150100"
    assert page["parties"][0]["name"] == "张*"
    assert page["worker"] is page["centre"] is page["cell"] is None


def test_its_registrar_keeps_the_receipt_alone(cast: Cast) -> None:
    for who in (cast("li.window"), cast("luo.intake"), cast.machine()):
        got = who.register(accusation(concerns=[{"unit": "D150102_water"}]))
        assert not who.sees(got["id"])
        assert got["id"] not in {item["id"] for item in who.walk("/v1/cases?sort=newest&limit=200")}
        withdrawn = who.act(got["id"], "withdraw", {"reason": "试", "code": "2222222222"}, version=1).status_code
        assert withdrawn == (403 if who.login == "hotline-12345" else 404), "a machine withdraws nothing at all"
        assert who.get(f"/v1/cases/{got['id']}/similar").status_code == 404


def test_a_county_desk_takes_what_concerns_a_township(cast: Cast) -> None:
    case = cast("li.window").register(accusation(concerns=[{"staff": str(member("qin.head").staff)}]))["id"]
    assert cast("xu.discipline").get(f"/v1/cases/{case}").json()["lead_unit"] == "X150102"
    assert not cast("he.discipline").sees(case), "the city's desk has no part in it"
    assert not cast.seat("X150102001.discipline_officer.1").sees(case)


def test_it_has_no_hints_and_is_no_hint(cast: Cast) -> None:
    where = {"address": "示范路1号"}
    one, other = (
        cast("li.window").register(accusation(title="同一标题", location=where, concerns=[{"unit": "D150102_water"}]))[
            "id"
        ]
        for _ in range(2)
    )
    assert cast("he.discipline").get(f"/v1/cases/{one}/similar").json() == {"items": []}
    plain = cast("li.window").register(report("petition", "conduct.service", title="同一标题", location=where))["id"]
    hints = cast("luo.intake").get(f"/v1/cases/{plain}/similar")
    seen = {hint["id"] for hint in hints.json().get("items", [])}
    assert not seen & {one, other}


def test_it_is_not_found_by_phone(cast: Cast) -> None:
    phone = f"139{next(_serial):08d}"
    parties = [{"role": "petitioner", "name": "张三", "phone": phone}]
    secret = cast("li.window").register(accusation(parties=parties, concerns=[{"text": "某人"}]))["id"]
    plain = cast("li.window").register(report(parties=parties))["id"]
    for who, case in (("li.window", plain), ("he.discipline", secret)):
        party = cast(who).get(f"/v1/cases/{case}").json()["parties"][0]["id"]
        found = cast(who).post(f"/v1/cases/{case}/same_phone", {"party": party, "reason": "核对号码"})
        assert found.json() == {"items": []}, who


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("merge", {"into": str(uuid.uuid4()), "reason": "试"}),
        ("unmerge", {"reason": "试"}),
        ("place", {"code": "150102"}),
    ],
)
def test_it_is_never_merged_or_placed(cast: Cast, action: str, body: dict[str, str]) -> None:
    case = cast("li.window").register(accusation())["id"]
    reply = cast("he.discipline").act(case, action, body)
    assert reply.status_code in (403, 409)
    assert action not in cast("he.discipline").get(f"/v1/cases/{case}").json()["available_actions"]


def test_it_is_offered_to_desks_above_the_unit_complained_of_alone(cast: Cast) -> None:
    """Not to a department, not to a desk of the same tier as the unit complained of, which stands beside it."""
    he = cast("he.discipline")
    case = cast("li.window").register(accusation(concerns=[{"unit": "C150102001"}]))["id"]
    assert not he.sees(case)
    xu = cast("xu.discipline")
    for unit in ("D150102_water", "C150100", "P150100", "X150102001", "X150102002"):
        reply = xu.act(case, "offer", {"unit": unit, "reason": "移送"})
        assert reply.status_code == 422, unit
    xu.does(case, "offer", {"unit": "X150100", "reason": "提级办理"})
    assert he.sees(case)
    assert he.does(case, "sign_for")["lead_unit"] == "X150100"
    assert xu.sees(case), "the desk before stays beside it"


def test_its_notes_are_sealed_and_its_resident_learns_the_status_alone(cast: Cast, sql: Any) -> None:
    got = cast("li.window").register(accusation())
    he = cast("he.discipline")
    he.does(got["id"], "accept")
    he.does(got["id"], "handle")
    page = he.does(got["id"], "conclude", {"result": "supported", "reply": "匿迹答复"})
    assert [note["body"] for note in page["notes"]] == ["匿迹答复"]
    he.does(got["id"], "serve", service(proof="匿迹回证"))
    he.does(got["id"], "close")
    rows = sql("select body, sealed from case_note where case_id = $1::uuid", got["id"])
    assert {row["body"] for row in rows} == {None}
    assert all("匿迹".encode() not in row["sealed"] for row in rows)
    asked = cast.client.post("/v1/query", json={"number": got["number"], "code": got["query_code"]}).json()
    assert set(asked) == {"number", "status", "said", "steps"}
    assert asked["status"] == "closed"
    assert asked["steps"] == []

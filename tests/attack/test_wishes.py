"""What staff do at the resident's wish needs the resident: their code, or a paper they signed; who hears of it and undoes it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import Cast, Lives, report
from tests.support.clock import present
from tests.support.files import jpeg
from tests.support.residents import door, held

REASON = {"reason": "本人要求"}
HEATING = {"kind": "request", "category": "heating.outage"}
STEPS = ["withdraw", "go_up"]
Freeze = Callable[[datetime], None]
# What a wish moves and undoing it gives back.
STANDS = (
    "status", "lead_unit", "escalated_to", "due", "closed_at",
)  # fmt: skip


def post(cast: Cast, case: str, action: str, body: Any, who: str = "li.window") -> Any:
    """As it is sent, without a code that nobody gave."""
    version = cast(who).get(f"/v1/cases/{case}").json()["version"]
    return cast(who).post(f"/v1/cases/{case}/actions/{action}", body, version=version)


def stands(cast: Cast, case: str) -> tuple[Any, ...]:
    """Where the matter stands: its state, who has it, whose offers are open, which clocks run until when."""
    page = cast("li.window").get(f"/v1/cases/{case}").json()
    offers = [(a["unit"], a["part"], a["staff"]) for a in page["assignments"] if a["state"] in ("offered", "signed")]
    clocks = [(c["kind"], c["due"]) for c in page["clocks"] if c["met_at"] is None and c["stopped_at"] is None]
    return tuple(page[name] for name in STANDS), sorted(offers, key=str), sorted(clocks)


def told(sql: Any, case: str) -> list[str]:
    rows = sql("select template from message where case_id = $1::uuid and channel <> 'in_app' order by id", case)
    return [row["template"] for row in rows]


@pytest.mark.parametrize("action", STEPS)
def test_without_the_code_or_a_paper_nothing_is_done(cast: Cast, lives: Lives, action: str) -> None:
    receipt, other = lives.registered(**HEATING), lives.registered(**HEATING)
    case, photo = receipt["id"], cast("li.window").attached(receipt["id"], jpeg())["id"]
    elsewhere = cast("li.window").attached(other["id"], jpeg(), "wish")["id"]
    before = stands(cast, case)
    for proof, pointer in (
        ({}, "#/body"), ({"code": "2222222222"}, "#/body/code"), ({"code": other["query_code"]}, "#/body/code"),
        ({"code": receipt["query_code"], "paper": photo}, "#/body"), ({"paper": photo}, "#/body/paper"),
        ({"paper": elsewhere}, "#/body/paper"), ({"paper": case}, "#/body/paper"),
    ):  # fmt: skip
        refused = post(cast, case, action, {**REASON, **proof})
        assert refused.status_code == 422, (proof, refused.text)
        assert [error["pointer"] for error in refused.json()["errors"]] == [pointer], proof
    assert stands(cast, case) == before


@pytest.mark.parametrize("action", STEPS)
def test_their_code_shows_it_and_is_kept_nowhere(cast: Cast, lives: Lives, sql: Any, action: str) -> None:
    receipt = lives.registered(**HEATING)
    code = receipt["query_code"]
    assert post(cast, receipt["id"], action, {**REASON, "code": code}).status_code == 200
    last = cast("li.window").get(f"/v1/cases/{receipt['id']}/timeline").json()["items"][-1]
    assert (last["kind"], last["data"]["proof"]) == (action, "code")
    assert code not in str(last)
    assert told(sql, receipt["id"]) == ["wish_recorded"]
    (step,) = [s for s in door(cast, "", receipt).json()["steps"] if s["at"] == last["at"]]
    assert "工作人员登记" in step["said"]


def test_a_signed_paper_shows_one_wish_and_stays(cast: Cast, lives: Lives) -> None:
    case = lives.registered(**HEATING)["id"]
    paper = cast("li.window").attached(case, jpeg(), "wish")["id"]
    assert post(cast, case, "go_up", {**REASON, "paper": paper}).status_code == 200
    again = post(cast, case, "withdraw", {**REASON, "paper": paper})
    assert (again.status_code, again.json()["errors"][0]["pointer"]) == (422, "#/body/paper")
    for who in ("li.window", "qin.head"):
        person = cast(who)
        url = f"/v1/attachments/{paper}"
        assert "withdraw" not in person.get(url).json()["available_actions"]
        gone = person.post(f"{url}/actions/withdraw", REASON, version=1)
        assert gone.status_code in (403, 409), "what shows it is nobody's to take away"


def test_a_paper_that_was_taken_back_shows_nothing(cast: Cast, lives: Lives) -> None:
    case = lives.registered(**HEATING)["id"]
    paper = cast("li.window").attached(case, jpeg(), "wish")["id"]
    gone = cast("li.window").post(f"/v1/attachments/{paper}/actions/withdraw", {"reason": "拍得不清楚"}, version=1)
    assert gone.status_code == 200, gone.text
    assert post(cast, case, "withdraw", {**REASON, "paper": paper}).status_code == 422


@pytest.mark.parametrize("state", ["registered", "signed", "handling", "offered on"])
@pytest.mark.parametrize("action", STEPS)
def test_undone_everything_stands_as_before(cast: Cast, lives: Lives, sql: Any, action: str, state: str) -> None:
    make = {
        "registered": lives.registered,
        "signed": lives.signed,
        "handling": lives.handling,
        "offered on": lives.handling,
    }
    receipt = make[state](**HEATING)
    case = receipt["id"]
    if state == "offered on":
        cast("chen.housing").does(case, "offer", {"unit": "P150102", **REASON})
    before = stands(cast, case)
    cast("li.window").does(case, action, REASON)
    assert stands(cast, case) != before
    first = door(cast, "undo", receipt)
    assert first.status_code == 200, first.text
    assert stands(cast, case) == before
    again = door(cast, "undo", receipt)
    assert (again.status_code, again.text) == (200, first.text)
    events = [e["kind"] for e in cast("li.window").get(f"/v1/cases/{case}/timeline").json()["items"]]
    assert events[-2:] == [action, "wish_undone"], "once"
    assert told(sql, case)[-2:] == ["wish_recorded", "progress"]
    lead = sql(
        "select grantee from message where case_id = $1::uuid and channel = 'in_app' and template = 'wish_undone'", case
    )
    leads = receipt["lead_unit"] if state == "registered" else "D150102_housing"
    assert [row["grantee"] for row in lead] == [f"unit:{leads}"]
    if state != "registered":
        cast("chen.housing").does(case, "flag_urgent", REASON)


def test_the_time_to_undo_ends(cast: Cast, lives: Lives, at: Freeze) -> None:
    receipt = lives.registered(**HEATING)
    cast("li.window").does(receipt["id"], "withdraw", REASON)
    now = present()
    at(now + timedelta(hours=73))
    late = door(cast, "undo", receipt)
    assert (late.status_code, "撤销期限" in late.json()["detail"]) == (409, True)
    at(now + timedelta(hours=71))
    assert door(cast, "undo", receipt).status_code == 200


def test_a_centre_that_has_signed_keeps_what_it_took(cast: Cast, lives: Lives) -> None:
    receipt = lives.registered(**HEATING)
    cast("li.window").does(receipt["id"], "go_up", REASON)
    cast("sun.coordinator").does(receipt["id"], "sign_for")
    kept = door(cast, "undo", receipt)
    assert (kept.status_code, "已签收" in kept.json()["detail"]) == (409, True)
    assert cast("li.window").get(f"/v1/cases/{receipt['id']}").json()["lead_unit"] == "C150102001"


def test_what_they_did_themselves_or_staff_took_up_again_is_not_undone(cast: Cast, lives: Lives) -> None:
    own, taken_up, nothing = lives.registered(**HEATING), lives.signed(**HEATING), lives.registered(**HEATING)
    assert door(cast, "go_up", own, words="请上级看看。").status_code == 200
    cast("li.window").does(taken_up["id"], "withdraw", REASON)
    cast("liu.head").does(taken_up["id"], "reopen", REASON)
    for receipt in (own, taken_up, nothing):
        assert door(cast, "undo", receipt).status_code == 409
    wrong = cast.client.post("/v1/query/undo", json={**held(own), "code": "2222222222"})
    assert wrong.status_code == 404


def test_a_withdrawn_case_comes_out_of_the_archive(cast: Cast, lives: Lives) -> None:
    receipt = lives.signed(**HEATING)
    cast("li.window").does(receipt["id"], "withdraw", REASON)
    cast("chen.housing").does(receipt["id"], "archive")
    assert door(cast, "undo", receipt).status_code == 200
    page = cast("chen.housing").get(f"/v1/cases/{receipt['id']}").json()
    assert (page["status"], page["archive"]) == ("registered", None)


def test_of_an_accusation_too_and_its_desk_alone_is_told(cast: Cast, sql: Any) -> None:
    body = report("petition", "conduct.service", petition_class="accusation", concerns=[{"unit": "C150102001"}])
    receipt = cast("li.window").register(body)
    cast("xu.discipline").does(receipt["id"], "withdraw", REASON)
    assert door(cast, "undo", receipt).status_code == 200
    assert cast("xu.discipline").get(f"/v1/cases/{receipt['id']}").json()["status"] == "registered"
    rows = sql(
        "select grantee, channel from message where case_id = $1::uuid and template = 'wish_undone'", receipt["id"]
    )
    assert rows
    assert all(row["grantee"].startswith("post:X150102") for row in rows)

"""Nobody alone gives a resident a proxy: the wish is shown, and who offers does not record the authority, nor vouch for it."""

from typing import Any

import pytest

from tests.cast import Cast, Lives, service
from tests.support.files import jpeg
from tests.support.proxies import (
    LI,
    WANG,
    WITNESS,
    authorised,
    does,
    move,
    offered,
    own,
    requested,
    terms,
    wish,
)
from tests.support.residents import door

WORDS = {"words": "不再需要"}


def asked(cast: Cast, case: str, body: dict[str, Any], who: str = LI) -> Any:
    person = cast(who) if who[0].islower() else cast.seat(who)
    return person.post(f"/v1/cases/{case}/proxies", body)


def test_one_clerk_alone_brings_no_case_before_a_proxy(cast: Cast, lives: Lives) -> None:
    """Asks with the code, offers the worker, and then stands alone."""
    receipt = lives.signed()
    case = receipt["id"]
    for proof in ({"code": "2222222222"}, {"paper": case}):
        assert asked(cast, case, wish(case, **proof)).status_code == 422, proof
    assert asked(cast, case, {"wish": "请代办"}).status_code == 422
    proxy = offered(cast, case)["id"]
    for evidence in ("recorded_consent", "paper"):
        refused = move(cast, LI, proxy, "authorise", terms(cast, case, evidence=evidence))
        assert refused.status_code == 403, refused.text
    assert "authorise" not in cast(LI).get(f"/v1/proxies/{proxy}").json()["available_actions"]
    assert not cast(WANG).sees(case)
    does(cast, WITNESS, proxy, "authorise", terms(cast, case))
    assert cast(WANG).sees(case)


def test_a_consent_is_not_vouched_for_by_a_colleague_beside_them(cast: Cast, lives: Lives) -> None:
    request = lives.registered(kind="request", category="heating.outage")
    proxy = offered(cast, request["id"])["id"]
    refused = move(cast, "sun.coordinator", proxy, "authorise", terms(cast, request["id"]))
    assert (refused.status_code, "以外的单位" in refused.json()["detail"]) == (403, True)
    does(cast, "sun.coordinator", proxy, "authorise", terms(cast, request["id"], evidence="paper"))


@pytest.mark.parametrize("who", [WITNESS, "chen.housing"])
def test_neither_lead_nor_registrar_asks_for_nobody(cast: Cast, lives: Lives, who: str) -> None:
    """Offered is not leading, and helping is not either."""
    case = lives.registered()["id"] if who == "chen.housing" else lives.signed()["id"]
    refused = asked(cast, case, wish(case), who)
    assert (refused.status_code, "登记人" in refused.json()["detail"]) == (403, True)


def test_what_was_only_said_lets_no_time_of_the_resident_run(cast: Cast, lives: Lives) -> None:
    receipt = lives.concluded()
    case, powers = receipt["id"], ["receive_notices", "accept_service"]
    proxy = offered(cast, case)["id"]
    refused = move(cast, WITNESS, proxy, "authorise", terms(cast, case, powers=powers))
    assert (refused.status_code, "accept_service" in refused.text) == (422, True)
    does(cast, WITNESS, proxy, "authorise", terms(cast, case, powers=["receive_notices"]))
    assert cast("chen.housing").act(case, "serve", service(method="proxy")).status_code == 409
    does(cast, WITNESS, proxy, "authorise", terms(cast, case, powers=powers, evidence="paper"))
    cast("chen.housing").does(case, "serve", service(method="proxy"))


def test_staff_take_a_proxy_away_by_the_resident_s_word_alone(cast: Cast, lives: Lives) -> None:
    receipt = lives.signed()
    case, proxy = receipt["id"], authorised(cast, receipt)
    for proof in ({}, {"code": "2222222222"}):
        assert move(cast, LI, proxy, "revoke", {**WORDS, **proof}).status_code == 422
    assert cast(WANG).sees(case)
    paper = cast(LI).attached(case, jpeg(), "wish")["id"]
    does(cast, LI, proxy, "revoke", {**WORDS, "paper": paper})
    assert not cast(WANG).sees(case)
    again = requested(cast, case)["id"]
    assert move(cast, LI, again, "revoke", {**WORDS, "paper": paper}).status_code == 422, "one wish each"


def test_they_hear_that_staff_recorded_it_and_take_it_back(cast: Cast, lives: Lives, sql: Any) -> None:
    receipt = lives.signed()
    proxy = authorised(cast, receipt)
    said = [step["said"] for step in door(cast, "", receipt).json()["steps"]]
    assert any("工作人员登记：您申请了代办" in text for text in said)
    assert any("工作人员登记：您已授权代办" in text for text in said)
    rows = sql("select count(*) as n from message where case_id = $1::uuid and channel = 'sms'", receipt["id"])
    assert rows[0]["n"] >= 3, "asked, offered, authorised"
    assert door(cast, "proxy/revoke", receipt).status_code == 200
    assert own(cast, receipt)[0]["state"] == "withdrawn_by_resident"
    assert move(cast, WANG, proxy, "step_down", {"reason": "x"}, version=4).status_code == 404

"""A matter goes up one tier at a wish: while the centre above has not signed, asking again changes nothing."""

from concurrent.futures import ThreadPoolExecutor

from tests.cast import Cast, Lives
from tests.support.residents import door

WORDS = "请上级看看。"
REASON = {"reason": WORDS}
HEATING = {"kind": "request", "category": "heating.outage"}


def test_thrice_at_once_goes_up_once_and_is_answered_alike(cast: Cast, lives: Lives) -> None:
    receipt = lives.registered(**HEATING)
    with ThreadPoolExecutor(max_workers=3) as pool:
        replies = list(pool.map(lambda _: door(cast, "go_up", receipt, words=WORDS), range(3)))
    assert [reply.status_code for reply in replies] == [200, 200, 200]
    assert len({reply.text for reply in replies}) == 1
    page = cast("li.window").get(f"/v1/cases/{receipt['id']}").json()
    assert (page["escalated_to"], page["version"]) == ("township", 2)
    assert [a["unit"] for a in page["assignments"] if a["state"] == "offered" and a["part"] == "lead"] == ["C150102001"]


def test_staff_are_told_that_it_waits(cast: Cast, lives: Lives) -> None:
    receipt = lives.registered(**HEATING)
    assert door(cast, "go_up", receipt, words=WORDS).status_code == 200
    refused = cast("li.window").act(receipt["id"], "go_up", REASON)
    assert (refused.status_code, "等待上级中心签收" in refused.json()["detail"]) == (409, True)
    assert "go_up" not in refused.json()["allowed"]


def test_once_the_centre_above_has_signed_it_goes_on(cast: Cast, lives: Lives) -> None:
    receipt = lives.registered(**HEATING)
    offered = [door(cast, "go_up", receipt, words=WORDS).json()["offered_to"]]
    cast("sun.coordinator").does(receipt["id"], "sign_for")
    offered.append(door(cast, "go_up", receipt, words=WORDS).json()["offered_to"])
    assert len(set(offered)) == 2
    page = cast("li.window").get(f"/v1/cases/{receipt['id']}").json()
    assert page["escalated_to"] == "county"

"""A resident may always go up, by number and code, and is told so plainly where there is nobody above."""

from typing import Any

from tests.cast import Cast, Lives, report
from tests.support.residents import LI, door

WORDS = {"words": "多次到街道反映未解决，请上级处理。"}


def offers(page: Any) -> list[str]:
    return [a["unit"] for a in page["assignments"] if a["state"] == "offered" and a["part"] == "lead"]


def test_the_resident_has_it_taken_up_tier_by_tier(cast: Cast, lives: Lives) -> None:
    got = lives.signed()
    reply = door(cast, "go_up", got, **WORDS)
    assert (reply.status_code, reply.json()["offered_to"]) == (200, "呼和浩特市矛盾纠纷多元化解中心"), reply.text
    page = cast("chen.housing").get(f"/v1/cases/{got['id']}").json()
    assert offers(page) == ["C150100"]
    assert page["lead_unit"] == "D150102_housing", "responsible until the centre above signs"
    again = door(cast, "go_up", got, **WORDS)
    assert (again.status_code, again.text) == (200, reply.text), "and once: nothing more happens"
    event = cast("chen.housing").get(f"/v1/cases/{got['id']}/timeline").json()["items"][-1]
    assert event["actor"] == "resident:query_code"
    assert WORDS["words"] not in str(event["data"])


def test_whom_it_concerns_is_passed_over(cast: Cast) -> None:
    got = cast(LI).register(report("request", "heating.fees", concerns=[{"unit": "C150102001"}]))
    reply = door(cast, "go_up", got, **WORDS)
    assert "海拉尔东路街道" not in reply.text


def test_against_a_result_there_is_the_review(cast: Cast, lives: Lives) -> None:
    for made in (lives.closed(), lives.concluded()):
        assert door(cast, "go_up", made, **WORDS).status_code == 409


def test_an_accusation_stays_at_its_desk(cast: Cast) -> None:
    accused = report("petition", "conduct.service", petition_class="accusation", concerns=[{"unit": "C150102001"}])
    assert door(cast, "go_up", cast(LI).register(accused), **WORDS).status_code == 409

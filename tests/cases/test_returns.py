"""退单 and transfers: who sent it rules finally, nothing ping-pongs, and sight goes with responsibility across areas."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import Cast, Lives
from tests.support.clock import present

REASON = {"reason": "按职责分工"}
HOUSING, HEAD, FIRST = "chen.housing", "liu.head", "C150102001001.window_clerk.1"
UPHELD, REJECTED = {"upheld": True, **REASON}, {"upheld": False, **REASON}
KINDS = [("request", "property.fees"), ("dispute", "property.fees")]


def limits(page: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [clock for clock in page["clocks"] if clock["kind"] == kind]


def last(page: dict[str, Any]) -> tuple[str, str, str | None]:
    found = [a for a in page["assignments"] if a["staff"] is None][-1]
    return found["unit"], found["state"], found["ruling"]


def offered(lives: Lives, cast: Cast, unit: str = "D150102_housing", **changes: Any) -> str:
    """A request that the first centre leads and `unit` has the offer of."""
    case = lives.registered(**{"kind": "request", "category": "property.fees", **changes})["id"]
    page = cast.seat(FIRST).get(f"/v1/cases/{case}").json()
    if page["lead_unit"] != "C150102001001":
        raise AssertionError(page["lead_unit"])
    if any(a["part"] == "lead" and a["state"] == "offered" and a["unit"] != unit for a in page["assignments"]):
        cast.seat(FIRST).does(case, "recall")
    if not any(a["part"] == "lead" and a["state"] == "offered" and a["unit"] == unit for a in page["assignments"]):
        cast.seat(FIRST).does(case, "offer", {"unit": unit, **REASON})
    return str(case)


def led(lives: Lives, cast: Cast) -> str:
    """A dispute that the first centre received and the housing department leads."""
    case = offered(lives, cast, kind="dispute")
    cast(HOUSING).does(case, "sign_for")
    return case


# --- Signing for in time


def test_the_time_to_sign_for_runs_from_the_offer_is_met_and_shows_in_tasks(cast: Cast, lives: Lives) -> None:
    case = offered(lives, cast)
    page = cast(HOUSING).get(f"/v1/cases/{case}").json()
    (limit,) = [clock for clock in limits(page, "sign_for") if not clock["stopped_at"]]
    assert (limit["rule"], limit["met_at"]) == ("A1", None)
    task = next(t for t in cast(HOUSING).walk("/v1/me/tasks?limit=200") if t["id"] == case)
    assert datetime.fromisoformat(task["due"]) <= datetime.fromisoformat(limit["due"])
    page = cast(HOUSING).does(case, "sign_for")
    assert limits(page, "sign_for")[-1]["met_at"]
    assert not limits(page, "sign_for")[-1]["breached_at"]


def test_an_offer_made_with_the_registration_has_its_time_too(cast: Cast, lives: Lives) -> None:
    receipt = lives.registered(kind="request", category="heating.outage")
    clocks = {clock["kind"]: clock for clock in receipt["clocks"]}
    assert clocks["sign_for"]["due"] < clocks["completion"]["due"]
    sealed = lives.registered(kind="petition", category="conduct.service", petition_class="accusation")
    assert "clocks" not in sealed or not sealed["clocks"]


@pytest.mark.parametrize("step", ["recall", "refuse", "escalate", "withdraw"])
def test_an_offer_that_ends_ends_its_time(cast: Cast, lives: Lives, step: str) -> None:
    case = offered(lives, cast)
    (cast(HOUSING) if step == "refuse" else cast.seat(FIRST)).does(case, step, None if step == "recall" else REASON)
    clocks = limits(cast.seat(FIRST).get(f"/v1/cases/{case}").json(), "sign_for")
    open_ones = [clock for clock in clocks if not clock["stopped_at"] and not clock["met_at"]]
    assert len(open_ones) == (1 if step == "escalate" else 0), "what is taken up is offered to the centre above"


# --- Returning it


@pytest.mark.parametrize(("kind", "category"), KINDS)
def test_a_return_waits_for_the_ruling_of_who_sent_it(cast: Cast, lives: Lives, kind: str, category: str) -> None:
    case = offered(lives, cast, kind=kind, category=category)
    page = cast(HOUSING).does(case, "refuse", REASON)
    assert page["lead_unit"] == "C150102001001"
    (found,) = [a for a in page["assignments"] if a["unit"] == "D150102_housing"]
    assert found["returned_at"], "the unit still sees it: it waits for the ruling"
    assert {"refuse", "rule_return"} & set(page["available_actions"]) == set()
    assert cast(HOUSING).act(case, "refuse", REASON).status_code == 409
    assert cast(HOUSING).act(case, "rule_return", UPHELD).status_code == 403, "nobody rules on their own return"
    page = cast.seat(FIRST).get(f"/v1/cases/{case}").json()
    assert "rule_return" in page["available_actions"]
    assert not {"recall", "offer", "conclude"} & set(page["available_actions"])
    assert [clock["paused_at"] or clock["stopped_at"] for clock in limits(page, "completion")] == [None], "it runs on"
    assert [clock["met_at"] for clock in limits(page, "return_ruling")] == [None]


def test_an_upheld_return_ends_the_sight_of_the_unit(cast: Cast, lives: Lives) -> None:
    case = offered(lives, cast, kind="dispute", category="property.fees")
    cast(HOUSING).does(case, "refuse", REASON)
    page = cast.seat(FIRST).does(case, "rule_return", UPHELD)
    assert last(page) == ("D150102_housing", "refused", "upheld")
    assert page["lead_unit"] == "C150102001001"
    assert limits(page, "return_ruling")[-1]["met_at"]
    assert not cast(HOUSING).sees(case)
    assert "offer" in page["available_actions"]


def test_a_rejected_return_moves_the_lead_at_once_and_for_good(cast: Cast, lives: Lives, sql: Any) -> None:
    case = offered(lives, cast, kind="dispute", category="property.fees")
    cast(HOUSING).does(case, "refuse", REASON)
    page = cast.seat(FIRST).does(case, "rule_return", REJECTED)
    assert last(page) == ("D150102_housing", "signed", "rejected")
    assert page["lead_unit"] == "D150102_housing"
    again = cast(HOUSING).act(case, "offer", {"unit": "C150102001001", **REASON})
    assert again.status_code == 409
    assert "ruled finally" in cast(HOUSING).act(
        case, "offer", {"unit": "C150102001001", **REASON}
    ).text or "最终裁定" in again.text  # fmt: skip
    assert cast(HOUSING).does(case, "offer", {"unit": "P150102", **REASON}), (
        "passing it on to a third is another matter"
    )
    told = [r["template"] for r in sql("select template from message where case_id = $1 order by id", case)]
    assert [t for t in told if t.startswith("return")] == ["returned", "return_ruled"]
    events = [r["kind"] for r in sql("select kind from event where case_id = $1 order by seq", case)]
    assert events[-3:] == ["refuse", "rule_return", "offer"]


def test_each_unit_returns_it_once_and_all_together_three_times(cast: Cast, lives: Lives) -> None:
    case = offered(lives, cast)
    seats = {"D150102_housing": HOUSING, "P150102": "ma.petition", "D150102_hrss": "zhang.hrss"}
    first = cast.seat(FIRST)
    for number, (unit, who) in enumerate(seats.items()):
        if number:
            first.does(case, "offer", {"unit": unit, **REASON})
        cast(who).does(case, "refuse", REASON)
        first.does(case, "rule_return", UPHELD)
        if number == 0:
            first.does(case, "offer", {"unit": unit, **REASON})
            twice = cast(who).act(case, "refuse", REASON)
            assert (twice.status_code, "sign_for" in twice.json()["allowed"]) == (409, True)
            first.does(case, "recall")
    first.does(case, "offer", {"unit": "D150102001_urban", **REASON})
    refused = cast("tian.enforcement").act(case, "refuse", REASON)
    assert refused.status_code == 409
    assert first.act(case, "rule_return", UPHELD).status_code == 422, "there is no return to uphold"
    page = first.does(case, "rule_return", REJECTED)
    assert (last(page), page["lead_unit"]) == (("D150102001_urban", "signed", "designated"), "D150102001_urban")


def test_after_the_time_to_return_it_only_signing_or_a_ruling_is_left(cast: Cast, lives: Lives, at: Any) -> None:
    case = offered(lives, cast)
    at(present() + timedelta(days=15))
    assert cast(HOUSING).act(case, "refuse", REASON).status_code == 409
    page = cast.seat(FIRST).get(f"/v1/cases/{case}").json()
    assert "rule_return" in page["available_actions"]
    assert cast(HOUSING).does(case, "sign_for")["lead_unit"] == "D150102_housing", "late is better than never"


def test_a_unit_that_returned_it_may_think_again_and_sign(cast: Cast, lives: Lives) -> None:
    case = offered(lives, cast)
    cast(HOUSING).does(case, "refuse", REASON)
    page = cast(HOUSING).does(case, "sign_for")
    assert last(page) == ("D150102_housing", "signed", None)
    assert all(clock["stopped_at"] for clock in limits(page, "return_ruling"))


@pytest.mark.parametrize("step", ["escalate", "withdraw"])
def test_a_return_ends_with_what_it_was_about(cast: Cast, lives: Lives, step: str) -> None:
    case = offered(lives, cast, kind="dispute", category="property.fees")
    cast(HOUSING).does(case, "refuse", REASON)
    page = cast.seat(FIRST).does(case, step, REASON)
    assert all(clock["stopped_at"] for clock in limits(page, "return_ruling"))
    assert not cast(HOUSING).sees(case)


@pytest.mark.parametrize("step", ["escalate", "go_up"])
def test_what_was_taken_up_is_signed_for_and_never_bounced_below(cast: Cast, lives: Lives, step: str) -> None:
    case = offered(lives, cast, kind="dispute")
    cast.seat(FIRST).does(case, step, REASON)
    assert cast("sun.coordinator").act(case, "refuse", REASON).status_code == 409
    assert cast.seat(FIRST).act(case, "rule_return", REJECTED).status_code == 409, "nor is it forced on those above"
    cast("sun.coordinator").does(case, "sign_for")
    assert cast("sun.coordinator").does(case, "send_back", {"guidance": "请现场调解"})


def test_a_petition_keeps_the_law_of_its_own(cast: Cast, lives: Lives) -> None:
    case = lives.registered()["id"]
    gone = cast(HOUSING).does(case, "refuse", REASON)
    assert not gone["seen"]
    assert cast.seat(FIRST).act(case, "rule_return", UPHELD).status_code == 409


# --- Across counties and tiers


@pytest.mark.parametrize(
    ("unit", "seat"),
    [
        ("D150100_housing", "D150100_housing.handler.1"),  # up
        ("D150102001_urban", "tian.enforcement"),  # down
        ("D150105_housing", "D150105_housing.handler.1"),  # to another county
        ("C150105", "zhao.saihan"),  # and its centre
        ("P150102", "ma.petition"),  # to another system
    ],
)
def test_a_lead_offers_to_any_unit_and_sight_follows(cast: Cast, lives: Lives, unit: str, seat: str) -> None:
    case = led(lives, cast)
    lead = cast(HOUSING).get(f"/v1/cases/{case}").json()["lead_unit"]
    assert lead == "D150102_housing"
    cast(HOUSING).does(case, "offer", {"unit": unit, **REASON})
    who = cast(seat) if "." in seat and not seat.endswith(".1") else cast.seat(seat)
    assert who.does(case, "sign_for")["lead_unit"] == unit
    up_or_down = unit in ("D150100_housing", "D150102001_urban")
    assert cast(HOUSING).sees(case) == up_or_down, "sideways nothing is left to do; up and down a duty is"
    assert cast.seat(FIRST).sees(case), "who received it first stays (首接负责)"


def test_the_centre_of_the_area_that_receives_it_gets_to_know(cast: Cast, lives: Lives, sql: Any) -> None:
    case = led(lives, cast)
    cast(HOUSING).does(case, "offer", {"unit": "D150105_housing", **REASON})
    assert not cast("zhao.saihan").sees(case), "an offer is not yet a transfer"
    there = cast.seat("D150105_housing.handler.1")
    there.does(case, "sign_for")
    assert cast("zhao.saihan").sees(case)
    told = sql("select grantee from message where case_id = $1 and template = 'received'", case)
    assert [r["grantee"] for r in told] == ["unit:C150105"]
    there.does(case, "offer", {"unit": "D150102_housing", **REASON})
    cast(HOUSING).does(case, "sign_for")
    assert not cast("zhao.saihan").sees(case), "it has gone home"
    assert not there.sees(case)


def test_a_discipline_desk_takes_accusations_alone(cast: Cast, lives: Lives) -> None:
    case = led(lives, cast)
    assert cast(HOUSING).act(case, "offer", {"unit": "X150102", **REASON}).status_code == 422

"""Who is complained of is a unit, wherever it stands: reorganising the tree opens nothing, and closes at once."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.units.actions import load
from app.units.schemas import UnitOut
from tests.access.town import in_city
from tests.cast import Cast, Lives, report
from tests.support.reorganised import moved, swept

HOUSING, STATION, WATER = "D150102_housing", "D150102001_urban", "D150102_water"


@pytest.fixture
def tree() -> Iterator[Any]:
    """Moves units, and puts them back."""
    before: list[UnitOut] = []

    def move(**parents: str) -> None:
        before.extend(moved(**parents))

    yield move
    in_city(lambda conn: load(conn, before[::-1]))  # the first is how it was


def held(cast: Cast, case: str) -> tuple[str, list[tuple[str, str]]]:
    """Who leads it, and what is open or signed."""
    page = cast.seat("C150100.coordinator.1").get(f"/v1/cases/{case}").json()
    open_to = [(a["unit"], a["state"]) for a in page["assignments"] if a["state"] in ("offered", "signed")]
    return page["lead_unit"], sorted(open_to)


def seen(cast: Cast, who: str, case: str) -> bool:
    """By the page, the list and the timeline alike, with a token from before the tree was changed."""
    person = cast(who)
    doors = {
        person.sees(case),
        case in person.get("/v1/cases?limit=200&sort=newest").text,
        person.get(f"/v1/cases/{case}/timeline").status_code == 200,
    }
    assert len(doors) == 1, doors
    return bool(doors.pop())


def test_a_unit_complained_of_stays_kept_out_wherever_it_is_put(cast: Cast, tree: Any) -> None:
    case = cast("luo.intake").register(report(concerns=[{"unit": HOUSING}]))["id"]
    assert not seen(cast, "chen.housing", case)
    tree(**{HOUSING: "C150100"})
    assert not seen(cast, "chen.housing", case)


def test_what_comes_to_stand_under_it_is_kept_out_with_all_beneath(cast: Cast, tree: Any) -> None:
    """The station's own row is not touched: it stands under the department that is moved."""
    case = cast("luo.intake").register(report(concerns=[{"unit": WATER}]))["id"]
    assert seen(cast, "tian.enforcement", case)
    tree(D150102_urban=WATER)
    assert not seen(cast, "tian.enforcement", case)


def test_what_stands_under_it_no_more_sees_again(cast: Cast, tree: Any) -> None:
    case = cast("luo.intake").register(report(concerns=[{"unit": "D150102_urban"}]))["id"]
    assert not seen(cast, "tian.enforcement", case)
    tree(**{STATION: WATER})
    assert seen(cast, "tian.enforcement", case)


def test_a_unit_moved_under_it_is_offered_nothing(cast: Cast, lives: Lives, tree: Any) -> None:
    case = lives.signed(concerns=[{"unit": WATER}])["id"]
    tree(P150102=WATER)
    refused = cast("chen.housing").act(case, "offer", {"unit": "P150102", "reason": "请信访局办理"})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/conflict")


def test_a_lead_that_comes_to_stand_under_it_is_taken_from_it_and_given_back(
    cast: Cast, lives: Lives, tree: Any
) -> None:
    case = lives.handling(kind="request", category="heating.outage", concerns=[{"unit": WATER}])["id"]
    before = held(cast, case)
    assert before[0] == HOUSING
    tree(**{HOUSING: WATER})
    assert not seen(cast, "chen.housing", case), "before the runner has looked, too"
    assert swept() >= 1
    assert held(cast, case)[0] == "C150100"
    last = cast.seat("C150100.coordinator.1").get(f"/v1/cases/{case}/timeline").json()["items"][-1]
    assert (last["kind"], last["actor"]) == ("bars_changed", "system:clock")
    assert swept() == 0, "once"
    tree(**{HOUSING: "D150100_housing"})
    assert swept() >= 1
    assert held(cast, case) == before
    Cast(cast.client)("chen.housing").does(case, "conclude", {"result": "resolved", "reply": "已修复。"})


def test_an_offer_to_it_is_taken_back_and_stands_again(cast: Cast, tree: Any) -> None:
    case = cast("li.window").register(report(concerns=[{"unit": WATER}]))["id"]
    before = held(cast, case)
    assert (HOUSING, "offered") in before[1]
    tree(**{HOUSING: WATER})
    assert swept() >= 1
    assert HOUSING not in [unit for unit, _ in held(cast, case)[1]]
    assert swept() == 0
    tree(**{HOUSING: "D150100_housing"})
    assert swept() >= 1
    assert held(cast, case) == before
    Cast(cast.client)("chen.housing").does(case, "sign_for")

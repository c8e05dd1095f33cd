"""Who is complained of is a unit, wherever it stands: reorganising the tree opens nothing, and closes at once."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.core.database import Connection
from app.core.rows import fetch_all
from app.units.actions import load
from app.units.schemas import UnitOut
from tests.access.town import in_city
from tests.cast import Cast, Lives, report

HOUSING, STATION, WATER = "D150102_housing", "D150102001_urban", "D150102_water"
KEPT = "select code, kind, function, tier, area, parent, name, name_en from unit where code = any($1::text[])"


def moved(**parents: str) -> list[UnitOut]:
    """Put units under other ones; gives them as they were."""

    async def move(conn: Connection) -> list[UnitOut]:
        before = await fetch_all(conn, UnitOut, KEPT, list(parents))
        await load(conn, [replace(unit, parent=parents[unit.code]) for unit in before])
        return before

    return list(in_city(move))


@pytest.fixture
def tree() -> Iterator[Any]:
    """Moves units, and puts them back."""
    before: list[UnitOut] = []

    def move(**parents: str) -> None:
        before.extend(moved(**parents))

    yield move
    in_city(lambda conn: load(conn, before))


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

"""Nobody finds by a flat who lives there: addresses are searched among the cases that the caller works on alone."""

import uuid
from typing import Any

import pytest

from tests.cast import Cast, report


@pytest.fixture
def flat(cast: Cast) -> tuple[str, str]:
    """A flat that no other case has, and a request from it, brought by the intake desk."""
    flat = f"{uuid.uuid4().hex[:8]}单元502"
    place = {**report()["location"], "address": f"示范路1号院{flat}"}
    return flat, str(cast("luo.intake").register(report("request", "waste.litter", location=place))["id"])


def found(cast: Cast, who: str, words: str) -> set[str]:
    return {item["id"] for item in cast(who).walk(f"/v1/cases?q={words}&limit=200")}


@pytest.mark.parametrize("who", ["zhang.hrss", "tian.enforcement", "hu.supervisor", "liu.head", "zhao.grid"])
def test_by_area_or_an_offer_nobody_finds_it(cast: Cast, flat: Any, who: str) -> None:
    words, case = flat
    assert cast(who).sees(case)
    assert found(cast, who, words) == set()
    assert sum(row["cases"] for row in cast(who).get(f"/v1/cases/counts?q={words}").json()["items"]) == 0


def test_who_works_on_it_does(cast: Cast, flat: Any) -> None:
    words, case = flat
    for who in ("luo.intake", "wang.grid"):
        assert found(cast, who, words) == {case}, who
    cast("tian.enforcement").does(case, "sign_for")
    assert found(cast, "tian.enforcement", words) == {case}


def test_words_of_title_and_address_go_together(cast: Cast, flat: Any) -> None:
    words, case = flat
    title = cast("luo.intake").get(f"/v1/cases/{case}").json()["title"]
    assert found(cast, "luo.intake", f"{title}%20{words}") == {case}
    assert case in found(cast, "zhang.hrss", title.replace(" ", "%20")), (
        "titles are searched by everybody who sees them"
    )

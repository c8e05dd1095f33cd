"""A case that somebody may not know of leaves no row, no event and no version on the one that they handle."""

from typing import Any

import pytest

from tests.cast import Cast, Lives, Person, report

CHEN, HEATING, REASON = "chen.housing", ("request", "heating.outage"), {"reason": "同一事项"}


@pytest.fixture
def city(cast: Cast) -> Person:
    """The coordinator of the city's centre, who sees every request."""
    return cast.seat("C150100.coordinator.1")


def record_of(person: Person, case: str) -> list[Any]:
    pages = [person.get(f"/v1/cases/{case}{part}") for part in ("", "/timeline")]
    return [(page.status_code, page.text, page.headers.get("etag")) for page in pages]


@pytest.mark.parametrize("relation", ["joint", "parent"])
def test_a_link_shows_to_those_who_see_both(cast: Cast, city: Person, lives: Lives, relation: str) -> None:
    """The other is at the city's window, and not to be known to chen."""
    theirs = lives.signed(kind="request", category="heating.outage")["id"]
    other = cast("luo.intake").register(report(*HEATING, location={"area": "150100"}))["id"]
    assert not cast(CHEN).sees(other)
    before = record_of(cast(CHEN), theirs)
    page = city.does(other, "link", {"other": theirs, "relation": relation, **REASON})
    assert [(link["case"], link["later"]) for link in page["links"]] == [(theirs, False)]
    assert record_of(cast(CHEN), theirs) == before
    (seen,) = city.get(f"/v1/cases/{theirs}").json()["links"]
    assert (seen["case"], seen["later"]) == (other, True)
    city.does(other, "unlink", REASON)
    assert record_of(cast(CHEN), theirs) == before


def test_who_joined_is_not_named_to_those_who_do_not_see_it(cast: Cast, city: Person, lives: Lives) -> None:
    theirs = lives.signed(kind="request", category="heating.outage")["id"]
    other = cast("luo.intake").register(report(*HEATING, location={"area": "150100"}))["id"]
    city.does(other, "merge", {"into": theirs, **REASON})
    told = cast(CHEN).get(f"/v1/cases/{theirs}/timeline")
    (joined,) = [event for event in told.json()["items"] if event["kind"] == "merged_in"]
    assert joined["data"].keys().isdisjoint({"from"}), "left out, not blanked"
    assert other not in told.text
    (known,) = [e for e in city.get(f"/v1/cases/{theirs}/timeline").json()["items"] if e["kind"] == "merged_in"]
    assert known["data"]["from"] == other

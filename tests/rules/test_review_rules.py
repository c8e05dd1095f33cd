"""Who reviews whose opinion, and until when, as tables."""

from datetime import UTC, datetime, timedelta

import pytest

from app.review.rules import Opinion, Organ, Reviewer, Why, refuses, reviewer

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ENDS = NOW + timedelta(days=1)

COUNTY = Organ("D1_housing", "department", "housing", "county", "D_housing")
STATION = Organ("D11_safety", "department", "safety", "township", "D1_emergency")
CITY = [
    Organ("D_housing", "department", "housing", "city"), Organ("P", "petition_office", None, "city"),
    Organ("C", "centre", None, "city"), Organ("I", "intake_desk", None, "city"),
    Organ("X", "discipline_desk", None, "city"), Organ("D_water", "department", "water", "city"),
]  # fmt: skip
COUNTIES = [
    Organ("D1_emergency", "department", "emergency", "county"), Organ("P1", "petition_office", None, "county"),
    Organ("C1", "centre", None, "county"), Organ("D2_emergency", "department", "emergency", "county", covers=False),
]  # fmt: skip


def without(organs: list[Organ], *codes: str) -> list[Organ]:
    return [organ for organ in organs if organ.code not in codes]


def barred(organs: list[Organ], *codes: str) -> list[Organ]:
    return [Organ(o.code, o.kind, o.function, o.tier, o.parent, o.code not in codes, o.covers) for o in organs]


@pytest.mark.parametrize(
    ("decided", "organs", "expected"),
    [
        (COUNTY, CITY, Reviewer("D_housing")),
        (Organ("D1_x", "department", "water", "county"), CITY, Reviewer("D_water")),  # no superior: its function
        (COUNTY, barred(CITY, "D_housing"), Reviewer("P")),
        (COUNTY, without(CITY, "D_housing"), Reviewer("P")),
        (COUNTY, without(CITY, "D_housing", "P"), Reviewer("C")),
        (STATION, COUNTIES + CITY, Reviewer("D1_emergency")),
        (STATION, barred(COUNTIES, "D1_emergency") + CITY, Reviewer("P1")),
        (STATION, barred(COUNTIES, "D1_emergency", "P1", "C1") + CITY, Reviewer("P")),  # the next tier
        (Organ("C11", "centre", None, "township", "C1"), COUNTIES + CITY, Reviewer("C1")),
        (Organ("D_housing", "department", "housing", "city"), CITY, Reviewer("I", waits=True)),
        (Organ("I", "intake_desk", None, "city"), CITY, Reviewer("P", waits=True)),
        (Organ("I", "intake_desk", None, "city"), without(CITY, "P"), None),
        (Organ("I", "intake_desk", None, "city"), barred(CITY, "P"), None),  # passed to none that it concerns
        (COUNTY, barred(CITY, "D_housing", "P", "C"), Reviewer("I", waits=True)),
    ],
)
def test_the_organ_one_tier_above_reviews(decided: Organ, organs: list[Organ], expected: Reviewer | None) -> None:
    assert reviewer(decided, [decided, *organs]) == expected


@pytest.mark.parametrize(
    ("opinion", "why"),
    [
        (Opinion("original", "appeal", "closed", True, ENDS), None),
        (Opinion("original", "appeal", "concluded", True, ENDS), None),
        (Opinion("original", "appeal", "closed", True, NOW), None),
        (Opinion("original", "appeal", "closed", True, NOW - timedelta(seconds=1)), Why.TOO_LATE),
        (Opinion("original", "appeal", "closed", True, None), None),
        (Opinion("original", "appeal", "concluded", False), Why.NOT_SERVED),
        (Opinion("original", "appeal", "handling", False), Why.NOT_DECIDED),
        (Opinion("original", "appeal", "merged", False), Why.NOT_DECIDED),
        (Opinion("original", "appeal", "referred", False), Why.OTHER_ROUTE),
        (Opinion("original", "suggestion", "closed", True, ENDS), Why.NOT_AN_APPEAL),
        (Opinion("original", "accusation", "closed", True, ENDS), Why.NOT_AN_APPEAL),
        (Opinion("original", None, "closed", True, ENDS), Why.NOT_AN_APPEAL),
        (Opinion("review", "appeal", "registered", False), Why.UNDER_REVIEW),
        (Opinion("review", "appeal", "concluded", False), Why.UNDER_REVIEW),
        (Opinion("review", "appeal", "concluded", True, ENDS), None),
        (Opinion("review", "appeal", "declined", False), Why.ANSWERED),
        (Opinion("review", "appeal", "closed", True, NOW - timedelta(days=1)), Why.TOO_LATE),
        (Opinion("rereview", "appeal", "handling", False), Why.UNDER_REVIEW),
        (Opinion("rereview", "appeal", "closed", True, ENDS), Why.EXHAUSTED),
    ],
)
def test_when_an_opinion_may_be_reviewed(opinion: Opinion, why: Why | None) -> None:
    assert refuses(opinion, NOW) is why


def test_every_refusal_is_explained_in_both_languages() -> None:
    assert all(why.words.zh and why.words.en for why in Why)

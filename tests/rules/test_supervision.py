"""Who may supervise whom, and what follows what, as tables."""

import uuid
from datetime import UTC, datetime

import pytest

from app.areas.rules import Tier
from app.core.access import Actor, Post, Role
from app.supervision.rules import WORKFLOW, Supervision, SupervisionKind, SupervisionState, UnitPlace, why_not

CITY, COUNTY, TOWN, NEXT = "150100", "150100.150102", "150100.150102.150102001", "150100.150105"
UNITS = {
    "city centre": UnitPlace("C1", "centre", Tier.CITY, "C1", CITY),
    "city housing": UnitPlace("H1", "department", Tier.CITY, "H1", CITY),
    "city desk": UnitPlace("X1", "discipline_desk", Tier.CITY, "X1", CITY),
    "centre": UnitPlace("C2", "centre", Tier.COUNTY, "C1.C2", COUNTY),
    "office": UnitPlace("P2", "petition_office", Tier.COUNTY, "P1.P2", COUNTY),
    "housing": UnitPlace("H2", "department", Tier.COUNTY, "H1.H2", COUNTY),
    "desk": UnitPlace("X2", "discipline_desk", Tier.COUNTY, "X1.X2", COUNTY),
    "town centre": UnitPlace("C3", "centre", Tier.TOWNSHIP, "C1.C2.C3", TOWN),
    "team": UnitPlace("U3", "department", Tier.TOWNSHIP, "U1.U2.U3", TOWN),
    "next centre": UnitPlace("C5", "centre", Tier.COUNTY, "C1.C5", NEXT),
    "next team": UnitPlace("U5", "department", Tier.TOWNSHIP, "U1.U6.U5", f"{NEXT}.150105001"),
}
R = Role

# role, issuer, target, part of the reason (None: may)
DOWNWARDS = [
    (R.SUPERVISOR, "centre", "team", None),
    (R.SUPERVISOR, "centre", "town centre", None),
    (R.COORDINATOR, "centre", "team", None),
    (R.ORGAN_HEAD, "office", "team", None),
    (R.ORGAN_HEAD, "city housing", "housing", None),
    (R.SUPERVISOR, "city centre", "housing", None),
    (R.SUPERVISOR, "city centre", "next team", None),
    (R.SUPERVISOR, "centre", "centre", "itself"),
    (R.SUPERVISOR, "centre", "housing", "same tier"),
    (R.SUPERVISOR, "centre", "next centre", "same tier"),
    (R.SUPERVISOR, "centre", "city centre", "never upwards"),
    (R.ORGAN_HEAD, "town centre", "housing", "never upwards"),
    (R.SUPERVISOR, "centre", "next team", "not under yours"),
    (R.ORGAN_HEAD, "housing", "team", "not under yours"),
    (R.COORDINATOR, "city housing", "housing", "centre or petition office"),
    (R.DISCIPLINE_OFFICER, "city desk", "team", "not under yours"),
]


@pytest.mark.parametrize(("role", "issuer", "target", "why"), DOWNWARDS)
def test_supervision_goes_downwards_only(role: Role, issuer: str, target: str, why: str | None) -> None:
    found = why_not(role, UNITS[issuer], UNITS[target], SupervisionKind.URGE, secret=False)
    assert (found is None) if why is None else (found is not None and why in found.en)


@pytest.mark.parametrize("issuer", UNITS)
@pytest.mark.parametrize("target", UNITS)
def test_an_accusation_stays_between_the_desks(issuer: str, target: str) -> None:
    allowed = (
        why_not(R.DISCIPLINE_OFFICER, UNITS[issuer], UNITS[target], SupervisionKind.SUPERVISE, secret=True) is None
    )
    assert allowed is ((issuer, target) == ("city desk", "desk"))


@pytest.mark.parametrize("one", UNITS)
@pytest.mark.parametrize("other", UNITS)
@pytest.mark.parametrize("role", [R.SUPERVISOR, R.ORGAN_HEAD, R.COORDINATOR, R.DISCIPLINE_OFFICER])
def test_of_two_units_at_most_one_supervises_the_other(one: str, other: str, role: Role) -> None:
    down, up = (
        why_not(role, UNITS[a], UNITS[b], SupervisionKind.CORRECT, secret=False) is None
        for a, b in ((one, other), (other, one))
    )
    assert not (down and up)


def test_an_instruction_is_the_heads() -> None:
    for role in (R.SUPERVISOR, R.COORDINATOR):
        assert why_not(role, UNITS["centre"], UNITS["team"], SupervisionKind.INSTRUCT, secret=False)
    assert why_not(R.ORGAN_HEAD, UNITS["centre"], UNITS["team"], SupervisionKind.INSTRUCT, secret=False) is None


# action | possible from | to
TABLE = """
answer   | open returned | answered
verify   | answered      | verified
return   | answered      | returned
withdraw | open returned | withdrawn
"""


NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)
DESK = Actor(id="ma", kind="staff", posts=(Post("p1", R.SUPERVISOR, "C1", "C1", "150100", "city"),))
TEAM = Actor(id="chen", kind="staff", posts=(Post("p2", R.HANDLER, "H2", "H1.H2", "150102", "county"),))


def supervision(state: SupervisionState, kind: SupervisionKind, answered_by: str | None = "chen") -> Supervision:
    return Supervision(uuid.uuid4(), uuid.uuid4(), kind, state, "C1", "H2", NOON, None, answered_by, 1)


def test_what_follows_what() -> None:
    rows = [[part.strip() for part in line.split("|")] for line in TABLE.strip().splitlines()]
    assert [row[0] for row in rows] == list(WORKFLOW.steps)
    for action, sources, target in rows:
        assert WORKFLOW[action].target == target
        for state in SupervisionState:
            who = TEAM if action == "answer" else DESK
            refused = WORKFLOW.refusal(supervision(state, SupervisionKind.CORRECT), action, who, NOON)
            assert (refused is None) is (state.value in sources.split())


def test_an_urging_ends_with_its_answer_and_nothing_else_does() -> None:
    def ends(action: str, kind: SupervisionKind) -> bool:
        return supervision(SupervisionState.OPEN, kind).ends_with(action)

    assert ends("answer", SupervisionKind.URGE)
    for kind in (SupervisionKind.SUPERVISE, SupervisionKind.CORRECT, SupervisionKind.INSTRUCT):
        assert not ends("answer", kind)
    for action in ("verify", "return"):
        answered = supervision(SupervisionState.ANSWERED, SupervisionKind.URGE)
        refused = WORKFLOW.refusal(answered, action, DESK, NOON)
        assert refused is not None
        assert not refused.forbidden
    assert ends("verify", SupervisionKind.CORRECT)
    assert ends("withdraw", SupervisionKind.URGE)
    assert not ends("return", SupervisionKind.CORRECT)


def test_who_answered_does_not_verify_and_the_others_side_does_nothing() -> None:
    answered = supervision(SupervisionState.ANSWERED, SupervisionKind.CORRECT, answered_by="ma")
    assert WORKFLOW.available(answered, DESK, NOON) == []
    assert WORKFLOW.available(supervision(SupervisionState.ANSWERED, SupervisionKind.CORRECT), DESK, NOON) == [
        "verify",
        "return",
    ]
    assert WORKFLOW.available(supervision(SupervisionState.OPEN, SupervisionKind.CORRECT), TEAM, NOON) == ["answer"]
    for action in ("verify", "return"):
        refused = WORKFLOW.refusal(supervision(SupervisionState.ANSWERED, SupervisionKind.CORRECT), action, TEAM, NOON)
        assert refused is not None
        assert refused.forbidden

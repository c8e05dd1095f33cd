"""Who may supervise whom, and what follows what, as tables."""

import pytest

from app.core.access import Role
from app.supervision.rules import MOVES, Standing, SupervisionKind, SupervisionState, ends, move_refused, why_not

CITY, COUNTY, TOWN, NEXT = "150100", "150100.150102", "150100.150102.150102001", "150100.150105"
UNITS = {
    "city centre": Standing("C1", "centre", "city", "C1", CITY),
    "city housing": Standing("H1", "department", "city", "H1", CITY),
    "city desk": Standing("X1", "discipline_desk", "city", "X1", CITY),
    "centre": Standing("C2", "centre", "county", "C1.C2", COUNTY),
    "office": Standing("P2", "petition_office", "county", "P1.P2", COUNTY),
    "housing": Standing("H2", "department", "county", "H1.H2", COUNTY),
    "desk": Standing("X2", "discipline_desk", "county", "X1.X2", COUNTY),
    "town centre": Standing("C3", "centre", "township", "C1.C2.C3", TOWN),
    "team": Standing("U3", "department", "township", "U1.U2.U3", TOWN),
    "next centre": Standing("C5", "centre", "county", "C1.C5", NEXT),
    "next team": Standing("U5", "department", "township", "U1.U6.U5", f"{NEXT}.150105001"),
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


def test_what_follows_what() -> None:
    rows = [[part.strip() for part in line.split("|")] for line in TABLE.strip().splitlines()]
    assert [row[0] for row in rows] == list(MOVES)
    for action, sources, target in rows:
        assert MOVES[action][1] == target
        for state in SupervisionState:
            assert (move_refused(action, state, SupervisionKind.CORRECT) is None) is (state.value in sources.split())


def test_an_urging_ends_with_its_answer_and_nothing_else_does() -> None:
    assert ends("answer", SupervisionKind.URGE)
    for kind in (SupervisionKind.SUPERVISE, SupervisionKind.CORRECT, SupervisionKind.INSTRUCT):
        assert not ends("answer", kind)
    for action in ("verify", "return"):
        assert move_refused(action, SupervisionState.ANSWERED, SupervisionKind.URGE)
    assert ends("verify", SupervisionKind.CORRECT)
    assert ends("withdraw", SupervisionKind.URGE)
    assert not ends("return", SupervisionKind.CORRECT)

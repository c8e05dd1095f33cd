"""The pure rules of proxies: what follows what, what lies beyond an authority, when it stands."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.cases.rules import TRANSITIONS, Facts, Kind, Part, PetitionClass, Standing, Status, refusal
from app.cases.rules.registry import refused_by_checks
from app.core.access import Actor, Post, Role
from app.proxy.queries.cases import CarriedBy
from app.proxy.rules import (
    CARRYING,
    ERRANDS,
    LIVE,
    NEEDS,
    PROXIES,
    By,
    Candidate,
    Errand,
    ErrandKind,
    ErrandState,
    Evidence,
    Power,
    State,
    asked_refused,
    beyond,
    close_refused,
    consent_refused,
    not_fit,
    period_refused,
    reports_owed,
)
from app.proxy.rules import Proxy as Carried

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
WORKER, CLERK = uuid.uuid4(), uuid.uuid4()


def somebody(person: uuid.UUID, role: Role) -> Actor:
    return Actor(str(person), "staff", (Post(f"C1.{role}", role, "C1", "C1", "1", "township"),))


def carried(state: State) -> Carried:
    return Carried(state=state, version=1, standing=Standing("C1"), staff=WORKER, valid_until=NOW + DAY)


@pytest.mark.parametrize("state", State)
def test_an_authority_is_over_at_its_last_instant(state: State) -> None:
    for at in (NOW, NOW + DAY - TICK):
        assert carried(state).at(at).state is state
    assert carried(state).at(NOW + DAY).state is (State.EXPIRED if state in CARRYING else state)
    assert Carried(state=State.OFFERED, version=1, standing=Standing("C1")).at(NOW + DAY).state is State.OFFERED, (
        "without an authority none ends"
    )


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", PROXIES.steps)
def test_what_ended_takes_no_step_and_only_who_is_authorised_acts(state: State, action: str) -> None:
    worker, clerk = somebody(WORKER, Role.GRID_WORKER), somebody(CLERK, Role.WINDOW_CLERK)
    step = PROXIES[action]
    takers = [who for who in (worker, clerk) if PROXIES.refusal(carried(state), action, who, NOW) is None]
    expected = {By.PROXY: [worker], By.ARRANGER: [clerk], By.EITHER: [worker, clerk]}[By(step.by)]
    assert takers == (expected if state in step.sources else [])
    if state not in LIVE:
        assert not takers
    if step.by == By.PROXY:
        assert step.sources <= CARRYING


@pytest.mark.parametrize("action", [action for action, step in PROXIES.steps.items() if step.by != By.PROXY])
def test_who_has_no_part_in_the_case_arranges_nothing(action: str) -> None:
    elsewhere = replace(carried(min(PROXIES[action].sources)), standing=Standing("C2"))
    clerk = somebody(CLERK, Role.WINDOW_CLERK)
    no = PROXIES.refusal(elsewhere, action, clerk, NOW)
    assert no is not None
    assert no.forbidden
    beside = replace(elsewhere, standing=Standing("C2", parts=(Part("unit:C1", "co"),)))
    assert PROXIES.refusal(beside, action, clerk, NOW) is None


def test_a_proxy_never_records_their_own_authority() -> None:
    arranges_too = somebody(WORKER, Role.WINDOW_CLERK)
    assert PROXIES.refusal(carried(State.OFFERED), "authorise", arranges_too, NOW) is not None
    assert PROXIES.refusal(carried(State.OFFERED), "recall", arranges_too, NOW) is None
    assert PROXIES.refusal(carried(State.OFFERED), "authorise", somebody(CLERK, Role.WINDOW_CLERK), NOW) is None


def test_nor_does_who_offered_them() -> None:
    clerk, other = somebody(CLERK, Role.WINDOW_CLERK), somebody(uuid.uuid4(), Role.WINDOW_CLERK)
    offered = replace(carried(State.OFFERED), offered_by=clerk.who)
    assert PROXIES.refusal(offered, "authorise", clerk, NOW) is not None
    assert PROXIES.refusal(offered, "recall", clerk, NOW) is None
    assert PROXIES.refusal(offered, "authorise", other, NOW) is None


@pytest.mark.parametrize(
    ("evidence", "mine", "refused"),
    [
        (Evidence.RECORDED_CONSENT, ["C1"], True), (Evidence.RECORDED_CONSENT, ["C2"], False),
        (Evidence.RECORDED_CONSENT, ["C2", "C1"], True), (Evidence.PAPER, ["C1"], False),
    ],
)  # fmt: skip
def test_a_consent_is_vouched_for_by_another_unit(evidence: Evidence, mine: list[str], refused: bool) -> None:
    assert (consent_refused(evidence, mine, ["C1"]) is not None) is refused


@pytest.mark.parametrize("kind", ErrandKind)
def test_each_errand_is_within_its_power_and_beyond_all_others(kind: ErrandKind) -> None:
    needed = NEEDS[kind]
    assert beyond(needed, frozenset(Power)) is None
    others = frozenset(Power) - ({needed} if needed else set())
    assert (beyond(needed, others) is None) is (needed is None)


@pytest.mark.parametrize(
    ("found", "fit"),
    [
        (None, False), (Candidate(True, False, True, False), True), (Candidate(False, False, True, False), False),
        (Candidate(True, True, True, False), False), (Candidate(True, False, False, False), False),
        (Candidate(True, False, True, True), False),
    ],
)  # fmt: skip
def test_who_is_fit(found: Candidate | None, fit: bool) -> None:
    assert (not_fit(found) is None) is fit


def test_when_one_may_be_asked_for() -> None:
    assert asked_refused(accusation=False, live=True) is None
    assert asked_refused(accusation=True, live=True)
    assert asked_refused(accusation=False, live=False)


@pytest.mark.parametrize(
    ("starts", "until", "field"),
    [
        (NOW, NOW + DAY, None), (NOW - DAY, NOW + 183 * DAY, None), (NOW + TICK, NOW + DAY, "valid_from"),
        (NOW, NOW, "valid_until"), (NOW, NOW + 183 * DAY + TICK, "valid_until"), (NOW - 2 * DAY, NOW - DAY, "valid_until"),
    ],
)  # fmt: skip
def test_the_period(starts: datetime, until: datetime, field: str | None) -> None:
    found = period_refused(starts, until, NOW, longest_days=183)
    assert (found[0] if found else None) == field


def test_errands_end_once() -> None:
    worker = somebody(WORKER, Role.GRID_WORKER)
    open_to = {
        state: set(ERRANDS.available(Errand(state=state, kind=ErrandKind.ASK), worker, NOW)) for state in ErrandState
    }
    assert open_to == {
        ErrandState.PLANNED: {"begin_errand", "finish_errand", "drop_errand"},
        ErrandState.DOING: {"finish_errand", "drop_errand"},
        ErrandState.DONE: set(),
        ErrandState.DROPPED: set(),
    }


def test_it_is_carried_to_its_end_when_nothing_is_owed() -> None:
    assert close_refused(open_errands=0, open_notices=0, reported=True) is None
    assert close_refused(open_errands=1, open_notices=0, reported=True)
    assert close_refused(open_errands=0, open_notices=1, reported=True)
    assert close_refused(open_errands=0, open_notices=0, reported=False)


@pytest.mark.parametrize(("days", "owed"), [(0, 0), (6.999, 0), (7, 1), (13.999, 1), (14, 2), (-3, 0)])
def test_reports_are_owed_every_week(days: float, owed: int) -> None:
    assert reports_owed(NOW, NOW + timedelta(days=days), 7) == owed


# --- In the case itself


def facts(status: Status, *proxies: CarriedBy) -> Facts:
    return Facts(
        uuid.uuid4(), status, Kind.PETITION, PetitionClass.APPEAL, Standing("C1"), 3, brought={"proxies": proxies}
    )


@pytest.mark.parametrize("action", TRANSITIONS)
def test_who_is_or_was_the_proxy_takes_no_step_that_is_the_organs_or_the_residents(action: str) -> None:
    head = Actor("p", "staff", tuple(Post(role, role, "C1", "C1", "1", "city") for role in Role))
    for until in (NOW + DAY, NOW - DAY):
        carried = CarriedBy("p", frozenset(), "paper", NOW - 2 * DAY, until)
        for status in TRANSITIONS[action].sources:
            no = refusal(facts(status, carried), action, head, NOW)
            if action not in ("sign_for", "refuse", "place", "flag_urgent"):
                assert no is not None, f"{action} from {status}"
            other = refusal(facts(status, CarriedBy("q", frozenset(), "paper", NOW, until)), action, head, NOW)
            assert other is None or "代办员" not in other.why.zh, "nobody else is bound by it"


@pytest.mark.parametrize(
    ("powers", "at", "counts"),
    [
        ({"accept_service"}, NOW, True), ({"accept_service"}, NOW - TICK, False), ({"accept_service"}, NOW + DAY - TICK, True),
        ({"accept_service"}, NOW + DAY, False), ({"receive_notices"}, NOW, False), (set(), NOW, False),
    ],
)  # fmt: skip
def test_service_on_a_proxy_counts_within_the_power_and_the_period(
    powers: set[str], at: datetime, counts: bool
) -> None:
    case = facts(Status.CONCLUDED, CarriedBy("p", frozenset(powers), "paper", NOW, NOW + DAY))
    assert (refused_by_checks("serve", case, method="proxy", at=at) is None) is counts
    said = facts(Status.CONCLUDED, CarriedBy("p", frozenset(powers), "recorded_consent", NOW, NOW + DAY))
    assert refused_by_checks("serve", said, method="proxy", at=at) is not None, "what was only said lets no time run"
    assert refused_by_checks("serve", case, method="in_person", at=at) is None
    assert refused_by_checks("serve", facts(Status.CONCLUDED), method="proxy", at=at) is not None

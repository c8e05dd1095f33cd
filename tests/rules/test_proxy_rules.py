"""The pure rules of proxies: what follows what, what lies beyond an authority, when it stands."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from app.cases.rules import TRANSITIONS, Facts, Kind, PetitionClass, Proxy, Status, refusal, service_on_proxy_refused
from app.core.access import Actor, Post, Role
from app.proxy.rules import (
    CARRYING,
    LIVE,
    MOVES,
    NEEDS,
    Authority,
    Candidate,
    ErrandKind,
    ErrandState,
    Power,
    State,
    asked_refused,
    beyond,
    close_refused,
    errand_refused,
    move_refused,
    not_fit,
    period_refused,
    reports_owed,
)

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
AUTHORITY = Authority(frozenset({Power.ENQUIRE}), NOW, NOW + DAY)


@pytest.mark.parametrize(
    ("authority", "at", "stands"),
    [
        (AUTHORITY, NOW - TICK, False), (AUTHORITY, NOW, True), (AUTHORITY, NOW + DAY - TICK, True),
        (AUTHORITY, NOW + DAY, False),
        (Authority(frozenset(), NOW, NOW + DAY, NOW + DAY / 2), NOW + DAY / 2 - TICK, True),
        (Authority(frozenset(), NOW, NOW + DAY, NOW + DAY / 2), NOW + DAY / 2, False),
    ],
)  # fmt: skip
def test_an_authority_stands_from_its_record_to_its_end_alone(authority: Authority, at: datetime, stands: bool) -> None:
    assert authority.stands(at) is stands


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", MOVES)
def test_what_ended_takes_no_step_and_only_who_is_authorised_acts(state: State, action: str) -> None:
    allowed = move_refused(action, state) is None
    assert allowed is (state in MOVES[action].sources)
    if state not in LIVE:
        assert not allowed
    if MOVES[action].by == "proxy":
        assert not allowed or state in CARRYING


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
    for state in ErrandState:
        over = state in (ErrandState.DONE, ErrandState.DROPPED)
        assert (errand_refused("finish_errand", state) is not None) is over
        assert (errand_refused("begin_errand", state) is None) is (state is ErrandState.PLANNED)


def test_it_is_carried_to_its_end_when_nothing_is_owed() -> None:
    assert close_refused(open_errands=0, open_notices=0, reported=True) is None
    assert close_refused(open_errands=1, open_notices=0, reported=True)
    assert close_refused(open_errands=0, open_notices=1, reported=True)
    assert close_refused(open_errands=0, open_notices=0, reported=False)


@pytest.mark.parametrize(("days", "owed"), [(0, 0), (6.999, 0), (7, 1), (13.999, 1), (14, 2), (-3, 0)])
def test_reports_are_owed_every_week(days: float, owed: int) -> None:
    assert reports_owed(NOW, NOW + timedelta(days=days), 7) == owed


# --- In the case itself


def facts(status: Status, *proxies: Proxy) -> Facts:
    return Facts(uuid.uuid4(), status, Kind.PETITION, PetitionClass.APPEAL, "C1", 3, proxies=proxies)


@pytest.mark.parametrize("action", TRANSITIONS)
def test_who_is_or_was_the_proxy_takes_no_step_that_is_the_organs_or_the_residents(action: str) -> None:
    head = Actor("p", "staff", tuple(Post(role, role, "C1", "C1", "1", "city") for role in Role))
    for until in (NOW + DAY, NOW - DAY):
        carried = Proxy("p", frozenset(), NOW - 2 * DAY, until)
        for status in TRANSITIONS[action].sources:
            no = refusal(facts(status, carried), action, head, NOW)
            if action not in ("sign_for", "refuse", "place", "flag_urgent"):
                assert no is not None, f"{action} from {status}"
            other = refusal(facts(status, Proxy("q", frozenset(), NOW, until)), action, head, NOW)
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
    case = facts(Status.CONCLUDED, Proxy("p", frozenset(powers), NOW, NOW + DAY))
    assert (service_on_proxy_refused(case, at) is None) is counts
    assert service_on_proxy_refused(facts(Status.CONCLUDED), at) is not None

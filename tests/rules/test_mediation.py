"""The table of a mediation, recusal, signatures and performance, as facts and decisions."""

import uuid
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mediation.rules import (
    LIVE,
    WORKFLOW,
    Candidate,
    Duty,
    MediationState,
    ObligationState,
    Signatures,
    obligation_state,
    overpaid,
    recusal,
    yuan,
)

S = MediationState
# Every arrow, written a second time.
ARROWS = {
    "consent": ("proposed", None), "refuse": ("proposed consented under_way suspended", "ended"),
    "assign": ("proposed consented under_way suspended", None),
    "relieve": ("proposed consented under_way suspended", None),
    "declare": ("proposed consented under_way suspended", None), "start": ("consented", "under_way"),
    "extend": ("under_way suspended", None), "suspend": ("under_way", "suspended"), "resume": ("suspended", "under_way"),
    "schedule_session": ("under_way", None), "open_session": ("under_way", None),
    "record_session": ("under_way suspended", None),
    "cancel_session": ("proposed consented under_way suspended", None), "draft_agreement": ("under_way", None),
    "sign": ("under_way", None), "agree_orally": ("under_way", "agreed"), "fail": ("under_way suspended", "failed"),
    "record_performance": ("agreed", None), "follow_up": ("agreed", None), "apply_confirmation": ("agreed", None),
    "decide_confirmation": ("agreed", None),
}  # fmt: skip


@pytest.mark.parametrize("action", [*WORKFLOW.steps])
@pytest.mark.parametrize("state", [*S])
def test_the_table_is_the_law_and_nothing_else(action: str, state: MediationState) -> None:
    sources, target = ARROWS[action]
    assert (state in WORKFLOW[action].sources) == (state.value in sources.split())
    assert WORKFLOW[action].target == (S(target) if target else None)


def test_every_act_of_the_table_is_told_a_second_time() -> None:
    assert ARROWS.keys() == WORKFLOW.steps.keys()


def test_one_clear_refusal_ends_it_wherever_it_stands_before_an_agreement() -> None:
    assert WORKFLOW["refuse"].sources == LIVE


def test_only_the_lead_assigns_and_relieves() -> None:
    assert {action for action, its in WORKFLOW.steps.items() if its.by == "lead"} == {"assign", "relieve"}
    assert {action for action, its in WORKFLOW.steps.items() if its.by == "mediator"} == {"declare"}


FREE = Candidate(id=uuid.uuid4(), active=True, mediates=True, barred=False, declared=False, had_a_hand=False)


@pytest.mark.parametrize(
    ("changes", "zh"),
    [
        ({}, None), ({"active": False}, "在岗"), ({"mediates": False}, "在岗"), ({"barred": True}, "回避"),
        ({"declared": True}, "利害关系"), ({"had_a_hand": True}, "曾就本件"),
    ],
)  # fmt: skip
def test_whoever_is_tied_to_a_party_does_not_mediate(changes: dict[str, bool], zh: str | None) -> None:
    facts = {name: getattr(FREE, name) for name in FREE.__slots__}
    why = recusal(Candidate(**{**facts, **changes}))
    assert (why is None) if zh is None else (why is not None and zh in why.zh)


@pytest.mark.parametrize(
    ("parties", "mediator", "seal", "holds"),
    [
        ("ab", True, True, True), ("a", True, True, False), ("ab", False, True, False), ("ab", True, False, False),
        ("", True, True, False),
    ],
)  # fmt: skip
def test_a_written_agreement_holds_once_all_have_signed(parties: str, mediator: bool, seal: bool, holds: bool) -> None:
    assert Signatures(frozenset(parties), mediator, seal).complete({"a", "b"}) is holds


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_payments_in_any_order_and_split_sum_up_and_perform_with_the_last_cent(
    parts: list[int], chance: object
) -> None:
    amount = sum(parts)
    chance.shuffle(parts)  # type: ignore[attr-defined]
    paid, states = 0, [obligation_state(Duty.PAY, amount, 0, done=False)]
    for part in parts:
        assert overpaid(amount, paid, part) is None
        assert overpaid(amount, paid, amount - paid + 1) is not None, "a cent too much"
        paid += part
        states.append(obligation_state(Duty.PAY, amount, paid, done=False))
    assert paid == amount
    assert states[0] is ObligationState.OPEN
    assert states[-1] is ObligationState.PERFORMED
    assert ObligationState.PERFORMED not in states[:-1], "never before the last cent"
    assert all(
        before is not ObligationState.PARTLY or after is not ObligationState.OPEN for before, after in pairwise(states)
    )


def test_amounts_are_written_to_the_cent() -> None:
    assert [yuan(cents) for cents in (1, 10, 100, 123_456)] == ["0.01", "0.10", "1.00", "1234.56"]

"""Who takes over what, as a table."""

import uuid

import pytest

from app.core.access import Post, Role
from app.handover.rules import (
    Becomes,
    Held,
    HeldKind,
    Move,
    Office,
    Why,
    differences,
    may_alone,
    may_together,
    offices,
    plan,
    stands_above,
)  # fmt: skip

NEXT = uuid.uuid4()
CELL, COVER = Held(HeldKind.CELL, "1", "primary"), Held(HeldKind.CELL, "2", "cover")
TASK, POST = Held(HeldKind.TASK, "7", "signed"), Held(HeldKind.POST, "p", "grid_worker")
UNSEEN, CONCERNED = Held(HeldKind.TASK, "8", "signed", seen=False), Held(HeldKind.TASK, "9", "offered", free=False)
PROXY, OFFER = Held(HeldKind.PROXY, "x", "reporting"), Held(HeldKind.PROXY_OFFER, "y", "offered")
MEDIATOR, AGREED = Held(HeldKind.MEDIATOR, "m", "under_way"), Held(HeldKind.MEDIATOR, "n", "agreed")
SHIFT, BUSY = Held(HeldKind.SHIFT, "s", "C1"), Held(HeldKind.SHIFT, "t", "C1", free=False)
DUTY = Held(HeldKind.EMERGENCY_SHIFT, "2026-11-27:day:e", "e")

PLANS = [
    (CELL, Why.LEAVES, NEXT, True, Becomes.PRIMARY, NEXT),
    (CELL, Why.LEAVES, NEXT, False, Becomes.COVER, NEXT),
    (CELL, Why.ON_LEAVE, NEXT, True, Becomes.COVER, NEXT),
    (CELL, Why.LEAVES, None, False, Becomes.VACANT, None),
    (COVER, Why.LEAVES, NEXT, True, Becomes.COVER, NEXT),
    (TASK, Why.LEAVES, NEXT, False, Becomes.TASK, NEXT),
    (TASK, Why.ON_LEAVE, NEXT, False, Becomes.TASK, NEXT),
    (TASK, Why.LEAVES, None, False, Becomes.TO_LEAD, None),
    (UNSEEN, Why.LEAVES, NEXT, True, Becomes.TO_LEAD, None),
    (CONCERNED, Why.LEAVES, NEXT, True, Becomes.TO_LEAD, None),
    (POST, Why.LEAVES, NEXT, True, Becomes.VACANT, None),
    (PROXY, Why.LEAVES, NEXT, True, Becomes.ENDS, None),
    (PROXY, Why.ON_LEAVE, NEXT, True, Becomes.STAYS, None),
    (OFFER, Why.LEAVES, NEXT, True, Becomes.RECALLED, None),
    (OFFER, Why.ON_LEAVE, NEXT, True, Becomes.RECALLED, None),
    (MEDIATOR, Why.LEAVES, NEXT, True, Becomes.TO_LEAD, None),
    (MEDIATOR, Why.ON_LEAVE, NEXT, True, Becomes.TO_LEAD, None),
    (AGREED, Why.LEAVES, NEXT, True, Becomes.TO_LEAD, None),
    (AGREED, Why.ON_LEAVE, NEXT, True, Becomes.STAYS, None),
    (SHIFT, Why.LEAVES, NEXT, True, Becomes.SHIFT, NEXT),
    (SHIFT, Why.LEAVES, None, True, Becomes.WITHDRAWN, None),
    (BUSY, Why.ON_LEAVE, NEXT, True, Becomes.WITHDRAWN, None),
    (DUTY, Why.LEAVES, NEXT, True, Becomes.SHIFT, NEXT),
    (DUTY, Why.LEAVES, None, True, Becomes.WITHDRAWN, None),
]


@pytest.mark.parametrize(("held", "why", "to", "free", "becomes", "taker"), PLANS)
def test_where_one_thing_goes(
    held: Held, why: Why, to: uuid.UUID | None, free: bool, becomes: Becomes, taker: uuid.UUID | None
) -> None:
    assert plan([held], why, to, may_lead_cell=free) == [Move(held, becomes, taker)]


def test_of_two_cells_a_full_time_worker_leads_one() -> None:
    other = Held(HeldKind.CELL, "3", "primary")
    found = plan([CELL, other], Why.LEAVES, NEXT, may_lead_cell=True)
    assert [move.becomes for move in found] == [Becomes.PRIMARY, Becomes.COVER]


def test_differences_are_named() -> None:
    moves = plan([CELL, TASK], Why.LEAVES, NEXT, may_lead_cell=True)
    assert differences(moves, {"cell:1": NEXT, "task:7": NEXT}) == {}
    assert differences(moves, {"cell:1": None, "task:6": NEXT}) == {
        "added": ["task:7"], "gone": ["task:6"], "changed": ["cell:1"],
    }  # fmt: skip


def test_an_offer_accepted_since_is_another_thing() -> None:
    moves = plan([Held(HeldKind.PROXY, "x", "authorised")], Why.LEAVES, NEXT, may_lead_cell=True)
    assert differences(moves, {"proxy_offer:x": None}) == {"added": ["proxy:x"], "gone": ["proxy_offer:x"]}


def seat(role: Role, unit: str, tier: str = "city") -> Post:
    """A post; a unit is named by its path."""
    return Post(f"{unit}.{role}", role, unit.rpartition(".")[2], unit, "a", tier)


R, TOP, MIDDLE, BESIDE = Role, "A", "A.B", "Z"
ABOVE = [
    (seat(R.COORDINATOR, MIDDLE), seat(R.GRID_WORKER, MIDDLE), True),
    (seat(R.COORDINATOR, MIDDLE), seat(R.COORDINATOR, MIDDLE), False),
    (seat(R.COORDINATOR, MIDDLE), seat(R.ORGAN_HEAD, MIDDLE), False),
    (seat(R.COORDINATOR, MIDDLE), seat(R.SUPERVISOR, MIDDLE), False),
    (seat(R.ORGAN_HEAD, MIDDLE), seat(R.SUPERVISOR, MIDDLE), True),
    (seat(R.ORGAN_HEAD, MIDDLE), seat(R.DISCIPLINE_OFFICER, MIDDLE), False),
    (seat(R.COORDINATOR, TOP), seat(R.COORDINATOR, MIDDLE), True),
    (seat(R.COORDINATOR, TOP), seat(R.ORGAN_HEAD, MIDDLE), False),
    (seat(R.ORGAN_HEAD, TOP), seat(R.ORGAN_HEAD, MIDDLE), True),
    (seat(R.ORGAN_HEAD, MIDDLE), seat(R.GRID_WORKER, TOP), False),
    (seat(R.ORGAN_HEAD, BESIDE), seat(R.GRID_WORKER, MIDDLE), False),
    (seat(R.ORGAN_HEAD, "A"), seat(R.GRID_WORKER, "AB"), False),
    (seat(R.HANDLER, TOP), seat(R.GRID_WORKER, MIDDLE), False),
    (seat(R.ORGAN_HEAD, TOP), seat(R.AUDITOR, MIDDLE), False),
    (seat(R.ORGAN_HEAD, TOP), seat(R.ADMINISTRATOR, TOP), False),
    (seat(R.ADMINISTRATOR, TOP), seat(R.GRID_WORKER, MIDDLE), False),
    (seat(R.AUDITOR, TOP), seat(R.GRID_WORKER, MIDDLE), False),
]


@pytest.mark.parametrize(("over", "post", "above"), ABOVE)
def test_who_stands_above(over: Post, post: Post, above: bool) -> None:
    assert stands_above(over, post) is above
    assert may_alone([over], [post]) is above


def test_what_somebody_holds_in_another_line_is_of_a_lower_rank() -> None:
    decides, worker = [seat(R.COORDINATOR, MIDDLE)], seat(R.GRID_WORKER, MIDDLE)
    assert may_alone(decides, [worker, seat(R.MEDIATOR, BESIDE)])
    for other in (R.COORDINATOR, R.ORGAN_HEAD, R.AUDITOR):
        assert not may_alone(decides, [worker, seat(other, BESIDE)])
    assert not may_alone(decides, [])
    assert not may_alone([], [worker])


def test_two_persons_speak_from_two_offices() -> None:
    post = [seat(R.DISCIPLINE_OFFICER, MIDDLE)]
    head, above, beside = ([seat(R.ORGAN_HEAD, unit)] for unit in (MIDDLE, TOP, BESIDE))
    auditor, admin = [seat(R.AUDITOR, BESIDE)], [seat(R.ADMINISTRATOR, BESIDE)]
    assert offices(head, post) == offices(above, post) == {Office.HEAD}
    assert offices(beside, post) == offices([seat(R.COORDINATOR, TOP)], post) == frozenset()
    assert offices([seat(R.AUDITOR, BESIDE, "county")], post) == frozenset()
    assert may_together(offices(auditor, post), offices(admin, post))
    assert may_together(offices(auditor, post), offices(above, post))
    assert not may_together(offices(auditor, post), offices(auditor, post))
    assert not may_together(offices(head, post), offices(above, post))
    assert may_together(offices([*auditor, *admin], post), offices(auditor, post))


def test_what_is_not_shown_is_not_compared() -> None:
    assert differences(plan([CELL, UNSEEN], Why.LEAVES, NEXT, may_lead_cell=True), {"cell:1": NEXT}) == {}

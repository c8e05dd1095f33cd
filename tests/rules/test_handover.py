"""Who takes over what, as a table."""

import uuid

import pytest

from app.handover.rules import Becomes, Held, HeldKind, Move, Why, differences, plan

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

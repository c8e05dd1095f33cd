"""Tasks, calls and meetings as pure decisions: who may take which step, and what stands against it."""

from dataclasses import replace

import pytest

from app.core.access import Actor, Post, Role
from app.joint.rules import (
    ARRIVAL_PROCEDURE,
    MOVES,
    OCCASION_WORDS,
    Occasion,
    Ruling,
    Source,
    Standing,
    Task,
    TaskState,
    call_refused,
    may_move,
    may_whistle,
    needs_part,
    task_actions,
    task_refused,
)

LEAD, HELPER, TOWNSHIP, COUNTY = "D1_housing", "D1_energy", "C1", "C0"
OFFERED = Task(HELPER, LEAD, LEAD, Source.LEAD, TaskState.OPEN, "offered", "handling")
SIGNED = replace(OFFERED, taken="signed")
ANSWERED = replace(SIGNED, state=TaskState.ANSWERED)
CALLED = replace(OFFERED, source=Source.WHISTLE, asked_by_unit=TOWNSHIP)
THERE = replace(CALLED, taken="signed", arrived=True)
OBJECTED = replace(CALLED, objected=True, ruler=COUNTY)


def somebody(unit: str, role: Role = Role.HANDLER) -> Actor:
    return Actor("p1", "staff", (Post(f"{unit}.1", role, unit, unit, "1", "county"),))


@pytest.mark.parametrize(
    ("task", "possible"),
    [
        (OFFERED, "sign_for refuse waive recall"),
        (SIGNED, "answer waive"),
        (ANSWERED, "return"),
        (replace(ANSWERED, state=TaskState.RETURNED), "answer waive"),
        (replace(OFFERED, taken="refused"), "waive"),  # a refusal is no answer
        (replace(OFFERED, state=TaskState.WAIVED, taken="recalled"), ""),
        (replace(OFFERED, state=TaskState.RECALLED, taken="recalled"), ""),
        (replace(SIGNED, case_status="concluded"), ""),
        (replace(SIGNED, case_status="withdrawn", state=TaskState.ENDED), ""),
        (CALLED, "sign_for arrive object waive recall"),
        (replace(CALLED, taken="signed"), "arrive object waive"),
        (THERE, "object answer waive"),
        (OBJECTED, "sign_for arrive waive recall rule"),
        (replace(OBJECTED, case_status="closed"), "rule"),
        (replace(OBJECTED, ruling=Ruling.DISMISSED), "sign_for arrive waive recall"),
        (replace(OBJECTED, ruling=Ruling.UPHELD, state=TaskState.WAIVED, taken="recalled"), ""),
    ],
)
def test_what_a_task_takes_as_it_stands(task: Task, possible: str) -> None:
    assert {action for action in MOVES if task_refused(action, task) is None} == set(possible.split())


@pytest.mark.parametrize(
    ("actor", "actions"),
    [
        (somebody(HELPER), "sign_for arrive object"),
        (somebody(HELPER, Role.WINDOW_CLERK), "sign_for arrive object"),
        (somebody(HELPER, Role.GRID_WORKER), ""),
        (somebody(HELPER, Role.SUPERVISOR), ""),
        (somebody(TOWNSHIP), "waive recall"),
        (somebody(LEAD), "waive recall"),
        (somebody(COUNTY), ""),
        (somebody("D1_water"), ""),
    ],
)
def test_each_side_has_its_own_steps(actor: Actor, actions: str) -> None:
    assert set(task_actions(CALLED, actor)) == set(actions.split())


def test_who_rules_is_a_coordinator_or_head_of_the_centre_named() -> None:
    assert may_move("rule", OBJECTED, somebody(COUNTY, Role.COORDINATOR))
    assert may_move("rule", OBJECTED, somebody(COUNTY, Role.ORGAN_HEAD))
    assert not may_move("rule", OBJECTED, somebody(COUNTY))
    assert not may_move("rule", OBJECTED, somebody(HELPER, Role.ORGAN_HEAD))
    assert not may_move("rule", CALLED, somebody(COUNTY, Role.COORDINATOR)), "nobody rules before an objection"


def unit(kind: str = "department", tier: str = "county", *, covers: bool = True, involved: bool = False) -> Standing:
    return Standing("U", kind, tier, covers, barred=False, involved=involved)


@pytest.mark.parametrize(
    ("caller", "leads", "may"),
    [
        (unit("centre", "township"), False, True),
        (unit("department", "township"), False, True),
        (unit("centre", "township", covers=False), False, False),
        (unit("centre", "township", covers=False), True, True),
        (unit("mediation_committee", "township"), True, False),
        (unit("centre", "county"), True, False),
        (unit("department", "county"), True, False),
        (unit("centre", "community"), True, False),
    ],
)
def test_only_a_township_whistles(caller: Standing, leads: bool, may: bool) -> None:
    assert may_whistle(caller, leads=leads) is may


@pytest.mark.parametrize(
    ("called", "petition", "may"),
    [
        (unit(), False, True),
        (unit(tier="township"), False, True),
        (unit(tier="city"), False, True),
        (unit(covers=False), False, False),
        (unit("centre"), False, False),
        (unit("petition_office"), False, False),
        (unit(), True, False),
        (unit(involved=True), True, True),
    ],
)
def test_whom_a_whistle_calls(called: Standing, petition: bool, may: bool) -> None:
    assert (call_refused(called, petition=petition) is None) is may


def test_a_petition_is_met_on_among_units_with_a_part() -> None:
    assert needs_part(unit(), petition=False) is None
    assert needs_part(unit(), petition=True) is not None
    assert needs_part(unit(involved=True), petition=True) is None


def test_every_occasion_has_words_and_a_limit_to_arrive() -> None:
    assert set(OCCASION_WORDS) == set(ARRIVAL_PROCEDURE) == set(Occasion)

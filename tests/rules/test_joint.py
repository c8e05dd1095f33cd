"""Tasks, calls and meetings as pure decisions: who may take which step, and what stands against it."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.core.access import Actor, Post, Role
from app.joint.rules.calling import ARRIVAL_PROCEDURE, Occasion
from app.joint.rules.tasks import (
    TASKS,
    Ruling,
    Source,
    Task,
    TaskState,
    UnitRelation,
    call_refused,
    may_call_out,
    needs_part,
)

LEAD, HELPER, TOWNSHIP, COUNTY = "D1_housing", "D1_energy", "C1", "C0"
NOW = datetime(2026, 11, 25, 11, tzinfo=UTC)
OFFERED = Task(
    unit=HELPER, asked_by_unit=LEAD, lead_unit=LEAD, source=Source.LEAD, state=TaskState.OPEN, taken="offered",
    status="handling", version=1, due=NOW,
)  # fmt: skip
SIGNED = replace(OFFERED, taken="signed")
ANSWERED = replace(SIGNED, state=TaskState.ANSWERED)
CALLED = replace(OFFERED, source=Source.WHISTLE, asked_by_unit=TOWNSHIP)
THERE = replace(CALLED, taken="signed", arrived_at=NOW)
OBJECTED = replace(CALLED, objection=uuid.uuid4(), ruler=COUNTY)


def somebody(unit: str, role: Role = Role.HANDLER) -> Actor:
    return Actor("p1", "staff", (Post(f"{unit}.1", role, unit, unit, "1", "county"),))


ANYBODY = Actor("p1", "staff", tuple(
    Post(f"{unit}.{role}", role, unit, unit, "1", "county") for unit in (LEAD, HELPER, COUNTY)
    for role in (Role.HANDLER, Role.COORDINATOR)
))  # fmt: skip


@pytest.mark.parametrize(
    ("task", "possible"),
    [
        (OFFERED, "sign_for refuse waive recall"),
        (SIGNED, "answer waive"),
        (ANSWERED, "return"),
        (replace(ANSWERED, settled=True), ""),
        (replace(ANSWERED, state=TaskState.RETURNED), "answer waive"),
        (replace(OFFERED, taken="refused"), "waive"),  # a refusal is no answer
        (replace(OFFERED, state=TaskState.WAIVED, taken="recalled"), ""),
        (replace(OFFERED, state=TaskState.RECALLED, taken="recalled"), ""),
        (replace(SIGNED, status="concluded"), ""),
        (replace(SIGNED, status="withdrawn", state=TaskState.ENDED), ""),
        (CALLED, "sign_for arrive object waive recall"),
        (replace(CALLED, taken="signed"), "arrive object waive"),
        (THERE, "object answer waive"),
        (OBJECTED, "sign_for arrive waive recall rule"),
        (replace(OBJECTED, status="closed"), "rule"),
        (replace(OBJECTED, ruling=Ruling.DISMISSED), "sign_for arrive waive recall"),
        (replace(OBJECTED, ruling=Ruling.UPHELD, state=TaskState.WAIVED, taken="recalled"), ""),
    ],
)
def test_what_a_task_takes_as_it_stands(task: Task, possible: str) -> None:
    assert set(TASKS.available(task, ANYBODY, NOW)) == set(possible.split())


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
    assert set(TASKS.available(CALLED, actor, NOW)) == set(actions.split())


def test_who_rules_is_a_coordinator_or_head_of_the_centre_named() -> None:
    def may_rule(task: Task, actor: Actor) -> bool:
        return TASKS.refusal(task, "rule", actor, NOW) is None

    assert may_rule(OBJECTED, somebody(COUNTY, Role.COORDINATOR))
    assert may_rule(OBJECTED, somebody(COUNTY, Role.ORGAN_HEAD))
    assert not may_rule(OBJECTED, somebody(COUNTY))
    assert not may_rule(OBJECTED, somebody(HELPER, Role.ORGAN_HEAD))
    assert not may_rule(CALLED, somebody(COUNTY, Role.COORDINATOR)), "nobody rules before an objection"


def unit(
    kind: str = "department", tier: str = "county", *, covers: bool = True, involved: bool = False
) -> UnitRelation:
    return UnitRelation("U", kind, covers, barred=False, involved=involved, tier=tier)


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
def test_only_a_township_whistles(caller: UnitRelation, leads: bool, may: bool) -> None:
    assert may_call_out(caller, leads=leads) is may


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
def test_whom_a_whistle_calls(called: UnitRelation, petition: bool, may: bool) -> None:
    assert (call_refused(called, petition=petition) is None) is may


def test_a_petition_is_met_on_among_units_with_a_part() -> None:
    assert needs_part(unit(), petition=False) is None
    assert needs_part(unit(), petition=True) is not None
    assert needs_part(unit(involved=True), petition=True) is None


def test_every_occasion_has_words_and_a_limit_to_arrive() -> None:
    assert set(ARRIVAL_PROCEDURE) == set(Occasion)

"""Who is let do what: everybody at every route, page, step and door, held against what is due; and every rule of that, changed
in turn, is missed by some check.
"""

import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from app.core.access import Permission, Role
from app.core.workflow import WORKFLOWS
from tests.access import trying
from tests.access.conditions import Conditions
from tests.access.matrix import Matrix, read_world, undoing
from tests.access.mutants import Mutants, every_route, survives
from tests.access.staging import bystanders, stage
from tests.access.standing import granted, policy
from tests.access.town import GUEST, Town
from tests.house.routes import api_routes
from tests.support.tiers import Amount

WHOLE = Amount("checks in the matrix of access", short=0, long=20_000)
RULES = Amount("rules of access that are changed in turn", short=24, long=10_000)
FEW = (
    "li.window", "wang.grid", "chen.housing", "liu.head", "sun.coordinator", "zhou.mediator", "hu.supervisor", "he.discipline",
    "lin.auditor", "guo.admin", GUEST, "hotline-12345", "anonymous",
)  # one of every role, two machines, nobody  # fmt: skip
CURIOUS = ("li.window", "wang.grid", "gao.window", "chen.housing", "qin.head", "tian.enforcement", GUEST)
# Nobody can stand so that it makes a difference: whoever has the relation has the permission too.
NO_DIFFERENCE = re.compile(r"$^")


@pytest.fixture(scope="module")
def matrix(town: Town, sql: Any) -> Matrix:
    """Everybody has looked at everything, and more of everything than the town has; a few at what it has, in the suite."""
    if WHOLE:
        stage(town.cast, sql)
    callers = [*town.callers.values(), *bystanders(town)]
    asked = callers if WHOLE else [c for c in callers if c.name in FEW or c.who.id in ("every", "narrow")]
    made = Matrix(asked, read_world(sql), town.document)
    if not WHOLE:
        made.world.things, made.world.cases = made.world.things[::3], made.world.cases[::5]
    made.look_at_all()
    return made


def test_every_route_role_and_step_is_entered_a_second_time(app: Any) -> None:
    """What is added must be judged by a person: nothing is in the product that policy.yaml does not know."""
    known = dict(every_route())
    routes = {f"{method} {path}" for method, path, _ in api_routes(app)}
    assert routes == known.keys()
    assert set(policy()["acts"]) <= routes
    assert set(policy()["roles"]) == {str(role) for role in Role}
    assert {p for role in Role for p in granted(role)} == {str(permission) for permission in Permission}
    assert {kind: set(steps) for kind, steps in policy()["steps"].items()} == {
        kind: set(workflow.steps) for kind, workflow in WORKFLOWS.items()
    }


@WHOLE.mark
def test_everybody_is_let_do_what_is_due_and_nothing_else(
    matrix: Matrix, town: Town, sql: Any, record_property: Callable[[str, Any], None]
) -> None:
    record = sql("select count(*), sum(head_seq), max(updated_at) from cases")
    with undoing():
        trying.read_below(matrix, 3 if WHOLE else 1)
        trying.write_on(matrix, 1, every=1 if WHOLE else 16)
        trying.ask_as_resident(matrix, town.plants[:: 4 if WHOLE else 17])
        matrix.knock_at_all(list(policy()["routes"].items())[:: 1 if WHOLE else 6])
    assert sql("select count(*), sum(head_seq), max(updated_at) from cases") == record, "what was tried is taken back"
    for what, count in matrix.done.items():
        record_property(what, count)
    record_property("all checks", matrix.done.total())
    assert matrix.wrong == []
    assert matrix.done.total() >= max(WHOLE, 1_000)
    if WHOLE:
        assert matrix.uncovered() == {}, "steps that nobody could take: stage something that leads to them"


@RULES.mark
@pytest.mark.parametrize("what", ["roles", "routes", "steps", "arms", "above", "sites"])
def test_whatever_rule_is_changed_some_check_fails(
    matrix: Matrix, app: Any, what: str, record_property: Callable[[str, Any], None]
) -> None:
    conditions = Conditions(matrix, app, CURIOUS)
    every = list(getattr(Mutants(matrix, app) if what in ("roles", "routes", "steps") else conditions, what)())
    told = [mutant for mutant in every if mutant.told]
    rules = told if WHOLE else [] if what in ("arms", "sites", "above") else random.Random(what).sample(told, RULES)
    with undoing():
        if rules and what in ("arms", "sites", "above"):
            conditions.remember()
        alive = [mutant.name for mutant in rules if survives(mutant)]
    record_property(f"{what} changed", len(rules))
    record_property(f"{what} missed by a check", len(rules) - len(alive))
    assert alive == []
    if WHOLE:
        plain = [m.name for m in every if not m.told and m.name.split()[-1] in ("anyone", "nobody")]
        assert [name for name in plain if not NO_DIFFERENCE.match(name)] == []

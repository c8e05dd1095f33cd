"""Every rule and every condition of access, each changed in turn: whatever is changed, some check of the matrix fails.

A mutant is a change to the running service and where to look for it: the checks whose answers the change should alter, as the
oracle (standing.py) tells. `Mutants.killed` makes the change and looks.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from app.core.access import ROLE_PERMISSIONS, Actor, Permission, Role
from app.core.workflow import WORKFLOWS, Workflow
from tests.access.doors import Caller
from tests.access.matrix import WHERE, Matrix
from tests.access.standing import permissions, policy
from tests.house.routes import api_routes

Change = Callable[[pytest.MonkeyPatch], None]
Look = Callable[[], bool]  # whether something is seen to be wrong


@dataclass(frozen=True)
class Mutant:
    """One change; `looks` are tried in turn until one sees it."""

    name: str
    change: Change
    looks: Callable[[], Iterator[Look]]
    told: bool = True  # whether anybody there is stands so that it makes a difference


def survives(mutant: Mutant) -> bool:
    """Whether nobody notices."""
    with pytest.MonkeyPatch.context() as patch:
        mutant.change(patch)
        return not any(look() for look in mutant.looks())


@dataclass
class Mutants:
    """What can be changed, as seen from a matrix whose pages were looked at."""

    matrix: Matrix
    app: Any

    # --- Roles and routes

    def roles(self) -> Iterator[Mutant]:
        """Each permission of each role, given or taken."""
        for role in Role:
            holders = [c for c in self.matrix.callers if self._holds(c, role)]
            for permission in Permission:
                changed = ROLE_PERMISSIONS[role] ^ {permission}
                yield Mutant(
                    f"{role} {'has' if permission in changed else 'lacks'} {permission}",
                    lambda patch, role=role, changed=changed: patch.setitem(ROLE_PERMISSIONS, role, changed),  # type: ignore[misc]
                    lambda holders=holders, permission=permission: self._knocks(holders, permission),  # type: ignore[misc]
                )

    def _holds(self, caller: Caller, role: Role) -> bool:
        if role is Role.INTEGRATION:
            return caller.who.kind == "key" and caller.who.id == "every"
        return [seat.role for seat in caller.who.seats] == [role]

    def _knocks(self, callers: Sequence[Caller], permission: str) -> Iterator[Look]:
        for route, asked in every_route():
            if asked == permission:
                for caller in callers[:2]:
                    yield lambda caller=caller, route=route: bool(self.matrix.knock(caller, route, permission))  # type: ignore[misc]

    def routes(self) -> Iterator[Mutant]:
        """Each route asks for another permission: one that somebody has who lacks its own."""
        for method, path, dependant in api_routes(self.app):
            for check in [call for call in _calls(dependant) if hasattr(call, "permission")]:
                asked = check.permission
                lacking = next(
                    c for c in self.matrix.callers if permissions(c.who) - {asked} == permissions(c.who) != set()
                )
                other = Permission(min(permissions(lacking.who)))
                cell = check.__closure__[check.__code__.co_freevars.index("permission")]
                look = partial(self._let_in, lacking, f"{method} {path}", asked)
                yield Mutant(
                    f"{method} {path} asks for {other}",
                    lambda patch, cell=cell, other=other: patch.setattr(cell, "cell_contents", other),  # type: ignore[misc]
                    lambda look=look: iter([look]),  # type: ignore[misc]
                )

    def _let_in(self, caller: Caller, route: str, asked: str) -> bool:
        return bool(self.matrix.knock(caller, route, asked))

    # --- Steps

    def steps(self) -> Iterator[Mutant]:
        """Each step: for everybody who sees the thing, for nobody, by every other relation, by the permission to read."""
        for kind in WHERE:
            workflow = WORKFLOWS[kind]
            relations = sorted({str(step.by) for step in workflow.steps.values()})
            for action, step in workflow.steps.items():
                for by in ("anyone", "nobody", *(r for r in relations if r != step.by)):
                    yield self._step(kind, action, f"{step.permission} {by}")
                yield self._step(kind, action, f"{Permission.CASE_READ} {step.by}")

    def _step(self, kind: str, action: str, asked: str) -> Mutant:
        where = self.differing(kind, action, asked)
        return Mutant(
            f"{kind} {action}: {asked}",
            lambda patch: change_step(patch, kind, action, asked),
            lambda: self._pages(where),
            told=bool(where),
        )

    def differing(self, kind: str, action: str, asked: str) -> list[tuple[Caller, str, str]]:
        """Who would be offered the step on what, that is not now; or is not offered it then, but is now."""
        found = []
        for k, subject, _ in self.matrix.subjects:
            if k != kind or action not in self.matrix.possible[subject]:
                continue
            for caller in self.matrix.callers:
                seen = self.matrix.pages[caller.name, subject]
                if seen.status == 200 and (action in seen.steps) != self._then(caller, kind, subject, action, asked):
                    found.append((caller, kind, subject))
        return found

    def _then(self, caller: Caller, kind: str, subject: str, action: str, asked: str) -> bool:
        permission, by = asked.split()
        if by in ("anyone", "nobody"):
            return by == "anyone" and permission in permissions(caller.who)
        return self.matrix.entitled(caller.who, kind, subject, action, asked)

    def _pages(self, where: Sequence[tuple[Caller, str, str]]) -> Iterator[Look]:
        step = max(len(where) // 8, 1)
        for caller, kind, subject in where[::step]:
            yield lambda caller=caller, kind=kind, subject=subject: (  # type: ignore[misc]
                self.matrix.look(caller, kind, subject) != self.matrix.pages[caller.name, subject]
            )


def every_route() -> Iterator[tuple[str, str]]:
    """(method and address, permission) of every route that policy.yaml knows, steps included."""
    yield from policy()["routes"].items()
    for kind, steps in policy()["steps"].items():
        for action, asked in steps.items():
            base = BASES.get(kind)
            if base and (kind, action) not in ELSEWHERE:
                yield f"POST {base}/actions/{action}", asked.split()[0]


# Its address says what comes of it; the resident alone takes it.
ELSEWHERE = {("attachment", "redact"), ("data_request", "withdraw")}
BASES = {
    **{kind: f"{where}/{{{kind}_id}}" for kind, where in WHERE.items()}, "centre": "/v1/centres/{code}",
    "booking": "/v1/bookings/{booking_id}", "emergency": "/v1/emergencies/{emergency_id}",
    "data_request": "/v1/data_requests/{request_id}",
}  # fmt: skip


def change_step(patch: pytest.MonkeyPatch, kind: str, action: str, asked: str) -> None:
    """The step asks for another permission or relation."""
    workflow, (permission, by) = WORKFLOWS[kind], asked.split()
    step = workflow.steps[action]
    named = by if by in ("anyone", "nobody") else next(s.by for s in workflow.steps.values() if s.by == by)
    patch.setitem(workflow.steps, action, replace(step, permission=Permission(permission), by=named))
    if by not in ("anyone", "nobody"):
        return
    judged = Workflow._wrong_person

    def judge(self: Any, step: Any, subject: Any, actor: Actor) -> Any:
        if self is workflow and step.action == action:
            entitled = by == "anyone" and actor.may(step.permission)
            return (
                None
                if entitled
                else judged(self, replace(step, by=_any(self), permission=Permission.REVEAL_LIFT), subject, NOBODY)
            )
        return judged(self, step, subject, actor)

    patch.setattr(Workflow, "_wrong_person", judge)


NOBODY = Actor(id="nobody", kind="system")


def _any(workflow: Any) -> str:
    return str(next(iter(workflow.who)))


def _calls(dependant: Any) -> list[Any]:
    return [dependant.call, *(call for below in dependant.dependencies for call in _calls(below))]

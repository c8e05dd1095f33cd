"""The one engine for steps: cases, tasks, mediations, proxies and all else that moves from state to state use it.

A transition is data. A `Workflow` is the table of one kind of thing; it judges whether a step may be taken now, says why
not, and lists what may. Tables are served at GET /v1/transitions. Pure; `core.rows.change_row` writes the change.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from app.core import errors
from app.core.access import Actor, Permission
from app.core.errors import Words
from app.core.registry import Registry

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Transition(Generic[S]):
    """One step: from which states, to which (None: the state stays), who may, what it needs and what follows.

    `by` names the relation in which the acting post must stand to the thing (a key of the workflow's `who`). `required`
    are fields of the request; `clocks` what it does to the clocks; `notice` what is to be served; `basis` the article.
    """

    action: str
    title: Words
    sources: frozenset[S]
    target: S | None
    permission: Permission
    by: str
    required: tuple[str, ...] = ()
    clocks: tuple[StrEnum, ...] = ()
    notice: str | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: `forbidden` names the person's lack, otherwise it is the state of the thing; `facts` go with the answer."""

    forbidden: bool
    why: Words
    facts: Mapping[str, object] = field(default_factory=dict)


def not_now(zh: str, en: str) -> Refusal:
    """The state of the thing stands against it."""
    return Refusal(False, Words(zh, en))


class Subject(Protocol[S]):
    """A thing as its owner reads it for a decision."""

    @property
    def state(self) -> S:
        """Where it stands."""

    @property
    def version(self) -> int:
        """Its version, as `If-Match` names it."""

    def refuses(self, action: str, actor: Actor, now: datetime) -> Refusal | None:
        """What stands against the step beyond the state."""

    def stands(self, actor: Actor, step: Transition[S]) -> bool:
        """Whether the actor stands in the relation that the step asks for."""


@dataclass(frozen=True, slots=True)
class Workflow(Generic[S]):
    """The table of one kind of thing (`thing` its name in the API, `name` in words); `who` says each relation in words,
    where it helps with the names that the subject knows, if there is one."""

    thing: str
    name: Words
    who: Mapping[str, Words | Callable[[Any], Words]]
    steps: Mapping[str, Transition[S]] = field(default_factory=dict)

    def __getitem__(self, action: str) -> Transition[S]:
        return self.steps[action]

    def refusal(self, subject: Subject[S], action: str, actor: Actor, now: datetime) -> Refusal | None:
        """Why `actor` may not take `action` now: the state, what its owner knows against it, the person; else None."""
        step = self.steps[action]
        return (
            self._wrong_state(step, subject.state)
            or subject.refuses(action, actor, now)
            or self._wrong_person(step, subject, actor)
        )

    def available(self, subject: Subject[S], actor: Actor, now: datetime) -> list[str]:
        """The steps that would be accepted from this caller now, in the table's order."""
        state = subject.state
        likely = (a for a, step in self.steps.items() if state in step.sources and actor.may(step.permission))
        return [action for action in likely if self.refusal(subject, action, actor, now) is None]

    def check(
        self,
        subject: Subject[S],
        action: str,
        actor: Actor,
        now: datetime,
        *,
        version: int,
        current: Mapping[str, object] | None = None,
    ) -> None:
        """Raises Stale (with `current`, else the present state) for an older version, ActionRefused or Forbidden (with what
        is allowed) for a step that may not be taken now."""
        allowed = self.available(subject, actor, now)
        if subject.version != version:
            present = {
                "version": subject.version,
                **(current or {"state": subject.state}),
                "available_actions": allowed,
            }
            raise errors.Stale(
                f"{self.name.zh}已被更新，请按 current 重新确认后再提交。",
                f"{self.name.en.capitalize()} has changed: look at `current` and send again.",
                current=present,
            )
        no = self.refusal(subject, action, actor, now)
        if no is not None:
            kind = errors.Forbidden if no.forbidden else errors.ActionRefused
            raise kind(no.why.zh, no.why.en, allowed=allowed, **no.facts)

    def check_state(self, subject: Subject[S], action: str, actor: Actor, now: datetime) -> None:
        """The same for a resident with number and query code, of whom no permission is asked: raises ActionRefused."""
        no = self._wrong_state(self.steps[action], subject.state) or subject.refuses(action, actor, now)
        if no is not None:
            raise errors.ActionRefused(no.why.zh, no.why.en, allowed=[], **no.facts)

    def taken_by(self, step: Transition[S], subject: Subject[S] | None = None) -> Words:
        """Who takes a step, in words: on this subject, or on any."""
        who = self.who[step.by]
        return who(subject) if callable(who) else who

    def _wrong_state(self, step: Transition[S], state: S) -> Refusal | None:
        if state in step.sources:
            return None
        allowed = sorted(source.value for source in step.sources)
        return not_now(
            f"“{step.title.zh}”只能在以下状态进行：{'、'.join(allowed)}；当前为 {state}。",
            f"'{step.action}' is possible from {', '.join(allowed)}; {self.name.en} is {state}.",
        )

    def _wrong_person(self, step: Transition[S], subject: Subject[S], actor: Actor) -> Refusal | None:
        if not actor.may(step.permission):
            return Refusal(True, Words(
                f"您的岗位没有“{step.title.zh}”的权限。", f"None of your posts may {step.title.en} ({step.permission})."
            ))  # fmt: skip
        if subject.stands(actor, step):
            return None
        who = self.taken_by(step, subject)
        return Refusal(True, Words(f"“{step.title.zh}”须由{who.zh}办理。", f"To {step.title.en} is for {who.en}."))


def table(steps: Iterable[Transition[S]]) -> dict[str, Transition[S]]:
    """Steps by their action, in order."""
    return {step.action: step for step in steps}


# Every workflow of the product, by the name of its thing.
WORKFLOWS: Registry[str, Workflow[Any]] = Registry("workflow")

"""What capabilities above bring to the rules of a case: facts that steps are judged by, checks of what a step asks for, and
what recorded steps are called and mean to the resident. Each registers its own in its `capability.py`. Pure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from app.core.access import Actor
from app.core.errors import Words
from app.core.registry import Registry
from app.core.workflow import Refusal

if TYPE_CHECKING:
    from app.cases.rules.facts import Facts

T = TypeVar("T")


def _never(*_: object) -> None:
    """Nothing stands against any step."""


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """Something of a higher capability that a case's steps are judged by. It is read with the case, in one statement.

    `sql` is a scalar subselect in which the case is `c`; `read` makes the value of what the database gives (None where
    there is nothing). `refuses` says why a step may not be taken now: (value, facts, action, actor, now).
    """

    name: str
    sql: str
    read: Callable[[Any], T]
    refuses: Callable[[T, "Facts", str, Actor, datetime], Refusal | None] = _never

    def of(self, facts: "Facts") -> T:
        """The value for this case; without one what `read` makes of None."""
        found: T = facts.brought[self.name] if self.name in facts.brought else self.read(None)
        return found


# (facts, what the step asks for by the names of its fields) → why it may not
Check = Callable[["Facts", Mapping[str, Any]], Words | None]
# What a resident is told of a recorded step: words with placeholders, words by its data, or nothing.
Told = Words | Callable[[Mapping[str, Any]], Words | None] | None


@dataclass(frozen=True, slots=True)
class StepWords:
    """A recorded step in words: `title` for staff, `told` for the resident (None: it passes between offices). `quiet`: they
    read of it when they ask, and get no message, since it asks nothing of them and takes nothing from them.

    Placeholders of `told`: {unit} the unit that now leads, {days}, {notice} the title of the notice.
    """

    title: Words
    told: Told = None
    quiet: bool = False


FACTS: Registry[str, Fact[Any]] = Registry("fact")
CHECKS: Registry[tuple[str, str], Check] = Registry("check")  # by (action, who checks)
STEP_WORDS: Registry[str, StepWords] = Registry("step")


def refused_by_checks(action: str, facts: "Facts", **asked: Any) -> Words | None:
    """The first objection of a capability above to what this step asks for."""
    checks = (check for (checked, _), check in CHECKS.items() if checked == action)
    return next((why for check in checks if (why := check(facts, asked)) is not None), None)

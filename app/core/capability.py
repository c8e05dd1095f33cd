"""What a capability is: a folder of `app` with a `capability.py` that says what it brings.

Lower floors offer registries (`app.core.registry`); `register` puts the capability's knowledge there. `app/capabilities.py`
lists all capabilities; `main`, `cli` and `jobs` compose them from there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.core.roles import LoginRole
from app.core.settings import Section


def _nothing() -> None:
    """A capability that only has routes registers nothing."""


def changes(*tables: str) -> dict[str, str]:
    """`writes` of tables in which rows are added and changed, and none is taken away."""
    return dict.fromkeys(tables, "insert, update")


@dataclass(frozen=True, slots=True)
class Capability:
    """`tags`: its OpenAPI tags, each with a sentence; `settings`: its section of the settings; `register`: puts what it
    knows into the registries below it.

    What the login roles may do in its tables (`app/core/roles.py`): `append_only`, to which rows are added and in which
    nothing is changed; `writes`, table → privileges; both for the role `written_by`; `erases`, the same
    for the runner, where it needs more to erase a case. `secret`: read by no other role.
    `figures`: tables of any owner that its figures are counted from."""

    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    settings: type[Section] | None = None
    register: Callable[[], None] = _nothing
    append_only: tuple[str, ...] = ()
    writes: Mapping[str, str] = field(default_factory=dict)
    written_by: LoginRole = LoginRole.SERVICE
    erases: Mapping[str, str] = field(default_factory=dict)
    secret: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()

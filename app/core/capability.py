"""What a capability is: a folder of `app` with a `capability.py` that says what it brings.

Lower floors offer registries (`app.core.registry`); `register` puts the capability's knowledge there. `app/capabilities.py`
lists all capabilities; `main`, `cli` and `jobs` compose them from there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.core.settings import Section


def _nothing() -> None:
    """A capability that only has routes registers nothing."""


@dataclass(frozen=True, slots=True)
class Capability:
    """`tags`: its OpenAPI tags, each with a sentence; `settings`: its section of the settings; `register`: puts what it
    knows into the registries below it; `append_only`: its tables to which the service adds and in which it changes
    nothing."""

    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    settings: type[Section] | None = None
    register: Callable[[], None] = _nothing
    append_only: tuple[str, ...] = ()

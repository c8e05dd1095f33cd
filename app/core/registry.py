"""Places where a capability puts what it knows, for the floors below to use without knowing the capability."""

from collections.abc import Mapping
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Registry(dict[K, V]):
    """What was registered, by name, in the order of `app/capabilities.py`."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what

    def add(self, entries: Mapping[K, V]) -> None:
        """Register entries; raises ValueError for a name that is taken by something else."""
        for name, entry in entries.items():
            if name in self and self[name] is not entry:
                raise ValueError(f"two capabilities register the {self.what} {name!r}")
            self[name] = entry

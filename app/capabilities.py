"""Every capability of the product, in one list: `main`, `cli` and `jobs` compose them from here.

A new capability is a folder of `app` with a `capability.py` and a line below; its step on the staircase is in pyproject.toml.
"""

from functools import cache

from app.core.capability import Capability

CAPABILITIES: tuple[Capability, ...] = ()


@cache
def compose() -> tuple[Capability, ...]:
    """Let every capability register what it knows, once a process."""
    for capability in CAPABILITIES:
        capability.register()
    return CAPABILITIES

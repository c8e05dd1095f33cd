"""What the product asks of the database while a request runs, and how far from the route it asks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import asyncpg

# What a request passes before its route: the middleware, the transaction around it, the dependencies solved beforehand.
PLUMBING = ("app/core/asgi.py", "app/core/http.py", "app/core/precompiled.py", "app/core/database.py", "app/main.py")
APP = Path(__file__).parents[2] / "app"
CONNECTION = APP / "core" / "gathering.py"  # stands where the driver's own connection would


@dataclass(frozen=True, slots=True)
class Asked:
    """One round trip, and the product's functions from the route down to it."""

    statement: str
    frames: tuple[str, ...]

    @property
    def hops(self) -> int:
        """The calls from the route to the statement."""
        return len(self.frames)

    def of(self, room: str) -> bool:
        """Whether a function of this room (`actions`, `queries`) asked."""
        return any(f"/{room}" in frame for frame in self.frames)


def _frames() -> tuple[str, ...]:
    """From the route to whoever asks, innermost last."""
    found: list[str] = []
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(APP) and path != CONNECTION and not frame.f_code.co_name.startswith("<"):
            found.append(f"{path.relative_to(APP.parent)}:{frame.f_code.co_name}")
        frame = frame.f_back
    found.reverse()
    route = next((n for n, name in enumerate(found) if not name.startswith(PLUMBING)), 0)
    return tuple(found[route:])


@contextmanager
def watched() -> Iterator[list[Asked]]:
    """Every round trip of every connection while the block runs."""
    asked: list[Asked] = []
    connection: Any = asyncpg.connection.Connection
    execute, inner, many = connection.execute, connection._execute, connection._executemany

    async def plain(self: Any, query: str, *values: Any, **more: Any) -> Any:
        if not values:
            asked.append(Asked(query, _frames()))
        return await execute(self, query, *values, **more)

    async def prepared(self: Any, query: str, *values: Any, **more: Any) -> Any:
        asked.append(Asked(query, _frames()))
        return await inner(self, query, *values, **more)

    async def repeated(self: Any, query: str, *values: Any, **more: Any) -> Any:
        asked.append(Asked(query, _frames()))
        return await many(self, query, *values, **more)

    connection.execute, connection._execute, connection._executemany = plain, prepared, repeated
    try:
        yield asked
    finally:
        connection.execute, connection._execute, connection._executemany = execute, inner, many

"""Turns at what there is little of: one caller's many requests take that caller's share of memory and processor alone."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from app.core.errors import TooManyAtOnce, Unavailable, Words


@dataclass(frozen=True, slots=True)
class _Waiting:
    caller: str
    come: asyncio.Future[None]


@dataclass(slots=True)
class Share:
    """`at_once` turns in all, of which `each` for one caller; `waiting` more of a caller wait for theirs, `seconds` at most.
    The next turn is for whoever has waited longest and has not their share already. `full`: what is told when all are taken.
    """

    at_once: int
    each: int
    waiting: int
    seconds: float
    full: Words
    _taken: Counter[str] = field(default_factory=Counter)
    _queue: list[_Waiting] = field(default_factory=list)

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncIterator[None]:
        """A turn of `caller`'s; raises TooManyAtOnce for who has too many at once, Unavailable where others take them all."""
        if not self._free(caller):
            await self._wait(caller)
        else:
            self._taken[caller] += 1
        try:
            yield
        finally:
            self._give_back(caller)

    def _free(self, caller: str) -> bool:
        return self._taken.total() < self.at_once and self._taken[caller] < self.each

    async def _wait(self, caller: str) -> None:
        """Until the turn is given, which counts it as taken."""
        if sum(one.caller == caller for one in self._queue) >= self.waiting:
            raise self._too_many()
        one = _Waiting(caller, asyncio.get_running_loop().create_future())
        self._queue.append(one)
        try:
            async with asyncio.timeout(self.seconds):
                await one.come
        except BaseException as error:
            if one.come.done() and not one.come.cancelled():
                self._give_back(caller)
            else:
                self._queue.remove(one)
            if not isinstance(error, TimeoutError):
                raise
            if self._taken[caller] >= self.each:
                raise self._too_many() from error
            raise Unavailable(self.full.zh, self.full.en) from error

    def _give_back(self, caller: str) -> None:
        self._taken[caller] -= 1
        for one in tuple(self._queue):
            if not one.come.done() and self._free(one.caller):  # else it is giving up at this very moment
                self._taken[one.caller] += 1
                self._queue.remove(one)
                one.come.set_result(None)
        self._taken = +self._taken

    def _too_many(self) -> TooManyAtOnce:
        return TooManyAtOnce(
            f"您同时提交的此类请求过多（最多 {self.each} 个同时办理），请等前面的完成后再试。",
            f"Too many of yours at once: {self.each} are done at a time. Wait until those before are done.",
        )

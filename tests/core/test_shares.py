"""Turns at what is scarce: in the order of waiting, and nobody takes more than their share."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.core.errors import TooManyAtOnce, Unavailable, Words
from app.core.shares import Share


def share(**changes: Any) -> Share:
    return Share(**{"at_once": 2, "each": 1, "waiting": 1, "seconds": 30, "full": Words("满", "full"), **changes})


class Crowd:
    """Callers who come one after the other; each leaves when told."""

    def __init__(self, of: Share) -> None:
        self.of, self.inside = of, list[str]()
        self.leaving: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, *names: str) -> None:
        """A name is a caller and a number: `a1`."""
        for name in names:
            self.leaving[name] = asyncio.Event()
            self.tasks[name] = asyncio.create_task(self._stay(name))
            await settled()

    async def _stay(self, name: str) -> None:
        async with self.of.turn(name[0]):
            self.inside.append(name)
            try:
                await self.leaving[name].wait()
            finally:
                self.inside.remove(name)

    async def leave(self, *names: str) -> None:
        for name in names:
            self.leaving[name].set()
            await settled()

    def refused(self, name: str) -> type[BaseException] | None:
        task = self.tasks[name]
        return type(error) if task.done() and (error := task.exception()) else None


async def settled() -> None:
    for _ in range(5):
        over = asyncio.Event()
        asyncio.get_running_loop().call_soon(over.set)
        await over.wait()


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await story()

    asyncio.run(whole())


def test_the_longest_wait_is_next_but_not_of_who_has_a_share_already() -> None:
    async def story() -> None:
        crowd = Crowd(share())
        await crowd.come("a1", "a2", "b1", "c1", "d1")
        assert crowd.inside == ["a1", "b1"]
        await crowd.leave("b1")
        assert crowd.inside == ["a1", "c1"], "a2 has waited longer, but a has its share"
        await crowd.leave("a1")
        assert crowd.inside == ["c1", "a2"]
        await crowd.leave("a2", "c1", "d1")
        assert crowd.inside == []
        await asyncio.gather(*crowd.tasks.values())

    run(story)


def test_who_asks_for_too_much_is_refused_and_nobody_else() -> None:
    async def story() -> None:
        crowd = Crowd(share())
        await crowd.come("a1", "a2", "a3", "b1")
        assert crowd.refused("a3") is TooManyAtOnce
        assert crowd.inside == ["a1", "b1"]
        await crowd.leave("a1", "a2", "b1")
        await crowd.come("a4")
        assert crowd.inside == ["a4"], "nothing is left of what was refused"
        await crowd.leave("a4")

    run(story)


@pytest.mark.parametrize(("first", "why"), [("b1", Unavailable), ("a1", TooManyAtOnce)])
def test_a_wait_has_an_end(first: str, why: type[Exception]) -> None:
    async def story() -> None:
        crowd = Crowd(share(at_once=1, seconds=0))
        await crowd.come(first, "a2")
        await asyncio.wait([crowd.tasks["a2"]])
        assert crowd.refused("a2") is why
        await crowd.leave(first)
        await crowd.come("a3")
        assert crowd.inside == ["a3"]
        await crowd.leave("a3")

    run(story)


def test_who_goes_away_while_waiting_leaves_no_trace() -> None:
    async def story() -> None:
        crowd = Crowd(share(at_once=1))
        await crowd.come("a1", "b1", "c1")
        crowd.tasks["b1"].cancel()
        await settled()
        await crowd.leave("a1")
        assert crowd.inside == ["c1"]
        await crowd.leave("c1")
        await crowd.come("d1")
        crowd.leaving["d1"].set()
        await asyncio.wait([crowd.tasks["d1"]])

    run(story)


def test_who_goes_away_at_the_moment_of_the_turn_gives_it_on() -> None:
    async def story() -> None:
        crowd = Crowd(share(at_once=1))
        await crowd.come("a1", "b1", "c1")
        crowd.leaving["a1"].set()  # a1 goes on first and gives its turn to b1, who is cancelled before it goes on
        asyncio.get_running_loop().call_soon(crowd.tasks["b1"].cancel)
        await settled()
        assert (crowd.inside, crowd.tasks["b1"].cancelled()) == (["c1"], True)
        await crowd.leave("c1")
        await crowd.come("d1")
        assert crowd.inside == ["d1"]
        await crowd.leave("d1")

    run(story)


def test_who_gives_up_in_the_moment_of_their_turn_takes_none_with_them() -> None:
    async def work() -> None:
        scarce = share(at_once=1)

        async def take(caller: str) -> None:
            async with scarce.turn(caller):
                pass

        async with scarce.turn("one"):
            waiter = asyncio.create_task(take("other"))
            await settled()
            waiter.cancel()
            scarce._queue[0].come.cancel()  # as the loop does before the task runs again
        await asyncio.gather(waiter, return_exceptions=True)
        await asyncio.wait_for(take("third"), timeout=5)

    asyncio.run(work())

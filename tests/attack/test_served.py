"""A served process, spoken to over a socket: no hostile body holds its loop, and nobody else waits meanwhile."""

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import uvicorn

from tests.attack.test_hostile_bodies import examples
from tests.cast import Cast
from tests.support.application import application
from tests.support.hostile import hostile, spent
from tests.support.serving import Line, served
from tests.support.tiers import Amount

BODIES = Amount("hostile bodies to a served process", short=15, long=500, setting="GRIDCASE_HOSTILE_BODIES")
MOST_HELD, MOST_WAITED = 0.25, 1.0  # seconds, on a machine that is quiet; else so many times what an empty loop does
TIMES_IDLE = 20
TICK = 0.005


class Watch:
    """The application, and beside it in its own loop a clock that says by how much it was late."""

    def __init__(self, app: Any) -> None:
        self.app, self.late, self._ticking = app, 0.0, False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not self._ticking:
            self._ticking, loop = True, asyncio.get_running_loop()
            loop.call_later(TICK, self._tick, loop, loop.time() + TICK)
        await self.app(scope, receive, send)

    def _tick(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self.late = max(self.late, loop.time() - due)
        loop.call_later(TICK, self._tick, loop, loop.time() + TICK)

    def most(self) -> float:
        """The longest that the loop was held since this was asked last."""
        late, self.late = self.late, 0.0
        return late


@pytest.fixture(scope="module")
def watch(client: Any) -> Watch:
    """One for the module; the database is there as long as `client` is."""
    return Watch(application())


@pytest.fixture(scope="module")
def server(watch: Watch) -> Iterator[uvicorn.Server]:
    with served(watch) as running:
        yield running


def address(server: uvicorn.Server) -> str:
    host, port = server.servers[0].sockets[0].getsockname()
    return f"http://{host}:{port}"


def waited(base: str, stop: threading.Event) -> Callable[[], float]:
    """Somebody else asks again and again; call it for the longest that they waited, once `stop` is set."""
    longest = [0.0]

    def ask() -> None:
        with httpx.Client(base_url=base, timeout=60) as other:
            while not stop.is_set():
                took, reply = spent(lambda: other.get("/healthz"))
                assert reply.status_code == 200
                longest[0] = max(longest[0], took)

    thread = threading.Thread(target=ask)
    thread.start()

    def result() -> float:
        stop.set()
        thread.join()
        return longest[0]

    return result


@BODIES.mark
def test_no_hostile_body_holds_the_loop_or_lets_others_wait(
    cast: Cast, watch: Watch, server: uvicorn.Server, record_property: Callable[[str, Any], None]
) -> None:
    base, addresses, wrong = address(server), examples(), []
    slow = Line(server)
    slow.say("POST /v1/query HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n")
    with httpx.Client(base_url=base, timeout=60) as client:
        for _ in range(2):  # the first requests of a process are slow
            watch.most()
            idle = waited(base, threading.Event())
            for _ in range(20):
                client.post("/v1/query", json={"number": "no"})
            others_idle, held_idle = idle(), watch.most()
        meanwhile, held = waited(base, threading.Event()), 0.0
        for seed in range(BODIES):
            chance = random.Random(f"served {seed}")
            (path, example), caller = chance.choice(addresses), chance.choice(("li.window", "guo.admin", None))
            known = cast(caller).headers if caller else {}
            headers = {"Content-Type": "application/json", "Idempotency-Key": str(seed), "If-Match": '"1"', **known}
            slow.say(b" ")
            try:
                status = client.post(path, content=hostile(seed, example), headers=headers).status_code
            except httpx.TransportError:  # it was told what is wrong before it had sent all, and went on
                status = 400
            if status >= 500:
                wrong.append((seed, path, status))
            held = max(held, watch.most())
        others = meanwhile()
    slow.socket.close()
    record_property("bodies", int(BODIES))
    record_property("loop held at most, ms", round(held * 1000))
    record_property("loop held by usual bodies, ms", round(held_idle * 1000))
    record_property("others waited at most, ms", round(others * 1000))
    assert wrong == []
    assert held <= max(MOST_HELD, TIMES_IDLE * held_idle)
    assert others <= max(MOST_WAITED, TIMES_IDLE * others_idle)

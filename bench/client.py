"""An HTTP client for where wrk is not installed: connections kept open, requests rendered beforehand.

python -m bench.client HOST PORT PLAN RUN CONNECTIONS SECONDS
"""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import uvloop


def _requests(plan: Path, host: str, run: str) -> Iterator[bytes]:
    """The requests of a plan in turn, each with a fresh Idempotency-Key, without end."""
    lines = plan.read_text(encoding="utf-8").splitlines()
    tokens = itertools.cycle(json.loads(lines[0]))
    planned = []
    for line in lines[1:]:
        method, path, body = line.split(" ", 2)
        sent = body.encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n"
        if method != "GET":
            head += f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n"
        planned.append((head.encode(), sent))
    for number, (start, content) in enumerate(itertools.cycle(planned)):
        own = f"Authorization: Bearer {next(tokens)}\r\nIdempotency-Key: {run}-{number}\r\n\r\n"
        yield start + own.encode() + content


class _Connection(asyncio.Protocol):
    """One request at a time: the next is sent when the reply is complete."""

    def __init__(self, requests: Iterator[bytes], took: list[float], failed: list[bytes]) -> None:
        self._requests, self._took, self._failed = requests, took, failed
        self._held = b""
        self.ended = asyncio.get_running_loop().create_future()
        self.stopping = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class is no subclass
        self._next()

    def _next(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, gap, body = self._held.partition(b"\r\n\r\n")
        if not gap:
            return
        length = int(head.lower().partition(b"\r\ncontent-length:")[2].split(b"\r\n")[0])
        if len(body) < length:
            return
        self._held = b""
        self._took.append(time.perf_counter() - self._sent_at)
        if not head.startswith(b"HTTP/1.1 2"):
            self._failed.append(head)
        if self.stopping:
            self._transport.close()
        else:
            self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.stopping:
            self._failed.append(repr(error).encode())
        if not self.ended.done():
            self.ended.set_result(None)


async def _drive(host: str, port: int, plan: Path, run: str, connections: int, seconds: float) -> None:
    took: list[float] = []
    failed: list[bytes] = []
    requests = _requests(plan, host, run)
    loop = asyncio.get_running_loop()
    start = time.perf_counter()
    made = [
        await loop.create_connection(lambda: _Connection(requests, took, failed), host, port)
        for _ in range(connections)
    ]
    await asyncio.sleep(seconds)
    passed, number = time.perf_counter() - start, len(took)
    for _, connection in made:
        connection.stopping = True
    await asyncio.wait([connection.ended for _, connection in made], timeout=10)
    took = sorted(took[:number])
    told = {
        "requests": number, "seconds": passed, "p50_us": took[number // 2] * 1e6, "p95_us": took[number * 95 // 100] * 1e6,
        "failed": len(failed),
    }  # fmt: skip
    print(json.dumps(told))


if __name__ == "__main__":
    given = sys.argv[1:]
    uvloop.run(_drive(given[0], int(given[1]), Path(given[2]), given[3], int(given[4]), float(given[5])))

"""Clients that drag out what they owe: a head, a body, taking the answer. Each is ended in time, and nobody else waits."""

import json
import resource
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import uvicorn

from app.cli.serve import MOST_FILES, make_room
from app.core import protocol
from app.core.settings import settings
from tests.cast import Cast
from tests.support.application import application
from tests.support.serving import Line, served

Connect = Callable[..., Line]
SECONDS = 0.4
POST = "POST /v1/query HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
CHUNKED = f"{POST}Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def server(client: Any) -> Iterator[uvicorn.Server]:
    """With less than a second for everything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings(), "head_seconds", SECONDS)
        patch.setattr(settings(), "body_seconds", SECONDS)
        patch.setattr(protocol, "LEFT_OVER", SECONDS)
        with served(application()) as running:
            yield running


@pytest.fixture
def connect(server: uvicorn.Server) -> Iterator[Connect]:
    """Makes connections on which something is said, and closes them after the test."""
    made: list[Line] = []

    def make(said: str = "", **more: int) -> Line:
        made.append(Line(server, **more))
        made[-1].say(said)
        return made[-1]

    yield make
    for line in made:
        line.socket.close()


@pytest.fixture
def ask(server: uvicorn.Server) -> Callable[[], None]:
    """Somebody else, who is answered meanwhile."""
    host, port = server.servers[0].sockets[0].getsockname()

    def meanwhile() -> None:
        assert httpx.get(f"http://{host}:{port}/readyz", timeout=30).status_code == 200

    return meanwhile


def dripped(line: Line, drop: bytes, times: int = 200) -> bytes:
    """Send a little again and again until the other side says something, or ends."""
    for _ in range(times):
        line.say(drop)
        if (heard := line.pause(SECONDS / 10)) is not None:
            return heard + line.rest() if heard else heard
    raise AssertionError("it would have gone on for ever")


SLOW: dict[str, tuple[str, bytes]] = {
    "a head that comes letter by letter": ("GET /healthz HTTP/1.1\r\nX-Long: ", b"a"),
    "a head of short lines": ("GET /healthz HTTP/1.1\r\n", b"a: b\r\n"),
    "a body that comes byte by byte": (f"{POST}Content-Length: 9000\r\n\r\n", b" "),
    "a body of small chunks": (CHUNKED, b"1\r\n \r\n"),
    "a chunk that never ends": (f"{CHUNKED}1000\r\n", b" "),
    "lines after a body": (f"{CHUNKED}2\r\n{{}}\r\n0\r\n", b"a: b\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", SLOW)
def test_who_is_too_slow_is_told_and_ended(connect: Connect, ask: Callable[[], None], name: str) -> None:
    begun, drop = SLOW[name]
    lines = [connect(begun) for _ in range(40)]
    ask()
    heard = dripped(lines[0], drop)
    assert heard.startswith(b"HTTP/1.1 408 "), heard
    assert b"/problems/too-slow" in heard
    for line in lines[1:]:
        assert line.rest().startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("begun", ["", "\r\n"])
def test_who_begins_nothing_is_ended_too(connect: Connect, begun: str) -> None:
    line = connect(begun)
    assert line.rest() == b""
    again = connect("GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n")
    assert again.hear(b'"ok"').startswith(b"HTTP/1.1 200")
    assert dripped(again, b"\r\n") == b""


def test_who_sends_on_after_the_answer_is_ended(connect: Connect) -> None:
    line = connect(f"{POST}Content-Length: 100000000\r\n\r\n")
    assert line.hear(b"}").startswith(b"HTTP/1.1 413")
    assert dripped(line, bytes(10_000), times=20_000) == b""


LONG: dict[str, tuple[str, bytes, int]] = {
    "an address of megabytes": ("GET /", b"a" * 100_000, 431),
    "a header of megabytes": ("GET / HTTP/1.1\r\nX-Long: ", b"a" * 100_000, 431),
    "headers without end": ("GET / HTTP/1.1\r\n", b"a: b\r\n" * 10_000, 431),
    "lines without end after a body": (f"{CHUNKED}2\r\n{{}}\r\n0\r\n", b"a: b\r\n" * 10_000, 431),
    "chunks with long remarks": (CHUNKED, b"1;" + b"a" * 10_000 + b"\r\n \r\n", 431),
}


@pytest.mark.parametrize("name", LONG)
def test_a_head_has_an_end(connect: Connect, name: str) -> None:
    begun, more, status = LONG[name]
    line = connect(begun)
    for _ in range(40):
        line.say(more)
    assert (line.pause(30) or b"").startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize(("language", "says"), [("zh", "请求发送过慢"), ("en", "The request came too slowly")])
def test_it_is_told_as_every_refusal_is(connect: Connect, language: str, says: str) -> None:
    line = connect(f"{POST}Accept-Language: {language}\r\nContent-Length: 9\r\n\r\n")
    head, _, body = line.rest().partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    told = json.loads(body)
    assert (told["type"], told["status"]) == ("/problems/too-slow", 408)
    assert says in told["detail"]


def test_a_head_as_long_as_may_be_is_read(connect: Connect) -> None:
    line = connect(f"GET /healthz?{'a' * 30_000} HTTP/1.1\r\nHost: here\r\nX-Long: {'a' * 30_000}\r\n\r\n")
    assert line.hear(b'"ok"').startswith(b"HTTP/1.1 200")


def test_who_sends_slowly_but_steadily_is_waited_for(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "body_seconds", 1)
    line, body = connect(), b'{"number": "0000"' + b" " * 12_000 + b"}"
    line.say(f"{POST}Content-Length: {len(body)}\r\n\r\n")
    for part in range(0, len(body), 3_000):
        assert line.pause(1 / 4) is None
        line.say(body[part : part + 3_000])
    assert line.hear(b"\r\n").startswith(b"HTTP/1.1 422")


def test_requests_one_behind_the_other_are_each_answered(connect: Connect) -> None:
    line = connect()
    body = f"{POST}Content-Length: 2\r\n\r\n{{}}"
    line.say(body, body, "GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
    heard = line.rest()
    assert [heard.count(status) for status in (b"HTTP/1.1 422", b"HTTP/1.1 200")] == [2, 1]


def test_who_does_not_take_the_answer_is_ended(
    server: uvicorn.Server, connect: Connect, ask: Callable[[], None]
) -> None:
    before = len(server.server_state.connections) + 1
    lines = [connect(room=4_096) for _ in range(10)]
    for line in lines:
        line.say("GET /openapi.json HTTP/1.1\r\nHost: here\r\n\r\n" * 20)
    gone = connect()
    for _ in range(100):
        gone.pause(SECONDS / 5)
        ask()
        if len(server.server_state.connections) <= before:
            break
    assert len(server.server_state.connections) <= before


def test_a_thousand_connections_do_not_take_all_there_are() -> None:
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, most))
        make_room()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (min(most % 2**63, MOST_FILES), most)  # no limit is -1
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))


def test_an_expected_body_is_sent_for_only_once_its_caller_is_known(connect: Connect, cast: Cast) -> None:
    head = "POST /v1/cases HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
    line = connect(f"{head}Expect: 100-continue\r\n\r\n")
    assert line.hear(b"\r\n").startswith(b"HTTP/1.1 401")
    token = cast("li.window").token
    known = connect(f"{head}Authorization: Bearer {token}\r\nIdempotency-Key: a\r\nExpect: 100-continue\r\n\r\n")
    assert known.hear(b"\r\n\r\n").startswith(b"HTTP/1.1 100")
    known.say("{}")
    assert known.hear(b"\r\n").startswith(b"HTTP/1.1 422")
    known.socket.close()

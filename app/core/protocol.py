"""HTTP/1.1 as uvicorn speaks it, with an end to everything that a client may drag out: the head of a request, its body, and
taking the answer. Whoever is too slow or too long is told so where that is still possible, and the connection ends."""

import asyncio
import json
from collections.abc import Callable
from enum import Enum
from typing import Any

import httptools
from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.core.errors import HeadTooLarge, Problem, TooSlow
from app.core.http import PROBLEM_JSON, language
from app.core.settings import settings

MOST_OF_HEAD = 65_536  # bytes: the address, headers, and whatever else of a request is no body
SLOWEST = 8_000  # bytes a second: a body, or an answer, that moves so fast is waited for
LEFT_OVER = 5.0  # seconds to see the answer for who still sends


class Part(Enum):
    """Of a request."""

    HEAD = "head"
    BODY = "body"


class TimelyProtocol(HttpToolsProtocol):
    """One connection. A timer runs while the client owes something: nothing is asked of one who waits for an answer."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._timer: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None
        self._since = 0.0
        self._part: Part | None = None  # of the request that comes now; None: none comes
        self._seen = self._body = self._head = 0  # bytes of this request in all, of its body, of its head as parsed

    # --- What is owed, and until when

    def _owe(self, seconds: float, late: Callable[[], None]) -> None:
        self._settle()
        self._timer = self.loop.call_later(seconds, late)

    def _settle(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late_head(self) -> None:
        if self._part is None:
            self.transport.close()
        else:
            self._refuse(_too_slow())

    def _late_body(self) -> None:
        waits_for_us = self.flow.read_paused or self.cycle.waiting_for_100_continue
        if waits_for_us:
            self._since, self._body = self.loop.time(), 0
        left = self._since + settings().body_seconds + self._body / SLOWEST - self.loop.time()
        if left > 0:
            self._owe(left, self._late_body)
        else:
            self._refuse(_too_slow())

    @property
    def _answering(self) -> bool:
        return self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete

    def _refuse(self, problem: Problem) -> None:
        """Answer on the bare connection, unless an answer is on its way, and end it. The application sees that nobody is
        there any more."""
        self._settle()
        if self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self._answering:
            self.transport.abort()
            return
        scope = {"type": "http", "headers": self.headers or []}
        body = json.dumps(problem.document(language(Request(scope)), "/"), ensure_ascii=False).encode()
        head = f"content-type: {PROBLEM_JSON}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[problem.status] + head.encode() + body)
        self.transport.close()

    # --- The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """asyncio."""
        super().connection_made(transport)
        self._owe(settings().head_seconds, self._late_head)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio."""
        super().connection_lost(exc)
        self._settle()
        self._stop_watching()

    def data_received(self, data: bytes) -> None:
        """asyncio."""
        if self._timer is None and self._part is None:  # also of blank lines, which begin no request
            self._owe(settings().head_seconds, self._late_head)
        self._seen += len(data)
        super().data_received(data)
        if self._part is not None and self._seen - 2 * self._body > MOST_OF_HEAD:
            self._refuse(_head_too_large())

    def send_400_response(self, msg: str) -> None:
        """What uvicorn answers to what is no HTTP; also when a callback below refuses to go on."""
        if self._head > MOST_OF_HEAD:
            self._refuse(_head_too_large())
        elif self._answering:
            self.transport.abort()
        else:
            super().send_400_response(msg)

    # --- The request, as the parser finds it

    def on_message_begin(self) -> None:
        """httptools."""
        super().on_message_begin()
        self._part = Part.HEAD
        self._seen = self._body = self._head = 0
        if self._timer is None:
            self._owe(settings().head_seconds, self._late_head)

    def on_url(self, url: bytes) -> None:
        """httptools."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """httptools; also for what follows a body in chunks."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def _count(self, more: int) -> None:
        self._head += more
        if self._head > MOST_OF_HEAD:
            raise httptools.HttpParserError("the head of the request is too long")

    def on_headers_complete(self) -> None:
        """httptools."""
        super().on_headers_complete()
        self._part, self._since = Part.BODY, self.loop.time()
        self._owe(settings().body_seconds, self._late_body)

    def on_body(self, body: bytes) -> None:
        """httptools."""
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """httptools."""
        super().on_message_complete()
        self._part = None
        self._settle()

    # --- The answer

    def on_response_complete(self) -> None:
        """uvicorn. Who was answered before all was sent has a moment to see it."""
        super().on_response_complete()
        if self._part is Part.BODY and self.cycle.response_complete:
            self._owe(LEFT_OVER, self.transport.abort)

    def pause_writing(self) -> None:
        """asyncio: the client does not take what is sent."""
        super().pause_writing()
        self._watch_taking(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """asyncio."""
        super().resume_writing()
        self._stop_watching()

    def _stop_watching(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _watch_taking(self, left: int) -> None:
        """End the connection of who takes less than `SLOWEST`; `left`: the bytes that wait now."""

        def look() -> None:
            now_left = self.transport.get_write_buffer_size()
            if now_left > left - SLOWEST * seconds:
                self.transport.abort()
            else:
                self._watch_taking(now_left)

        seconds = settings().body_seconds
        self._taking = self.loop.call_later(seconds, look)


def _too_slow() -> Problem:
    return TooSlow(
        "请求发送过慢，连接已关闭，请重试。", "The request came too slowly; the connection is closed. Retry."
    )


def _head_too_large() -> Problem:
    return HeadTooLarge(
        f"请求行和请求头合计不得超过 {MOST_OF_HEAD} 字节。",
        f"The address and headers of a request may hold {MOST_OF_HEAD} bytes altogether.",
    )

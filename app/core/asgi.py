"""What wraps every request: an id, one log line without personal data, a bound on the body, figures for /metrics."""

import json
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import structlog
from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException

from app.core.errors import Internal, Problem, TooLarge, UnsupportedMedia

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

REQUESTS = Counter("gridcase_requests", "Requests by method, route and status", ["method", "route", "status"])
SECONDS = Histogram("gridcase_request_seconds", "Time to answer, by route", ["route"])
REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{1,64}$")
JSON_TYPE = re.compile(rb"^application/([a-z0-9.-]+\+)?json$")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class BodyPolicy:
    """The bodies that an address takes: at most `most` bytes, of a media type that matches; else these refusals."""

    most: int
    media: re.Pattern[bytes]
    too_large: TooLarge
    unsupported: UnsupportedMedia


class RequestMiddleware:
    """The outermost layer. `json` are the bodies taken everywhere, but for the paths in `others`."""

    def __init__(self, app: App, json: BodyPolicy, others: Mapping[re.Pattern[str], BodyPolicy] | None = None) -> None:
        self.app = app
        self.json, self.others = json, others or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counted and bounded."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id = given.decode() if REQUEST_ID.match(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        start, answer = time.perf_counter(), _Answer(scope["path"], request_id, send)
        takes = next((t for path, t in self.others.items() if path.fullmatch(scope["path"])), self.json)
        try:
            refused = _refusal(takes, scope, headers)
            if refused is not None:
                await _say(refused, scope, answer.send)
            else:
                await self.app(scope, _bounded(takes, receive), answer.send)
        except BodyTooLargeError as error:
            await _say(error.problem, scope, answer.send)
        except Exception as error:
            # Answered here: the server would print the message, and that may hold what people wrote.
            log.error("fault", error=type(error).__name__, exc_info=error)
            if answer.started:
                raise _BrokenOffError from None
            await _say(Internal("服务出错，已记录。", "A fault of the service; it was logged."), scope, answer.send)
        finally:
            seconds = time.perf_counter() - start
            route = getattr(scope.get("route"), "path", "unknown")
            REQUESTS.labels(scope["method"], route, str(answer.status)).inc()
            SECONDS.labels(route).observe(seconds)
            log.info("request", method=scope["method"], route=route, status=answer.status, ms=round(seconds * 1000, 1))


def _refusal(takes: BodyPolicy, scope: Scope, headers: dict[bytes, bytes]) -> TooLarge | UnsupportedMedia | None:
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > takes.most:
        return takes.too_large
    has_body = length != b"0" or b"transfer-encoding" in headers
    media = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    if scope["method"] in ("POST", "PUT", "PATCH") and has_body and not takes.media.match(media):
        return takes.unsupported
    return None


def _bounded(takes: BodyPolicy, receive: Receive) -> Receive:
    seen = 0

    async def receiving() -> MutableMapping[str, Any]:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > takes.most:
            raise BodyTooLargeError(takes.too_large)
        return message

    return receiving


class _Answer:
    """What has been told so far; puts the headers on it that every answer carries."""

    def __init__(self, path: str, request_id: str, send: Send) -> None:
        self.status, self.started = 500, False
        self._send = send
        self._own = [(b"x-request-id", request_id.encode()), (b"x-content-type-options", b"nosniff")]
        self._private = path.startswith("/v1/")

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Pass a part of the answer on."""
        if message["type"] == "http.response.start":
            self.status, self.started = message["status"], True
            message["headers"] = [*message["headers"], *self._own]
            # At a shared desk no browser keeps one caller's answers for the next.
            if self._private and all(name.lower() != b"cache-control" for name, _ in message["headers"]):
                message["headers"].append((b"cache-control", b"no-store"))
        await self._send(message)


class _BrokenOffError(Exception):
    """A fault after the reply had begun: nothing more can be told, the connection ends."""


class BodyTooLargeError(HTTPException):
    """Raised while reading a body that named no length; answered with 413 wherever it surfaces."""

    def __init__(self, problem: TooLarge) -> None:
        super().__init__(status_code=413)
        self.problem = problem


async def _say(problem: Problem, scope: Scope, send: Send) -> None:
    spoken = dict(scope["headers"]).get(b"accept-language", b"").lower()
    body = json.dumps(
        problem.document("en" if spoken.startswith(b"en") else "zh", scope["path"]), ensure_ascii=False
    ).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

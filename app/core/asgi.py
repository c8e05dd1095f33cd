"""What wraps every request: an id, one log line without personal data, a bound on the body, figures for /metrics."""

import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import Internal, TooLarge, UnsupportedMedia
from app.core.http import BodyRefused, problem_response

REQUESTS = Counter("gridcase_requests", "Requests by method, route and status", ["method", "route", "status"])
SECONDS = Histogram("gridcase_request_seconds", "Time to answer, by route", ["route"])
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
JSON_TYPE = re.compile(r"application/([a-z0-9.-]+\+)?json")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class BodyPolicy:
    """The bodies that an address takes: at most `most` bytes, of a media type that fits; else these refusals."""

    most: int
    media: re.Pattern[str]
    too_large: TooLarge
    unsupported: UnsupportedMedia


class RequestMiddleware:
    """The outermost layer. `json` are the bodies taken everywhere, but for the paths in `others`."""

    def __init__(
        self, app: ASGIApp, json: BodyPolicy, others: Mapping[re.Pattern[str], BodyPolicy] | None = None
    ) -> None:
        self.app = app
        self.json, self.others = json, others or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counted and bounded."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        path, given = scope["path"], request.headers.get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        start, answer = time.perf_counter(), _Answer(path, request_id, send)
        takes = next((t for of, t in self.others.items() if of.fullmatch(path)), self.json)
        try:
            refused = _refusal(takes, request.method, request.headers)
            if refused is not None:
                raise BodyRefused(refused)
            await self.app(scope, _bounded(takes, receive), answer.send)
        except BodyRefused as error:
            await problem_response(request, error.problem)(scope, receive, answer.send)
        except Exception as error:
            # Answered here: the server would print the message, and that may hold what people wrote.
            log.error("fault", error=type(error).__name__, exc_info=error)
            if answer.started:
                raise _BrokenOffError from None
            fault = Internal("服务出错，已记录。", "A fault of the service; it was logged.")
            await problem_response(request, fault)(scope, receive, answer.send)
        finally:
            seconds = time.perf_counter() - start
            route = getattr(scope.get("route"), "path", "unknown")
            REQUESTS.labels(request.method, route, str(answer.status)).inc()
            SECONDS.labels(route).observe(seconds)
            log.info("request", method=request.method, route=route, status=answer.status, ms=round(seconds * 1000, 1))


def _refusal(takes: BodyPolicy, method: str, headers: Headers) -> TooLarge | UnsupportedMedia | None:
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > takes.most:
        return takes.too_large
    has_body = length != "0" or "transfer-encoding" in headers
    media = headers.get("content-type", "").split(";")[0].strip().lower()
    if method in ("POST", "PUT", "PATCH") and has_body and not takes.media.fullmatch(media):
        return takes.unsupported
    return None


def _bounded(takes: BodyPolicy, receive: Receive) -> Receive:
    seen = 0

    async def receiving() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > takes.most:
            raise BodyRefused(takes.too_large)
        return message

    return receiving


class _Answer:
    """What has been told so far; puts the headers on it that every answer carries."""

    def __init__(self, path: str, request_id: str, send: Send) -> None:
        self.status, self.started = 500, False
        self._send, self._request_id = send, request_id
        self._private = path.startswith("/v1/")

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on."""
        if message["type"] == "http.response.start":
            self.status, self.started = message["status"], True
            headers = MutableHeaders(scope=message)
            headers.update({"x-request-id": self._request_id, "x-content-type-options": "nosniff"})
            if self._private:  # at a shared desk no browser keeps one caller's answers for the next
                headers.setdefault("cache-control", "no-store")
        await self._send(message)


class _BrokenOffError(Exception):
    """A fault after the reply had begun: nothing more can be told, the connection ends."""

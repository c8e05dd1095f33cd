"""What wraps every request: an id, one log line without personal data, what its body may be, figures for /metrics."""

import re
import time
import uuid
from collections.abc import Callable, Mapping

import structlog
from fastapi.routing import APIRoute
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.bounds import Bounds, json_bounds, judge
from app.core.errors import Internal, Problem, TooLarge, UnsupportedMedia
from app.core.http import OF_THE_DATABASE, BodyRefused, current_actor, find_actor, problem_of, problem_response
from app.core.precompiled import dependants

REQUESTS = Counter("gridcase_requests", "Requests by method, route and status", ["method", "route", "status"])
SECONDS = Histogram("gridcase_request_seconds", "Time to answer, by route", ["route"])
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})  # what callers invent is one more
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
log = structlog.get_logger()


class RequestMiddleware:
    """The outermost layer. `others` are the bounds, by path, of bodies that are no JSON."""

    def __init__(self, app: ASGIApp, others: Mapping[re.Pattern[str], Bounds]) -> None:
        self.app = app
        self.others = others
        self._bounds: dict[tuple[str, str], Bounds] = {}

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
        try:
            await self.app(scope, _Body(request, receive, self._bounds_of).receive, answer.send)
        except Exception as error:
            # Answered here: the server would print the message, and that may hold what people wrote.
            log.error("fault", error=type(error).__name__, exc_info=error)
            if answer.started:
                raise _BrokenOffError from None
            await problem_response(request, _fault())(scope, receive, answer.send)
        finally:
            seconds = time.perf_counter() - start
            route = getattr(scope.get("route"), "path", "unknown")
            method = request.method if request.method in METHODS else "other"
            REQUESTS.labels(method, route, str(answer.status)).inc()
            SECONDS.labels(route).observe(seconds)
            log.info("request", method=method, route=route, status=answer.status, ms=round(seconds * 1000, 1))

    def _bounds_of(self, scope: Scope) -> Bounds:
        """Those of the route that was found for a request."""
        route = scope.get("route")
        if not isinstance(route, APIRoute):
            return json_bounds(None, signed=False)
        name = (scope["method"], route.path)
        if name not in self._bounds:
            signed = current_actor in [its.call for its in dependants(route.dependant)]
            other = next((taken for of, taken in self.others.items() if of.fullmatch(scope["path"])), None)
            body = route.body_field.field_info.annotation if route.body_field else None
            self._bounds[name] = other or json_bounds(body, signed=signed)
        return self._bounds[name]


class _Body:
    """The body of a request: not a byte of it is taken before its caller is known, and it is handed on whole, once it is
    found to be no larger and no deeper than its address takes."""

    def __init__(self, request: Request, receive: Receive, bounds_of: Callable[[Scope], Bounds]) -> None:
        self._request, self._receive, self._bounds_of = request, receive, bounds_of
        self._taken = False

    async def receive(self) -> Message:
        """ASGI. Raises BodyRefused, which is answered wherever a body is read."""
        if self._taken:
            return await self._receive()
        self._taken = True
        try:
            return await self._whole(self._bounds_of(self._request.scope))
        except (Problem, *OF_THE_DATABASE) as error:
            raise BodyRefused(problem_of(error)) from error
        except Exception as error:  # which the framework would take for a body that it cannot read
            log.error("fault", error=type(error).__name__, exc_info=error)
            raise BodyRefused(_fault()) from error

    async def _whole(self, bounds: Bounds) -> Message:
        if bounds.signed:
            await find_actor(self._request)
        _check_head(bounds, self._request.headers)
        body, more = bytearray(), True
        while more:
            message = await self._receive()
            if message["type"] != "http.request":
                return message
            body += message.get("body", b"")
            if len(body) > bounds.bytes:
                raise TooLarge(bounds.too_large.zh, bounds.too_large.en)
            more = message.get("more_body", False)
        if body and bounds.members is not None:
            judge(body, bounds.members)
        return {"type": "http.request", "body": bytes(body), "more_body": False}


def _fault() -> Internal:
    return Internal("服务出错，已记录。", "A fault of the service; it was logged.")


def _check_head(bounds: Bounds, headers: Headers) -> None:
    """Raises what the head alone shows to be too large, or of another type."""
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > bounds.bytes:
        raise TooLarge(bounds.too_large.zh, bounds.too_large.en)
    has_body = length != "0" or "transfer-encoding" in headers
    media = headers.get("content-type", "").split(";")[0].strip().lower()
    if has_body and not bounds.media.fullmatch(media):
        raise UnsupportedMedia(bounds.unsupported.zh, bounds.unsupported.en)


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

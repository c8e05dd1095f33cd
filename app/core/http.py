"""FastAPI glue: who asks, which language, which connection, and one shape for every problem."""

import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import asyncpg
import structlog
from fastapi import Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException

from app.core import errors
from app.core.access import Actor, Permission
from app.core.addresses import client_address
from app.core.bounds import escape
from app.core.calls import Call as Call
from app.core.database import Connection, Database
from app.core.errors import Problem, Words

PROBLEM_JSON = "application/problem+json"
INSTANT, CALLER = "gridcase.instant", "gridcase.caller"  # where a request keeps what is found out once
log = structlog.get_logger()
bearer = HTTPBearer(auto_error=False, description="Access token from POST /v1/tokens, or an API key")


def machine_clock() -> datetime:
    """The present instant of this machine."""
    return datetime.now(UTC)


async def now(request: Request) -> datetime:
    """The instant of a request, taken once at the edge from the application's clock (which tests set)."""
    if INSTANT not in request.scope:
        request.scope[INSTANT] = request.app.state.clock()
    return request.scope[INSTANT]  # type: ignore[no-any-return]


def language(request: Request) -> str:
    """`zh` unless the first language the caller accepts is English."""
    return "en" if request.headers.get("accept-language", "").strip().lower().startswith("en") else "zh"


async def accepted_language(request: Request) -> str:
    """`language` as a dependency: a plain function would cost a thread."""
    return language(request)


Now = Annotated[datetime, Depends(now)]


def credential(request: Request) -> str:
    """What the caller shows: a token or an API key, or nothing."""
    scheme, shown = get_authorization_scheme_param(request.headers.get("authorization"))
    return shown if scheme.lower() == "bearer" and shown.isascii() and shown.isprintable() else ""


async def caller(request: Request, at: Now) -> Actor | errors.Unauthenticated:
    """Who calls, or why nobody: looked up once a request, and before any connection is taken. Who waited for a second
    connection while holding one would starve the pool."""
    if CALLER not in request.scope:
        request.scope[CALLER] = await _look_up(request, at)
    return request.scope[CALLER]  # type: ignore[no-any-return]


async def _look_up(request: Request, at: datetime) -> Actor | errors.Unauthenticated:
    shown = credential(request)
    if not shown:
        return errors.Unauthenticated("请登录或提供密钥。", "Send a token from POST /v1/tokens, or an API key.")
    try:
        actor: Actor = await request.app.state.callers.find(shown, at)
    except errors.Unauthenticated as refused:
        return refused
    structlog.contextvars.bind_contextvars(actor=actor.id)
    return replace(actor, at=at)


Caller = Annotated[Actor | errors.Unauthenticated, Depends(caller)]


async def current_actor(
    who: Caller, _: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)] = None
) -> Actor:  # fmt: skip
    """The caller, from an access token or an API key; raises Unauthenticated."""
    if isinstance(who, errors.Unauthenticated):
        raise who
    return who


async def find_actor(request: Request) -> Actor:
    """The same, for who asks before the dependencies are solved: no body is taken from a stranger."""
    return await current_actor(await caller(request, await now(request)))


async def _look_first(request: Request) -> None:
    """The city's rules are read before a connection is taken, like the caller: while they are not at hand, eight requests that
    each held one would wait for a ninth."""
    await request.app.state.reference.get(await now(request))


async def read(request: Request, who: Caller) -> AsyncIterator[Connection]:
    """A connection in autocommit, under the role that writes nothing."""
    await _look_first(request)
    database: Database = request.app.state.reader
    async with database.turns.turn(_named(request, who)), database.connection() as connection:
        yield connection


async def write(request: Request, who: Caller) -> AsyncIterator[Connection]:
    """A transaction that is committed before the reply leaves (scope=function; kept by a test)."""
    await _look_first(request)
    database: Database = request.app.state.database
    async with database.turns.turn(_named(request, who)), database.gathering() as connection:
        yield connection


async def write_accounts(request: Request, who: Caller) -> AsyncIterator[Connection]:
    """The same under the role of accounts: log-ins end, seats change hands."""
    await _look_first(request)
    database: Database = request.app.state.accounts
    async with database.turns.turn(_named(request, who)), database.gathering() as connection:
        yield connection


async def read_figures(request: Request, who: Caller) -> AsyncIterator[Connection]:
    """A connection in autocommit under the role that only counts."""
    await _look_first(request)
    database: Database = request.app.state.figures
    async with database.turns.turn(_named(request, who)), database.connection() as connection:
        yield connection


def _named(request: Request, who: Actor | errors.Unauthenticated) -> str:
    """By what name a caller takes turns."""
    return who.who if isinstance(who, Actor) else client_address(request)


async def database(request: Request) -> Database:
    """For who holds a connection for a part of the request alone, and none while a file is made or a password proved."""
    return request.app.state.database  # type: ignore[no-any-return]


async def reader(request: Request) -> Database:
    """The same for who only reads."""
    return request.app.state.reader  # type: ignore[no-any-return]


Read = Annotated[Connection, Depends(read, scope="function")]
Write = Annotated[Connection, Depends(write, scope="function")]
WriteAccounts = Annotated[Connection, Depends(write_accounts, scope="function")]
ReadFigures = Annotated[Connection, Depends(read_figures, scope="function")]
ThisDatabase = Annotated[Database, Depends(database)]
DatabaseToRead = Annotated[Database, Depends(reader)]
Language = Annotated[str, Depends(accepted_language)]


def requires(permission: Permission) -> Callable[[Actor], Awaitable[Actor]]:
    """A dependency that gives the caller when some post grants `permission`; raises Forbidden."""

    async def check(actor: Annotated[Actor, Depends(current_actor)]) -> Actor:
        if not actor.may(permission):
            raise errors.Forbidden(
                f"您的岗位没有 {permission} 权限。", f"None of your posts grants {permission}.", needs=permission.value
            )
        return actor

    check.permission = permission  # type: ignore[attr-defined]  # read by the house test and the OpenAPI texts
    return check


async def reference(request: Request, at: Now) -> object:
    """The city's rules as last read (`main` installs the source)."""
    return await request.app.state.reference.get(at)


Signed = Annotated[Actor, Depends(current_actor)]


KEY_PLACE, VERSION_PLACE = "#/header/Idempotency-Key", "#/header/If-Match"
KEY_RULES = "1 to 128 printable ASCII characters; a repeat within 30 days returns the first answer"
IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", max_length=130, description=KEY_RULES, examples=["7c0f2b6e-window-3"])
]
Version = Annotated[
    str | None, Header(alias="If-Match", max_length=40, description="The ETag last seen", examples=['"3"'])
]


def idempotency_key(value: str | None) -> str:
    """The key without its structured-field quotes; raises KeyMissing or Invalid."""
    if value is None:
        raise errors.KeyMissing(
            "写请求须带 Idempotency-Key 请求头。", "Send an Idempotency-Key header: a fresh value for each new write."
        )
    key = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
    if not 1 <= len(key) <= 128 or not key.isascii() or not key.isprintable():
        raise errors.Invalid(f"Idempotency-Key：{KEY_RULES}", f"Idempotency-Key: {KEY_RULES}", pointer=KEY_PLACE)
    return key


async def call(request: Request, actor: Signed, at: Now, said: Language, key: IdempotencyKey = None) -> Call:
    """The parts of a write that are the same for every route."""
    body = await request.body()
    asked = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    digest = hashlib.sha256(f"{request.method} {asked}\n".encode() + body).digest()
    return Call(actor=actor, key=idempotency_key(key), request_hash=digest, now=at, language=said)


async def version(value: Version = None) -> int:
    """The version a change is based on; raises VersionMissing or Invalid."""
    if value is None:
        raise errors.VersionMissing(
            "修改须带 If-Match 请求头（上次读到的 ETag）。", "Send If-Match with the ETag you last saw."
        )
    text = value.removeprefix("W/").strip().strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise errors.Invalid(
            'If-Match 应为 ETag，例如 "3"。', 'If-Match takes an ETag such as "3".', pointer=VERSION_PLACE
        )
    return int(text)


ThisCall = Annotated[Call, Depends(call)]
ThisVersion = Annotated[int, Depends(version)]


def download(content: bytes, media_type: str, filename: str) -> Response:
    """A file to be saved: never shown as a page of this service, never cached on the way."""
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    headers = {
        "Content-Disposition": f'attachment; filename="{filename}"',
        "Content-Digest": f"sha-256=:{digest}:",
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(content, media_type=media_type, headers=headers)


def problem_response(request: Request, problem: Problem) -> Response:
    """The problem as `application/problem+json` in the caller's language."""
    document = problem.document(language(request), request.scope["path"])
    return JSONResponse(document, problem.status, headers=dict(problem.headers), media_type=PROBLEM_JSON)


TYPES_ZH = {
    "missing": "缺少该项", "extra_forbidden": "不认识的字段", "string_too_long": "文字过长", "string_too_short": "文字过短",
    "json_invalid": "不是有效的 JSON", "enum": "不在可选值之内", "literal_error": "不在可选值之内",
    "string_type": "应为文字", "list_type": "应为列表", "finite_number": "应为有限的数", "uuid_parsing": "不是有效的 UUID",
    "string_pattern_mismatch": "格式不符", "int_parsing": "应为整数", "too_long": "项目过多", "string_unicode": "含有非法字符",
    "greater_than_equal": "数值过小", "less_than_equal": "数值过大", "datetime_parsing": "时间格式不符",
    "timezone_aware": "时间须带时区",
    "float_parsing": "应为数", "bool_parsing": "应为 true 或 false", "model_attributes_type": "应为对象",
}  # fmt: skip


async def on_invalid(request: Request, error: Exception) -> Response:
    """Pydantic's findings as one problem; what was sent is not repeated."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    if broken := next((e for e in found if e["type"] == "json_invalid"), None):
        place = broken["loc"][-1]
        zh, en = (
            f"请求体不是有效的 JSON（第 {place} 个字符处）。",
            f"The body is not valid JSON, from character {place} on.",
        )
        return problem_response(request, errors.BadRequest(zh, en))
    places = found_places(found, language(request))
    invalid = errors.Invalid("请按 errors 所列逐项修改。", "Fix the fields listed in `errors`.", errors=places)
    return problem_response(request, invalid)


def found_places(found: Sequence[ErrorDetails], said: str) -> list[dict[str, str]]:
    """Pydantic's findings as JSON pointers with a sentence each."""
    places = []
    for finding in found[:50]:
        code, en = finding["type"], finding["msg"]
        zh = finding["ctx"]["zh"] if code == "unfit" else TYPES_ZH.get(code, "值无效")
        pointer = "#/" + "/".join(escape(str(part)) for part in finding["loc"])
        places.append({"pointer": pointer, "detail": Words(f"{zh}（{en}）", en).say(said), "code": code})
    return places


async def on_problem(request: Request, error: Exception) -> Response:
    """Our own refusals."""
    known = error if isinstance(error, Problem) else errors.Internal("服务出错。", "A fault of the service.")
    return problem_response(request, known)


class BodyRefused(HTTPException):
    """Raised while a body is read; answered as `problem` says wherever it surfaces."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.status)
        self.problem = problem


async def on_http(request: Request, error: Exception) -> Response:
    """What the framework refuses: unknown paths and methods, bodies that it cannot read."""
    if isinstance(error, BodyRefused):
        return problem_response(request, error.problem)
    status = error.status_code if isinstance(error, HTTPException) else 500
    unreadable = errors.BadRequest(
        "请求体无法读取：应为 UTF-8 编码的 JSON，嵌套不可过深，数字不可过长。",
        "The body cannot be read: send JSON in UTF-8, not deeply nested, without endless numbers.",
    )
    known: dict[int, Problem] = {
        404: errors.no_such_address(),
        405: errors.MethodNotAllowed("该地址不支持此方法。", "This address does not take that method; see /docs."),
    }
    response = problem_response(request, known.get(status, unreadable))
    response.headers.update(getattr(error, "headers", None) or {})
    if status == 405 and (methods := _methods(request)):
        response.headers["Allow"] = ", ".join(sorted(methods))
    return response


def _methods(request: Request) -> set[str]:
    """All methods of an address: the framework names those of its first route alone."""
    found: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.methods and route.path_regex.match(request.url.path):
            found |= route.methods
    return found


async def on_database(request: Request, error: Exception) -> Response:
    """What the database refuses."""
    return problem_response(request, problem_of(error))


def problem_of(error: Exception) -> Problem:
    """A problem as it is, and what the database refuses: a constraint that fails at commit is a conflict, not a fault."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, (asyncpg.DataError, UnicodeEncodeError)):
        return errors.Invalid(
            "含有无法存储的字符或数值。", "A value holds characters or numbers that cannot be stored (such as NUL)."
        )
    if getattr(error, "constraint_name", None) == "pk_idempotency":
        # the first request was committed while this one looked: its repeat gets the answer
        return errors.in_flight()
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        log.info("constraint", constraint=getattr(error, "constraint_name", None))
        return errors.Conflict(
            "与现有数据冲突，请重新读取后再试。",
            "This conflicts with what is stored; read again and retry.",
            constraint=getattr(error, "constraint_name", None),
        )
    if isinstance(error, (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)):
        return errors.InFlight("与另一请求冲突，请重试。", "Another request changed the same thing; retry.")
    log.error("database", error=type(error).__name__, exc_info=error)
    return errors.Unavailable("数据库暂不可用，未作任何更改，请稍后重试。", "The database is unavailable; retry.")


OF_THE_DATABASE = (asyncpg.PostgresError, asyncpg.InterfaceError, UnicodeEncodeError, OSError, TimeoutError)


def install(app: FastAPI) -> None:
    """One handler a family of errors."""
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    for family in OF_THE_DATABASE:
        app.add_exception_handler(family, on_database)

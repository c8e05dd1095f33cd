"""The service: routers mounted, problems installed, the database opened. The only module that knows every capability."""

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module, metadata
from importlib.resources import files
from importlib.util import find_spec

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict

from app.attachments import api as attachments
from app.capabilities import compose, grants
from app.core import http
from app.core.asgi import RequestMiddleware
from app.core.database import Database
from app.core.errors import CATALOGUE, Unavailable, no_such_address
from app.core.nearby import is_near, networks
from app.core.openapi import Documented
from app.core.roles import LoginRole
from app.core.settings import settings
from app.intake.actions import RegistrationBatcher
from app.reference.queries import ReferenceCache
from app.staff.callers import Callers

# Their routes are tried before all others: to look through those first would take 0.1 ms a request.
MOST_ASKED = ("cases", "intake")


def create_app(city: str | None = None) -> FastAPI:
    """The application for one city."""
    compose()
    name = city or settings().city

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Database.opened(name, grants()) as opened:
            app.state.database, app.state.city = opened[LoginRole.SERVICE], name
            app.state.reader, app.state.figures = opened[LoginRole.READER], opened[LoginRole.FIGURES]
            app.state.accounts = opened[LoginRole.ACCOUNTS]
            app.state.key_sources = {}
            app.state.callers = Callers(app.state.accounts, name, app.state.key_sources)
            app.state.reference = ReferenceCache(app.state.reader)
            app.state.lane = RegistrationBatcher(app.state.database)
            yield

    _log_as_json()
    capabilities = compose()
    tags = [{"name": tag, "description": words} for one in capabilities for tag, words in one.tags.items()]
    app = Documented(
        title="gridcase", version=metadata.version("gridcase"), lifespan=lifespan, docs_url=None, redoc_url=None,
        redirect_slashes=False, openapi_tags=tags,
        openapi_url="/openapi.json" if settings().docs else None, summary="One-stop intake, routing and follow-through",
    )  # fmt: skip
    app.state.clock = http.machine_clock
    http.install(app)
    app.add_middleware(RequestMiddleware, others=attachments.takes())
    for capability in sorted(capabilities, key=lambda one: one.name not in MOST_ASKED):
        for router in _routers(capability.name):
            app.take(router)
    _mount_house(app)
    _mount_docs(app)
    return app


def create_served_app() -> FastAPI:
    """What a server process serves: the garbage collector leaves alone what stays anyway (measured: an eighth less of the
    processor's time)."""
    app = create_app()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
    return app


def _routers(capability: str) -> tuple[APIRouter, ...]:
    """The routes of a capability: `router` or `routers` of its `api`, if it has one."""
    if find_spec(f"app.{capability}.api") is None:
        return ()
    api = import_module(f"app.{capability}.api")
    return getattr(api, "routers", None) or (api.router,)


def _mount_house(app: FastAPI) -> None:
    """Health, figures, problem catalogue."""

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        try:
            async with app.state.database.connection() as conn:
                revision = await conn.fetchval("select version_num from alembic_version")
        except Exception as error:
            raise Unavailable("数据库未就绪。", "The database is not ready.") from error
        return JSONResponse({"status": "ready", "city": app.state.city, "schema": revision})

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        host = request.client.host if request.client else None
        if not is_near(host, request.headers, networks(settings().metrics_networks)):
            raise no_such_address()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @app.get("/problems/{slug}", include_in_schema=False)
    async def problem(slug: str) -> Response:
        for kind in CATALOGUE:
            if kind.slug == slug:
                return PlainTextResponse(
                    f"{kind.status} {kind.slug}\n{kind.title.zh} / {kind.title.en}\n\n{kind.__doc__}\n"
                )
        return PlainTextResponse("unknown problem\n", 404)


def _mount_docs(app: FastAPI) -> None:
    """The docs with assets of our own (no internet needed); whoever comes to the front page is led there. If wanted."""
    if not settings().docs:
        return
    app.mount("/docs/assets", StaticFiles(directory=str(files("fastapi_offline") / "static")))

    @app.get("/", include_in_schema=False)
    async def front_door() -> Response:
        return RedirectResponse("/docs")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return get_swagger_ui_html(
            openapi_url="/openapi.json", title="gridcase", swagger_js_url="/docs/assets/swagger-ui-bundle.js",
            swagger_css_url="/docs/assets/swagger-ui.css", swagger_favicon_url="/docs/assets/favicon.png",
        )  # fmt: skip


def _without_messages(_: object, __: str, event: EventDict) -> EventDict:
    """An exception is logged as its kind and the lines it passed: locals and messages may hold what people wrote."""
    for raised in event.get("exception", []):
        raised.pop("exc_value", None)
        raised.pop("exc_notes", None)
    return event


def _log_as_json() -> None:
    level = logging.getLevelNamesMapping().get(settings().log_level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)), _without_messages,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )  # fmt: skip

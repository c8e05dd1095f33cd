"""The application as `create_app` makes it for the demo city, in the time of the tests."""

import json
from functools import cache
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from app.main import create_app
from tests.cast import CITY
from tests.databases import once, run_folder
from tests.support.clock import present


def application() -> FastAPI:
    """One of a test's own."""
    made = create_app(CITY)
    made.state.clock = present
    return made


@cache
def shared() -> FastAPI:
    """The one that the fixture `app` gives."""
    return application()


@cache
def document() -> dict[str, Any]:
    """Its OpenAPI document, which takes seconds: one worker makes it for all."""
    file = run_folder() / "openapi.json"
    once("openapi", lambda: file.write_text(json.dumps(shared().openapi())))
    shared().openapi_schema = found = json.loads(file.read_text())
    return dict(found)


def figures_of(client: TestClient) -> str:
    """The figures of the service, as who runs it reads them."""
    return str(TestClient(client.app, client=("127.0.0.1", 50_000)).get("/metrics").text)

"""The application as `create_app` makes it for the demo city, in the time of the tests."""

from functools import cache
from typing import Any

from fastapi import FastAPI

from app.main import create_app
from tests.cast import CITY
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


def document() -> dict[str, Any]:
    """Its OpenAPI document; takes seconds the first time."""
    return shared().openapi()

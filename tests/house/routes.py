"""Every route of the application, as the house tests walk them."""

import re
from typing import Any

from fastapi.routing import APIRoute, iter_route_contexts

# Whoever has no login: logging in, the resident's query, and what a machine or a browser asks before.
_PROXY = tuple(f"/proxy{door}" for door in ("", "/ask", "/authorise", "/decline", "/revoke", "/proof"))
_CASE = (
    "",
    "/notices",
    "/looks",
    "/concerns",
    "/review",
    "/rate",
    "/rate/revoke",
    "/reopen",
    "/go_up",
    "/undo",
    "/correct",
    "/data_requests",
    "/data_requests/withdraw",
    "/data_requests/copy",
    "/code",
)
RESIDENT = {("POST", f"/v1/query{door}") for door in (*_CASE, *_PROXY)}
PUBLIC = {("POST", "/v1/tokens"), *RESIDENT}
HOUSE = {"/", "/healthz", "/readyz", "/metrics", "/problems/{slug}", "/docs"}
SIGNED = {("GET", "/v1/me"), ("POST", "/v1/tokens/revoke")}  # whoever is signed in


def api_routes(app: Any) -> list[tuple[str, str, Any]]:
    """(method, path, dependencies) of every route of the API and of the house."""
    return [
        (method, context.path_format or "", context.dependant)
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute)
        for method in sorted(context.methods or ())
    ]


def filled(path: str) -> str:
    """The path with a well-formed id."""
    path = path.replace("{code}", "150102")
    return re.sub(r"{\w+_id}", "01a206cf-ffd4-701d-98b1-6b2166fde918", path)

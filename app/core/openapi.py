"""The OpenAPI document: what the signatures already say, written down for callers.

Refusals, security and headers are read from a route's dependencies, so that nothing is declared twice; the few refusals
that a signature does not show are named on the route by `may_answer`. Examples of replies are the file `examples.json`
of each capability, by schema.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

import app
from app.core import http
from app.core.errors import CATALOGUE, Problem

ABOUT = """
Residents' petitions, disputes and requests: taken in however they come, sent to the right cell, centre and unit, followed to
a closed case.

Every refusal is `application/problem+json` (RFC 9457); its `type` is served by this service. Texts come in Chinese, or
in English with `Accept-Language: en`. Pages are led on by `Link: rel="next"`. A write carries an `Idempotency-Key`, a
change of an existing case also `If-Match` with the `ETag` last seen. Coordinates are longitude, latitude in degrees.
"""
PARAMETERS: dict[str, dict[str, Any]] = {
    "Idempotency-Key": {
        "name": "Idempotency-Key", "in": "header", "required": True, "description": http.KEY_RULES,
        "schema": {"type": "string", "pattern": "^[!-~]([ -~]{0,126}[!-~])?$"}, "example": "7c0f2b6e-window-3",
    },
    "If-Match": {
        "name": "If-Match", "in": "header", "required": True, "description": "The ETag last seen of the case",
        "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'}, "example": '"3"',
    },
    "Accept-Language": {
        "name": "Accept-Language", "in": "header", "required": False, "description": "Language of texts",
        "schema": {"type": "string", "default": "zh-CN"}, "example": "zh-CN",
    },
}  # fmt: skip
HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {
        "description": "The case's version, for `If-Match`", "required": True,
        "schema": {"type": "string", "pattern": '^"[0-9]+"$'}, "example": '"3"',
    },
    "Link": {
        "description": 'Address of the next page, `rel="next"`; absent on the last page',
        "schema": {"type": "string"}, "example": '</v1/cases?cursor=WyIyMDI2Il0>; rel="next"',
    },
    "Location": {
        "description": "Address of the case", "required": True,
        "schema": {"type": "string", "pattern": "^/v1/cases/[0-9a-f-]{36}$"},
        "example": "/v1/cases/01a206cf-ffd4-701d-98b1-6b2166fde918",
    },
    "Idempotency-Replayed": {
        "description": "Present when an earlier request was answered; this one did nothing",
        "schema": {"type": "string", "const": "true"}, "example": "true",
    },
    "Retry-After": {
        "description": "Seconds to wait before another try", "schema": {"type": "string", "pattern": "^[0-9]+$"},
        "example": "1",
    },
    "WWW-Authenticate": {"description": "How to prove who one is", "schema": {"type": "string"}, "example": "Bearer"},
}  # fmt: skip
PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "Why a request was refused, and what to do next (RFC 9457). Some kinds carry further members.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "The kind of problem; explained there"},
        "title": {"type": "string", "description": "The kind in words"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What is wrong with this request, and what to mend"},
        "instance": {"type": "string", "description": "The path that was asked for"},
        "errors": {
            "type": "array",
            "description": "With 422: each place that must be mended",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer, from `#/body`, `#/query`, `#/header`"},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
        "current": {"type": "object", "description": "With 412: version, status, lead unit, possible steps"},
        "allowed": {"type": "array", "items": {"type": "string"}, "description": "Steps that are possible now"},
    },
}
Answers = dict[int | str, dict[str, Any]]


def operation_id(route: APIRoute) -> str:
    """Verb and noun: the name of the route's function."""
    return route.name


def may_answer(*problems: type[Problem]) -> Answers:
    """For `responses=` of a route: refusals that its signature does not show."""
    return {problem.status: {"description": problem.title.en} for problem in problems}


def gives_pdf() -> Answers:
    """For `responses=` of a route whose success is a PDF."""
    return gives_file("application/pdf")


def gives_file(*media_types: str) -> Answers:
    """For `responses=` of a route whose success is a file of one of these types."""
    return {
        200: {"content": {media: {"schema": {"type": "string", "contentMediaType": media}} for media in media_types}}
    }


def takes_file() -> dict[str, Any]:
    """For `openapi_extra=` of a route whose body is a file as it is."""
    content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {"requestBody": {"required": True, "content": content}}


def carries(*headers: str) -> dict[str, Any]:
    """For `responses={200: …}` of a route: headers of its success that its signature does not show."""
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers}}


class Documented(FastAPI):
    """FastAPI with the whole of the document."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = self._document()
        return self.openapi_schema

    def _document(self) -> dict[str, Any]:
        document = get_openapi(
            title=self.title, version=self.version, summary=self.summary, description=ABOUT.strip(), routes=self.routes,
            tags=self.openapi_tags,
        )  # fmt: skip
        for context in iter_route_contexts(self.routes):
            if isinstance(context.original_route, APIRoute) and context.include_in_schema:
                for method in context.methods or ():
                    _complete(document["paths"][context.path_format][method.lower()], context)
        parts = document["components"]
        for unused in ("HTTPValidationError", "ValidationError"):
            parts["schemas"].pop(unused, None)
        parts["schemas"]["Problem"] = PROBLEM
        parts |= {
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "responses": _problem_responses(),
            "examples": _examples(),
        }
        return document


def _complete(operation: dict[str, Any], route: Any) -> None:
    """Write into one operation what its dependencies say."""
    calls = list(_calls(route.dependant))
    permissions = sorted({call.permission.value for call in calls if hasattr(call, "permission")})
    operation.setdefault("security", [])
    if permissions:
        operation["x-permission"] = permissions[0]
        said = operation.get("description", "")
        operation["description"] = f"{said}\n\nPermission: `{permissions[0]}`.".strip()
    operation["parameters"] = [_parameter(p) for p in operation.get("parameters", [])]
    operation["parameters"].append({"$ref": "#/components/parameters/Accept-Language"})
    answers = {status: answer for status, answer in sorted(operation["responses"].items()) if int(status) < 400}
    headers = carries(*_headers(calls, operation))["headers"]
    for answer in answers.values():
        answer["headers"] = {**answer.get("headers", {}), **headers}
        if content := answer["content"].get("application/json"):
            names = _named(content["schema"])
            content["examples"] = {name: {"$ref": f"#/components/examples/{name}"} for name in names}
    refusals = {int(status) for status in route.responses if int(status) >= 400} | _refusals(route, calls)
    refused = {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in sorted(refusals)}
    operation["responses"] = answers | refused


def _calls(dependant: Dependant) -> Iterator[Any]:
    if dependant.call is not None:
        yield dependant.call
    for below in dependant.dependencies:
        yield from _calls(below)


def _refusals(route: Any, calls: list[Any]) -> set[int]:
    """The statuses that a route may answer with, from what it takes and depends on."""
    writes, key, version = "POST" in route.methods, http.call in calls, http.version in calls
    takes = (
        route.body_field
        or route.openapi_extra
        or any(d.path_params or d.query_params for d in _dependants(route.dependant))
    )
    found = {
        401: http.current_actor in calls,
        403: any(hasattr(call, "permission") for call in calls),
        404: any(d.path_params for d in _dependants(route.dependant)),
        400: writes, 413: writes, 415: writes, 422: bool(takes), 409: key, 412: version, 428: version, 503: True,
    }  # fmt: skip
    return {status for status, possible in found.items() if possible}


def _dependants(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for below in dependant.dependencies:
        yield from _dependants(below)


def _headers(calls: list[Any], operation: dict[str, Any]) -> list[str]:
    """The headers that a success carries."""
    found = ["ETag"] if http.version in calls else []
    found += ["Idempotency-Replayed"] if http.call in calls else []
    paged = any(p.get("name") == "cursor" for p in operation["parameters"])
    return [*found, "Link"] if paged else found


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    """Our own headers by reference; an optional parameter is left out, never null."""
    if parameter["name"] in PARAMETERS:
        return {"$ref": f"#/components/parameters/{parameter['name']}"}
    choices = [c for c in parameter["schema"].get("anyOf", []) if c != {"type": "null"}]
    if len(choices) == 1:
        rest = {k: v for k, v in parameter["schema"].items() if k != "anyOf"}
        parameter["schema"] = {**choices[0], **rest}
    return parameter


def _problem_responses() -> dict[str, Any]:
    """One response a status, with the kinds of problem that have it and an example of each."""
    kinds: dict[int, list[type[Problem]]] = {}
    for kind in CATALOGUE:
        kinds.setdefault(kind.status, []).append(kind)
    return {f"Problem{status}": _problem_response(status, of_status) for status, of_status in kinds.items()}


def _problem_response(status: int, kinds: list[type[Problem]]) -> dict[str, Any]:
    types = [f"/problems/{kind.slug}" for kind in kinds]
    narrowed = {"properties": {"status": {"const": status}, "type": {"enum": types}}}
    examples = {
        kind.slug: {"summary": kind.title.en, "value": kind(kind.title.zh, kind.title.en).document("zh", "/v1/cases")}
        for kind in kinds
    }
    response: dict[str, Any] = {
        "description": "; ".join(kind.title.en for kind in kinds),
        "content": {
            http.PROBLEM_JSON: {
                "schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, narrowed]}, "examples": examples,
            }
        },
    }  # fmt: skip
    if named := sorted({name for kind in kinds for name in kind.headers}):
        response |= carries(*named)
    return response


def _named(schema: dict[str, Any]) -> list[str]:
    """The schemas that a reply may have."""
    return [choice["$ref"].rpartition("/")[2] for choice in schema.get("anyOf", [schema])]


def _examples() -> dict[str, Any]:
    """Replies as they look, by schema: each capability's own file."""
    found: dict[str, Any] = {}
    for place in sorted(Path(app.__path__[0]).glob("*/examples.json")):
        found |= json.loads(place.read_text(encoding="utf-8"))
    return {name: {"value": value} for name, value in found.items()}

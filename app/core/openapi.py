"""The OpenAPI document: what the signatures already say, written down for callers.

Refusals, security and headers are read from a route's dependencies, so that nothing is declared twice; the few refusals
that a signature does not show are named on the route by `may_answer`. Examples of bodies (lists) and of
replies (objects) are the file `examples.json` of each capability, by schema.
"""

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeAlias

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

import app
from app.core import http
from app.core.errors import CATALOGUE, Problem, TooManyAtOnce
from app.core.precompiled import dependants

ABOUT = """
Residents' petitions, disputes and requests: taken in however they come, sent to the right cell, centre and unit, followed to
a closed case.

Every refusal is `application/problem+json` (RFC 9457); its `type` is served by this service. Texts come in Chinese, or
in English with `Accept-Language: en`. Pages are led on by `Link: rel="next"`. A write carries an `Idempotency-Key`, a
change of an existing case also `If-Match` with the `ETag` last seen. Coordinates are longitude, latitude in degrees.
"""
Json: TypeAlias = dict[str, Any]  # a part of the document
Answers: TypeAlias = dict[int | str, Json]
# Parameters, headers and the schema of a problem, which routes refer to.
COMPONENTS: Json = json.loads((files("app.core") / "components.json").read_text(encoding="utf-8"))
PARAMETERS: Json = COMPONENTS["parameters"]
_UNUSED = ("HTTPValidationError", "ValidationError")  # FastAPI's own shapes of a refusal


def may_answer(*problems: type[Problem]) -> Answers:
    """For `responses=` of a route: refusals that its signature does not show."""
    return {problem.status: {"description": problem.title.en} for problem in problems}


def gives_pdf() -> Answers:
    """For `responses=` of a route whose success is a PDF, printed in a turn of the caller's."""
    return gives_file("application/pdf") | may_answer(TooManyAtOnce)


def gives_file(*media_types: str) -> Answers:
    """For `responses=` of a route whose success is a file of one of these types."""
    return {
        200: {"content": {media: {"schema": {"type": "string", "contentMediaType": media}} for media in media_types}}
    }


def takes_file() -> Json:
    """For `openapi_extra=` of a route whose body is a file as it is."""
    content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {"requestBody": {"required": True, "content": content}}


def carries(*headers: str) -> Json:
    """For `responses={200: …}` of a route: headers of its success that its signature does not show."""
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers}}


class Documented(FastAPI):
    """FastAPI with the whole of the document."""

    def take(self, router: APIRouter) -> None:
        """Serve a router's own routes, which carry their whole path. `include_router` would make each of them a second time
        (1.3 s at every start) and match each request twice. An operation's id is the name of its function: verb and noun.
        """
        for route in router.routes:
            if isinstance(route, APIRoute):
                route.unique_id = route.name
            self.router.routes.append(route)

    def openapi(self) -> Json:
        """The OpenAPI 3.1 document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = self._document()
        return self.openapi_schema

    def _document(self) -> Json:
        document = get_openapi(
            title=self.title, version=self.version, summary=self.summary, description=ABOUT.strip(), routes=self.routes,
            tags=self.openapi_tags,
        )  # fmt: skip
        for context in iter_route_contexts(self.routes):
            if isinstance(context.original_route, APIRoute) and context.include_in_schema:
                for method in context.methods or ():
                    _complete(document["paths"][context.path_format][method.lower()], context)
        parts = document["components"]
        schemas = {name: s for name, s in parts["schemas"].items() if name not in _UNUSED} | COMPONENTS["schemas"]
        examples = _examples()
        for name, sent in examples.items():
            if isinstance(sent, list):
                schemas[name]["examples"] = sent
        replies = {name: {"value": reply} for name, reply in examples.items() if isinstance(reply, dict)}
        made = {"schemas": schemas, "responses": _problem_responses(), "examples": replies}
        return document | {"components": parts | COMPONENTS | made}


def _complete(operation: Json, route: Any) -> None:
    """Write into one operation what its dependencies say."""
    calls = [its.call for its in dependants(route.dependant) if its.call is not None]
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


def _refusals(route: Any, calls: Sequence[object]) -> set[int]:
    """The statuses that a route may answer with, from what it takes and depends on."""
    writes, key, version = "POST" in route.methods, http.call in calls, http.version in calls
    named = any(its.path_params for its in dependants(route.dependant))
    asked = any(its.query_params for its in dependants(route.dependant))
    found = {
        401: http.current_actor in calls,
        403: any(hasattr(call, "permission") for call in calls),
        404: named,
        400: writes, 413: writes, 415: writes, 409: key, 412: version, 428: version, 503: True,
        429: any(taken in calls for taken in (http.read, http.write, http.write_accounts, http.read_figures)),
        422: bool(route.body_field or route.openapi_extra or named or asked),
    }  # fmt: skip
    return {status for status, possible in found.items() if possible}


def _headers(calls: Sequence[object], operation: Json) -> list[str]:
    """The headers that a success carries."""
    found = ["ETag"] if http.version in calls else []
    found += ["Idempotency-Replayed"] if http.call in calls else []
    paged = any(p.get("name") == "cursor" for p in operation["parameters"])
    return [*found, "Link"] if paged else found


def _parameter(parameter: Json) -> Json:
    """Our own headers by reference; an optional parameter is left out, never null."""
    if parameter["name"] in PARAMETERS:
        return {"$ref": f"#/components/parameters/{parameter['name']}"}
    choices = [c for c in parameter["schema"].get("anyOf", []) if c != {"type": "null"}]
    if len(choices) == 1:
        rest = {k: v for k, v in parameter["schema"].items() if k != "anyOf"}
        parameter["schema"] = {**choices[0], **rest}
    return parameter


def _problem_responses() -> Json:
    """One response a status, with the kinds of problem that have it and an example of each."""
    kinds: dict[int, list[type[Problem]]] = {}
    for kind in CATALOGUE:
        kinds.setdefault(kind.status, []).append(kind)
    return {f"Problem{status}": _problem_response(status, of_status) for status, of_status in kinds.items()}


def _problem_response(status: int, kinds: list[type[Problem]]) -> Json:
    types = [f"/problems/{kind.slug}" for kind in kinds]
    narrowed = {"properties": {"status": {"const": status}, "type": {"enum": types}}}
    examples = {
        kind.slug: {"summary": kind.title.en, "value": kind(kind.title.zh, kind.title.en).document("zh", "/v1/cases")}
        for kind in kinds
    }
    response: Json = {
        "description": "; ".join(kind.title.en for kind in kinds),
        "content": {
            http.PROBLEM_JSON: {
                "schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, narrowed]},
                "examples": examples,
            }
        },
    }
    if named := sorted({name for kind in kinds for name in kind.headers}):
        response |= carries(*named)
    return response


def _named(schema: Json) -> list[str]:
    """The schemas that a reply may have."""
    return [choice["$ref"].rpartition("/")[2] for choice in schema.get("anyOf", [schema])]


def _examples() -> Json:
    """What is sent (a list) and what comes back (an object), by schema: each capability's own file."""
    found: Json = {}
    for place in sorted(Path(app.__path__[0]).glob("*/examples.json")):
        found |= json.loads(place.read_text(encoding="utf-8"))
    return found

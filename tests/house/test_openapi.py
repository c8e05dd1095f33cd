"""The OpenAPI document tells a caller everything: who may call, with which headers, what comes back, what is refused."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from app.capabilities import CAPABILITIES
from app.core.errors import CATALOGUE
from app.core.http import PROBLEM_JSON
from tests.house.routes import PUBLIC, RESIDENT, SIGNED
from tests.support.application import document
from tests.support.each import each

VERSIONED = (  # beside the steps
    "get_case", "register_case", "get_supervision", "issue_supervision", "get_centre", "book_room", "get_booking",
    "give_task", "get_task", "call_out", "get_whistle", "call_meeting", "get_meeting",
    "get_emergency", "switch_on_emergency", "add_attachment", "get_attachment", "redact_attachment",
    "get_proxy", "request_proxy", "get_mediation", "open_mediation", "write_case_note",
    "take_data_request", "get_data_request",
)  # fmt: skip
TAGS = {tag for capability in CAPABILITIES for tag in capability.tags}
FILES = {"application/octet-stream"}, {"application/pdf"}, {"application/pdf", "image/jpeg", "image/png", "image/webp"}
UNSHARED = ("register_case", "register_batch", "list_transitions")  # no connection is held for one caller alone
LOOKS = (  # a resident who only reads, or asks
    "/v1/query/notices", "/v1/query/looks", "/v1/query/code", "/v1/query/proxy",
)  # fmt: skip
DOCUMENT = document()
OPERATIONS = [
    pytest.param(path, method, operation, id=operation["operationId"])
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
operations = pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        found: Any = DOCUMENT
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def parameters(operation: dict[str, Any], place: str) -> dict[str, dict[str, Any]]:
    return {p["name"]: p for p in map(resolved, operation["parameters"]) if p["in"] == place}


def success(operation: dict[str, Any]) -> dict[str, Any]:
    return next(answer for status, answer in operation["responses"].items() if status < "3")


def wants(schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with a value; a schema of a reply allows no member that it does not name."""
    closed = {
        name: {**s, "additionalProperties": False} if "properties" in s and name != "Problem" else s
        for name, s in DOCUMENT["components"]["schemas"].items()
    }
    validator = jsonschema_rs.validator_for({**schema, "components": {"schemas": closed}}, validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]


def refs(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for below in part.values():
            yield from refs(below)
    elif isinstance(part, list):
        for below in part:
            yield from refs(below)


def test_it_is_openapi_3_1_with_no_host_in_it() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert "servers" not in DOCUMENT
    assert {tag["name"] for tag in DOCUMENT["tags"]} == TAGS


def test_nothing_is_left_of_the_frameworks_own_errors() -> None:
    assert not {"HTTPValidationError", "ValidationError"} & set(DOCUMENT["components"]["schemas"])


def test_every_reference_leads_somewhere_and_every_component_is_used() -> None:
    used = set(refs(DOCUMENT))
    for reference in used:
        assert resolved({"$ref": reference})
    unused = {
        f"#/components/{kind}/{name}"
        for kind, parts in DOCUMENT["components"].items()
        for name in parts
        if kind != "securitySchemes"
    } - used
    # served where no operation answers: unknown methods, faults, connections that are too slow or whose heads have no end
    assert unused == {f"#/components/responses/Problem{status}" for status in (405, 408, 431, 500)}


def test_operations_are_named_by_verb_and_noun_and_each_once() -> None:
    operations: list[Any] = [p.values[2] for p in OPERATIONS]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    for name in names:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", name), name


@operations
def test_it_has_summary_tag_and_description(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert set(operation["tags"]) <= TAGS
    assert len(operation["tags"]) == 1


@operations
def test_it_says_who_may_call(path: str, method: str, operation: dict[str, Any]) -> None:
    if (method.upper(), path) in PUBLIC:
        assert operation["security"] == []
        return
    assert operation["security"] == [{"HTTPBearer": []}]
    if (method.upper(), path) not in SIGNED:
        assert f"Permission: `{operation['x-permission']}`" in operation["description"]


@operations
def test_it_has_an_example_of_what_is_sent_and_of_what_comes_back(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    sent = operation.get("requestBody", {}).get("content", {})
    assert not sent or "application/json" in sent or set(sent) in FILES
    if "application/json" in sent:
        schema = sent["application/json"]["schema"]
        body = resolved(schema["anyOf"][0] if "anyOf" in schema else schema)
        assert body["examples"]
        for example in body["examples"]:
            assert not wants(body, example)
    content = success(operation)["content"].get("application/json")
    if content is None:
        assert set(success(operation)["content"]) in FILES
        return
    for name, reference in content["examples"].items():
        assert not wants(content["schema"], resolved(reference)["value"]), name


@operations
def test_it_documents_the_headers_of_a_write(path: str, method: str, operation: dict[str, Any]) -> None:
    sent = parameters(operation, "header")
    back = success(operation).get("headers", {})
    step = "/actions/" in path
    keyed = method == "post" and (method.upper(), path) not in PUBLIC
    assert ("Idempotency-Key" in sent) == ("Idempotency-Replayed" in back) == keyed
    assert ("If-Match" in sent) == step
    for name in {"Idempotency-Key", "If-Match"} & set(sent):
        assert sent[name]["required"] is True
        assert sent[name]["schema"]["type"] == "string"
        assert re.match(sent[name]["schema"]["pattern"], sent[name]["example"])
    assert ("ETag" in back) == (step or operation["operationId"] in VERSIONED)
    assert ("Link" in back) == ("cursor" in parameters(operation, "query"))


def test_optional_parameters_are_left_out_never_null() -> None:
    operations: list[Any] = [given.values[-1] for given in OPERATIONS]
    asked = [parameters(operation, "query") for operation in operations]
    for name, parameter in each(item for named in asked for item in named.items()):
        assert {"type": "null"} not in parameter["schema"].get("anyOf", []), name


@operations
def test_it_documents_exactly_the_refusals_that_it_can_give(path: str, method: str, operation: dict[str, Any]) -> None:
    sent = parameters(operation, "header")
    takes = "requestBody" in operation or parameters(operation, "query") or parameters(operation, "path")
    public = (method.upper(), path) in PUBLIC
    expected = {
        400: method == "post", 401: not public or operation["operationId"] == "make_token",
        403: not public and operation["operationId"] != "get_me",
        404: "{" in path or (method.upper(), path) in RESIDENT,
        409: "Idempotency-Key" in sent or (path.startswith("/v1/query/") and path not in LOOKS),
        412: "If-Match" in sent, 413: method == "post", 415: method == "post", 422: bool(takes), 428: "If-Match" in sent,
        429: operation["operationId"] not in UNSHARED, 503: True,
    }  # fmt: skip
    stated = {int(status) for status in operation["responses"] if status >= "4"}
    assert stated == {status for status, given in expected.items() if given}
    for status in stated:
        content = resolved(operation["responses"][str(status)])["content"]
        assert list(content) == [PROBLEM_JSON]


def test_every_problem_is_documented_under_its_status_with_an_example() -> None:
    for kind in CATALOGUE:
        content = DOCUMENT["components"]["responses"][f"Problem{kind.status}"]["content"][PROBLEM_JSON]
        example = content["examples"][kind.slug]["value"]
        assert example["type"] == f"/problems/{kind.slug}"
        assert not wants(content["schema"], example)


def test_retry_after_is_documented_where_it_is_sent() -> None:
    for kind in CATALOGUE:
        documented = DOCUMENT["components"]["responses"][f"Problem{kind.status}"].get("headers", {})
        assert set(kind.headers) <= set(documented), kind.slug

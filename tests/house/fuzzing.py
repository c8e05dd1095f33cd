"""Requests made up by schemathesis from the OpenAPI document, sent to the application in this process."""

import unicodedata
import uuid
from collections import Counter
from typing import Any

import hypothesis
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from app.core.access import Role
from tests.cast import Cast, Person

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
BOTH = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


LOG_OUT = "POST /v1/tokens/revoke"  # left out: it would end what all other made-up requests go by


def operations(document: dict[str, Any]) -> list[Any]:
    """Every operation of the document, but for logging out; takes a few seconds."""
    found: list[Any] = list(schemathesis.openapi.from_dict(document).get_all_operations())
    return [made for made in (operation.ok() for operation in found) if made.label != LOG_OUT]


def without_controls(value: Any) -> Any:
    """The same without the characters that no text may hold: JSON Schema cannot say so."""
    if isinstance(value, str):
        return "".join(c for c in value if unicodedata.category(c) not in ("Cc", "Cs"))
    if isinstance(value, list):
        return [without_controls(item) for item in value]
    return {key: without_controls(item) for key, item in value.items()} if isinstance(value, dict) else value


def acceptable(case: Any) -> Any:
    """A request as the document asks, past what the document cannot say: a key of its own, texts that can be shown."""
    if "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    case.body = without_controls(case.body)
    return case


def with_every_post(cast: Cast, sql: Any) -> Person:
    """Somebody of Chen's unit with a post of every role there: past every permission, to what lies behind."""
    person = uuid.uuid4()
    sql("insert into staff (id, name, unit) values ($1, '样样都管', 'D150102_housing')", person)
    for role in Role:
        sql(
            "insert into post (id, role, unit, area, staff) values ($1, $2, 'D150102_housing', '150100', $3)",
            f"every {role} {person}", role.value, person,
        )  # fmt: skip
    return cast.person(f"every post {person}", person)


class Fuzz:
    """One caller's made-up requests: to every operation, half of them as the document asks, half not."""

    def __init__(self, client: TestClient, headers: dict[str, str], *, seed: int = 0) -> None:
        self.client, self.headers, self.seed = client, headers, seed
        self.answers: dict[str, Counter[int]] = {}

    def send(self, case: Any) -> None:
        """As it would go over the wire; raises when the answer is a fault or not what the document says."""
        kwargs = case.as_transport_kwargs(base_url="http://testserver")
        kwargs.pop("cookies", None)
        kwargs["headers"] = {**kwargs["headers"], **self.headers}
        made = requests.Request(**{k: v for k, v in kwargs.items() if k in REQUEST_PARTS}).prepare()
        sent: dict[str, Any] = {  # as bytes: the client itself would refuse what is not ASCII
            k: v.encode("latin-1") if isinstance(v, str) else v
            for k, v in made.headers.items()
            if k.lower() != "content-length"
        }
        content: Any = made.body
        reply = self.client.request(made.method or "GET", made.url or "", content=content, headers=sent)
        self.answers.setdefault(case.operation.label, Counter())[reply.status_code] += 1
        case.validate_response(reply, checks=CHECKS)

    def run(self, operation: Any, examples: int, own: str | None = None) -> None:
        """`examples` requests of each mode; those that name a case name the caller's own every other time."""
        for mode in BOTH:
            made = [operation.as_strategy(generation_mode=mode)]
            if own is not None and "{case_id}" in operation.path:
                fixed = {"path_parameters": {"case_id": own}, "headers": {"If-Match": '"1"'}}
                made.append(operation.as_strategy(generation_mode=mode, **fixed))
            either = st.one_of(made)
            self._hypothesis(either.map(acceptable) if mode is GenerationMode.POSITIVE else either, examples)

    def _hypothesis(self, made: Any, examples: int) -> None:
        @hypothesis.seed(self.seed)
        @hypothesis.settings(
            max_examples=examples, database=None, derandomize=False,
            suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate],
        )  # fmt: skip
        @hypothesis.given(made)
        def attempt(case: Any) -> None:
            self.send(case)

        attempt()


REQUEST_PARTS = {"method", "url", "headers", "files", "data", "json", "params", "auth"}

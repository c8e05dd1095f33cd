"""Holding answers against the OpenAPI document, read strictly: a reply has no member that its schema does not name."""

import copy
import json
import re
from collections import Counter
from typing import Any

import jsonschema_rs

from tests.support.application import document
from tests.support.crossing import CrossingClient

FILES = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8", "image/webp": b"RIFF"}
OPEN = {"Problem"}  # kinds of problem carry members of their own


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every schema of an object closed."""
    strict = copy.deepcopy(document)
    for name, schema in strict["components"]["schemas"].items():
        if "properties" in schema and name not in OPEN:
            schema.setdefault("additionalProperties", False)
    return strict


def resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to."""
    while "$ref" in part:
        found: Any = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


class Judges:
    """Validators for the schemas of a document, each made once."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.schemas = document["components"]["schemas"]
        self.made: dict[str, Any] = {}

    def complaints(self, schema: dict[str, Any], value: Any) -> list[str]:
        """What is wrong with a value."""
        name = json.dumps(schema, sort_keys=True)
        if name not in self.made:
            whole = {**schema, "components": {"schemas": self._reached(schema)}}
            self.made[name] = jsonschema_rs.validator_for(whole, validate_formats=True)
        return [f"{list(error.instance_path)}: {error.message[:300]}" for error in self.made[name].iter_errors(value)]

    def _reached(self, schema: Any) -> dict[str, Any]:
        """The schemas that it names, and those that they name: to make a validator of all takes ten times as long."""
        found: dict[str, Any] = {}
        waiting = [schema]
        while waiting:
            for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(waiting.pop())):
                if name not in found:
                    found[name] = self.schemas[name]
                    waiting.append(found[name])
        return found


class Strict(CrossingClient):
    """A client that takes no answer which the document does not know; `answered` counts them by operation."""

    def __init__(self, app: Any) -> None:
        super().__init__(app, raise_server_exceptions=False)
        self.document = closed(document())
        self.judges = Judges(self.document)
        self.answered: dict[str, Counter[int]] = {}
        self.paths = [
            (re.compile(re.sub(r"{\w+}", "[^/]+", re.escape(path).replace(r"\{", "{").replace(r"\}", "}"))), operations)
            for path, operations in self.document["paths"].items()
        ]

    def request(self, method: str, url: Any, **more: Any) -> Any:
        """As ever, and the answer is held against the document."""
        reply = super().request(method, url, **more)
        for path, operations in self.paths:
            if path.fullmatch(reply.request.url.path) and method.lower() in operations:
                self._judge(operations[method.lower()], reply)
                return reply
        raise AssertionError(f"{method} {url} is not in the document")

    def _judge(self, operation: dict[str, Any], reply: Any) -> None:
        name = operation["operationId"]
        self.answered.setdefault(name, Counter())[reply.status_code] += 1
        place = f"{name} {reply.status_code}: {reply.text[:1000]}"
        assert str(reply.status_code) in operation["responses"], f"undocumented status: {place}"
        answer = resolved(self.document, operation["responses"][str(reply.status_code)])
        media = reply.headers["content-type"]
        assert media in answer["content"], place
        if media in FILES:
            assert reply.content.startswith(FILES[media]), place[:200]
            return
        wrong = self.judges.complaints(answer["content"][media]["schema"], reply.json())
        assert not wrong, f"{wrong} {place}"
        for header, part in answer.get("headers", {}).items():
            stated = resolved(self.document, part)
            assert header in reply.headers or not stated.get("required"), f"no {header}: {place}"
            if header in reply.headers:
                assert not self.judges.complaints(stated["schema"], reply.headers[header]), f"{header}: {place}"

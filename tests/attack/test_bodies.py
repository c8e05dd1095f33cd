"""Bodies that are sent to stop the service: a stranger's is never read, and what is read costs no more than it weighs."""

import json
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import TypeAdapter

from app.core.bounds import DEEPEST, LONGEST_NUMBER, MOST_NAMES, SMALLEST, json_bounds
from app.core.settings import settings
from tests.cast import Cast, report
from tests.house.routes import PUBLIC, filled
from tests.support.application import shared
from tests.support.hostile import least_cost, most_seconds, names
from tests.support.refusals import refused

BODIES = {
    (method, str(context.path_format)): context.original_route.body_field
    for context in iter_route_contexts(shared().routes)
    if isinstance(context.original_route, APIRoute)
    for method in context.methods or ()
    if method != "GET"
}
TYPED: dict[str, Any] = {path: field.field_info.annotation for (_, path), field in BODIES.items() if field}


class Wire:
    """A request spoken to the application itself, so that what it takes of the body can be seen."""

    def __init__(self, cast: Cast, app: Any, path: str, headers: dict[str, str]) -> None:
        self.sent: list[dict[str, Any]] = []
        self.taken = 0
        scope = {
            "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"purpose=evidence",
            "scheme": "http", "root_path": "", "http_version": "1.1", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }  # fmt: skip
        assert cast.client.portal is not None
        cast.client.portal.call(app, scope, self.receive, self.send)

    async def receive(self) -> dict[str, Any]:
        self.taken += 1
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])


@pytest.mark.parametrize("path", sorted(path for method, path in BODIES if (method, path) not in PUBLIC))
def test_nothing_is_taken_of_a_strangers_body(app: Any, cast: Cast, path: str) -> None:
    head = {"Idempotency-Key": "a", "If-Match": '"1"', "Transfer-Encoding": "chunked"}
    media = "image/png" if path.endswith("/attachments") else "application/json"
    for stranger in ({}, {"Authorization": "Bearer no.such.token"}, {"Authorization": "Bearer gck_x_y"}):
        wire = Wire(cast, app, filled(path), {**head, "Content-Type": media, **stranger})
        assert (wire.status, wire.taken) == (401, 0)


@pytest.mark.parametrize("path", sorted(TYPED))
def test_every_body_has_an_end_and_the_longest_that_is_right_fits(path: str) -> None:
    bounds = json_bounds(TYPED[path], signed=True)
    assert SMALLEST <= bounds.bytes <= settings().max_body_bytes
    if bounds.bytes == settings().max_body_bytes:
        assert path in ("/v1/cases:batch", "/v1/staff/{staff_id}/handover", "/v1/centres/{code}/actions/import_rota")
        return
    schema = TypeAdapter(TYPED[path]).json_schema()
    longest = largest(schema, schema.get("$defs", {}))
    assert len(json.dumps(longest, indent=2)) <= bounds.bytes
    assert members(longest) <= (bounds.members or 0)


def largest(schema: dict[str, Any], named: dict[str, Any]) -> Any:
    """The longest value that a schema allows, as far as its lengths say."""
    if "$ref" in schema:
        return largest(named[schema["$ref"].rpartition("/")[2]], named)
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return max((largest(choice, named) for choice in choices), key=lambda value: len(json.dumps(value)))
    if "properties" in schema:
        return {name: largest(part, named) for name, part in schema["properties"].items()}
    if schema.get("type") == "array":
        fixed = [largest(part, named) for part in schema.get("prefixItems", [])]
        return fixed or [largest(schema["items"], named)] * schema["maxItems"]
    if schema.get("type") == "string" and "enum" not in schema and "const" not in schema:
        return "😀" * schema.get("maxLength", 0)
    return max(schema.get("enum", [schema.get("const")]), key=lambda value: len(str(value)))


def members(value: Any) -> int:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return len(parts) + sum(map(members, parts))


def seconds(
    person: Any, most: float, url: str, content: bytes, status: int | tuple[int, ...], *says: str
) -> float:  # fmt: skip
    """What the processor needed to refuse a body."""
    spent, reply = least_cost(lambda: person.post(url, content=content, version=1, **{"Accept-Language": "en"}), most)
    refused(reply, *says, status=status)
    return spent


@pytest.fixture(scope="module")
def allowed(cast: Cast) -> float:
    """Processor seconds that any body may cost."""
    return most_seconds(cast("li.window"))


MESSAGE, STEP = "/v1/me/messages/1/read", filled("/v1/cases/{case_id}/actions/withdraw")
HOSTILE: dict[str, tuple[str, bytes, int, str]] = {
    "8 MB of unknown names, of nobody": ("/v1/query", names(560_000), 413, "16384 bytes"),
    "16 KB of unknown names, of nobody": ("/v1/query", names(1_400), 400, f"{MOST_NAMES} members"),
    "a few unknown names, of nobody": ("/v1/query", names(60), 422, "#/body/k47"),
    "16 KB of unknown names for a log-in": ("/v1/tokens", names(1_400), 400, f"{MOST_NAMES} members"),
    "600 KB of unknown names for a report": ("/v1/cases", names(50_000), 400, f"{MOST_NAMES} members"),
    "99 KB with a name twice, for no body at all": (MESSAGE, names(10_000, '"k9999":1'), 413, "16384 bytes"),
    "99 KB with a name twice": (STEP, names(10_000, '"k9999":1'), 400, f"{MOST_NAMES} members"),
    "a name twice among a hundred": (STEP, names(99, '"k98":1'), 400, "'k98' stands twice"),
    "a name of 100 KB twice": (STEP, names(0, f'"{"k" * 50_000}":1', f'"{"k" * 50_000}":1'), 400, "k' stands twice"),
    "names twice in 9,000 objects": (STEP, b'{"reason":[' + b",".join([names(1)] * 9_000) + b"]}", 400, "members here"),
    "a list of 100 KB": (STEP, b'{"reason":[' + b"0," * 50_000 + b"0]}", 400, "members here"),
    "100 KB of lists in lists": (STEP, b'{"reason":' + b"[" * 900 + b"]" * 900 + b"}", 400, "nested"),
    "100 KB of digits": (STEP, b'{"reason":' + b"9" * 100_000 + b"}", 400, "numbers"),
    "100 KB of digits behind a point": (STEP, b'{"reason":0.' + b"9" * 100_000 + b"}", 400, "numbers"),
    "100 KB of numbers as long as may be": (STEP, b'{"reason":[' + b",".join([b"9" * 500] * 200) + b"]}", 400, "members"),
    "an escaped sign in every place": (STEP, b'{"reason":"' + b"\\u4e00" * 20_000 + b'"}', 422, "#/body/reason"),
    "100 KB of blanks": (STEP, b'{"reason":"' + b" " * 100_000 + b'"}', 422, "#/body/reason"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_costs_no_more_than_others(cast: Cast, allowed: float, name: str) -> None:
    url, content, status, says = HOSTILE[name]
    assert seconds(cast("li.window"), allowed, url, content, status, says) < allowed


def test_a_batch_of_hostile_items_is_told_item_by_item_or_refused(cast: Cast, allowed: float) -> None:
    li, url = cast("li.window"), "/v1/cases:batch"
    assert seconds(li, allowed, url, b'{"items":[' + names(100_001) + b"]}", 400, "members") < allowed
    assert seconds(li, allowed, url, b'{"items":[' + b"{}," * 120_000 + b"{}]}", 400, "members") < allowed
    assert seconds(li, allowed, url, b'{"items":[' + b"{}," * 500 + b"{}]}", 422, "#/body/items") < allowed
    replies = li.batch([report(), {f"k{n}": 0 for n in range(MOST_NAMES)}])
    assert [item["status"] for item in replies] == [201, 422]
    assert len(replies[1]["problem"]["errors"]) == 50


def deep(levels: int) -> bytes:
    return b'{"reason":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


AT_A_LIMIT = {
    "depth": (deep(DEEPEST), deep(DEEPEST + 1)),
    "digits": (b'{"reason":' + b"9" * LONGEST_NUMBER + b"}", b'{"reason":' + b"9" * (LONGEST_NUMBER + 1) + b"}"),
    "members": (names(MOST_NAMES), names(MOST_NAMES + 1)),
}


@pytest.mark.parametrize("limit", AT_A_LIMIT)
def test_each_limit_is_where_the_pages_say(cast: Cast, limit: str) -> None:
    for content, status in zip(AT_A_LIMIT[limit], (422, 400), strict=True):
        refused(cast("li.window").post(STEP, content=content, version=1), status=status)

"""Whatever is sent as a body, to whatever address, by whomever: it is refused, it costs little, and it is no fault of ours."""

import random
import uuid
from functools import partial
from typing import Any

from tests.cast import Cast
from tests.house.routes import filled
from tests.support.application import document
from tests.support.hostile import hostile, least_cost, most_seconds
from tests.support.tiers import Amount

BODIES = Amount("hostile bodies", short=60, long=500, setting="GRIDCASE_HOSTILE_BODIES")
CALLERS = ("li.window", "chen.housing", "liu.head", "guo.admin", "zhou.mediator", "sun.coordinator", None)


def examples() -> list[tuple[str, Any]]:
    """Every address that takes JSON, and a body that is right."""
    found = []
    for path, operations in document()["paths"].items():
        content = operations.get("post", {}).get("requestBody", {}).get("content", {})
        if "application/json" in content and path != "/v1/tokens/revoke":  # which ends the caller, not the service
            schema = content["application/json"]["schema"]
            name = schema.get("anyOf", [schema])[0]["$ref"].rpartition("/")[2]
            found.append((filled(path), document()["components"]["schemas"][name]["examples"][0]))
    return found


def sent(client: Any, path: str, body: bytes, headers: dict[str, str]) -> Any:
    """Under a key of its own: a repeat would be answered from what is kept."""
    return client.post(path, content=body, headers={**headers, "Idempotency-Key": uuid.uuid4().hex})


@BODIES.mark
def test_no_body_stops_the_service(cast: Cast) -> None:
    addresses, most, wrong = examples(), most_seconds(cast("li.window")), []
    for seed in range(BODIES):
        chance = random.Random(f"whither {seed}")
        (path, example), caller = chance.choice(addresses), chance.choice(CALLERS)
        body = hostile(seed, example)
        headers = {"Content-Type": "application/json", "If-Match": '"1"', **(cast(caller).headers if caller else {})}
        send = partial(sent, cast.client, path, body, headers)
        spent, reply = least_cost(send, most)
        problem = reply.headers["content-type"] == "application/problem+json"
        if spent > most or reply.status_code >= 500 or (reply.status_code >= 300 and not problem):
            wrong.append((seed, path, caller, body[:80], round(spent, 2), reply.status_code))
    assert not wrong

"""What every answer tells a browser."""

import uuid

from tests.cast import Cast
from tests.support.each import each

DOORS = ("/v1/me", "/v1/cases", f"/v1/cases/{uuid.uuid4()}", "/v1/nothing", "/v1/areas", "/v1/cases/counts?by=status")


def test_types_are_not_guessed_and_private_answers_not_kept(cast: Cast) -> None:
    li = cast("li.window")
    for door in each(DOORS):
        reply = li.get(door, Origin="https://elsewhere.example")
        assert reply.headers["x-content-type-options"] == "nosniff", door
        assert reply.headers["cache-control"] == "no-store", door
        assert reply.headers["content-type"].split(";")[0] in ("application/json", "application/problem+json"), door


def test_no_other_site_is_given_leave_and_no_cookie_is_set(cast: Cast) -> None:
    """A preflight is refused like any method that an address does not have."""
    asks = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    for door in each((*DOORS, "/", "/docs", "/healthz", "/v1/tokens")):
        replies = [cast.client.options(door, headers=asks), cast.client.get(door, headers=asks, follow_redirects=False)]
        for reply in replies:
            named = {name for name in reply.headers if name.startswith("access-control-") or name == "set-cookie"}
            assert not named, door
        assert replies[0].status_code in (404, 405), door

"""Every route names a permission, refuses who shows none, and answers in one shape."""

from typing import Any

import pytest

from app.core.access import Permission
from app.core.http import current_actor
from tests.cast import Cast
from tests.house.routes import HOUSE, PUBLIC, SIGNED, api_routes, filled
from tests.support.application import shared
from tests.support.tiers import some

ROUTES = api_routes(shared())
GUARDED = [(m, p) for m, p, _ in ROUTES if p not in HOUSE and (m, p) not in PUBLIC and p != "/openapi.json"]
HEADERS = [None, "Bearer", "Bearer ", "Basic bGk6cHc=", "Bearer no.such.token", "Bearer gck_x_y"]
STRANGERS = [(method, path, header) for method, path in GUARDED for header in HEADERS]
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def calls(dependant: Any) -> list[Any]:
    return [dependant.call, *(call for below in dependant.dependencies for call in calls(below))]


def test_every_route_names_a_permission_or_is_on_the_short_public_list() -> None:
    seen: set[Permission] = set()
    for method, path, dependant in ROUTES:
        named = [call.permission for call in calls(dependant) if hasattr(call, "permission")]
        seen.update(named)
        if path in HOUSE or (method, path) in PUBLIC:
            assert current_actor not in calls(dependant), path
        elif (method, path) in SIGNED:
            assert current_actor in calls(dependant), path
        else:
            assert len(named) == 1, f"{method} {path} names {named}: declare it in the signature with requires(…)"
    assert seen == set(Permission), "a permission that no route asks for"


def test_the_public_list_is_no_longer_than_it_was() -> None:
    assert {(m, p) for m, p, d in ROUTES if current_actor not in calls(d)} == PUBLIC | {("GET", p) for p in HOUSE}


@pytest.mark.parametrize(("method", "path", "header"), some(STRANGERS, every=7, what="routes × headers of strangers"))
def test_a_stranger_is_told_to_log_in(cast: Cast, method: str, path: str, header: str | None) -> None:
    sent = {"Idempotency-Key": "a", "If-Match": '"1"', **({"Authorization": header} if header else {})}
    takes_json = method == "POST" and not path.endswith("/attachments")
    reply = cast.client.request(method, filled(path), headers=sent, json={} if takes_json else None)
    assert (reply.status_code, reply.json()["type"]) == (401, "/problems/not-authenticated")
    assert reply.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", sorted({path for _, path, _ in ROUTES}))
def test_a_method_that_it_does_not_have_is_405(cast: Cast, path: str) -> None:
    allowed = {m for m, p, _ in ROUTES if p == path}
    for method in sorted(METHODS - allowed - {"HEAD"}):
        reply = cast.client.request(method, filled(path), headers=cast("li.window").headers)
        assert (reply.status_code, reply.json()["type"]) == (405, "/problems/method-not-allowed"), method
        assert set(reply.headers["allow"].replace(" ", "").split(",")) >= allowed


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/", "/v1/nothing", "/v1/cases/", "/v2/cases", "/v1/cases:other", "/docs/x"]
)
def test_an_address_that_does_not_exist_is_404(cast: Cast, path: str) -> None:
    reply = cast("li.window").get(path)
    assert (reply.status_code, reply.json()["type"]) == (404, "/problems/not-found")
    assert reply.json()["instance"] == path


def test_the_front_door_leads_to_the_docs(cast: Cast) -> None:
    reply = cast.client.get("/", follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (307, "/docs")


def test_health_and_docs_need_no_login(cast: Cast) -> None:
    for path in ("/healthz", "/readyz", "/docs", "/openapi.json", "/docs/assets/swagger-ui.css"):
        assert cast.client.get(path).status_code == 200, path
    assert "http://" not in cast.client.get("/docs").text.replace("http://www.w3.org", "")

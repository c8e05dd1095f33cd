"""The figures of the service are for who runs it: strangers find nothing there, and invent no label."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from app.core.nearby import is_near, networks
from tests.cast import Cast

NEAR = networks("127.0.0.0/8, ::1/128,10.1.0.0/16")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "10.1.2.3"])
def test_who_is_near(host: str) -> None:
    assert is_near(host, {}, NEAR)


@pytest.mark.parametrize("host", ["10.2.0.1", "8.8.8.8", "2001:db8::1", "::ffff:8.8.8.8", "testclient", "", None])
def test_who_is_not(host: str | None) -> None:
    assert not is_near(host, {}, NEAR)


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_who_was_passed_on_is_a_stranger(cast: Cast, name: str) -> None:
    reply = asked(cast, "127.0.0.1", {name: "127.0.0.1"})
    assert (reply.status_code, reply.json()["type"]) == (404, "/problems/not-found")


def asked(cast: Cast, host: str, headers: dict[str, str] | None = None) -> Any:
    return TestClient(cast.client.app, client=(host, 50_000)).get("/metrics", headers=headers)


def test_strangers_find_what_is_nowhere(cast: Cast) -> None:
    near, far = asked(cast, "127.0.0.1"), asked(cast, "192.0.2.7")
    assert (near.status_code, far.status_code) == (200, 404)
    nowhere = cast.client.get("/nowhere").json()
    assert far.json() == {**nowhere, "instance": "/metrics"}


def test_methods_that_callers_invent_are_one_label(cast: Cast) -> None:
    for n in range(3):
        cast.client.request(f"INVENTED{n}", "/v1/me")
    figures = asked(cast, "127.0.0.1").text
    assert "INVENTED" not in figures
    assert 'method="other"' in figures


def test_a_setting_that_names_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        networks("127.0.0.1/8x")

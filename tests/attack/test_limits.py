"""Limits slow who guesses, not whom the guess is aimed at; and nobody chooses the address they are counted by."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import app as commands
from app.cli import serve
from app.core.addresses import is_loopback, origin
from app.core.settings import section, settings
from app.staff.settings import LoginSettings
from seeds.load import demo_password
from tests.attack.test_sessions import Ask
from tests.cast import Cast, Lives, Person
from tests.support.clock import present

MOST = 3


@pytest.fixture(autouse=True)
def few_tries(monkeypatch: pytest.MonkeyPatch, sql: Ask, cast: Cast) -> Iterator[None]:
    monkeypatch.setattr(settings(), "query_tries_per_hour", MOST)
    monkeypatch.setattr(section(LoginSettings), "login_tries_per_hour", MOST)
    yield
    come_from(cast, "testclient")
    sql("delete from rate_counter")


def come_from(cast: Cast, host: str) -> None:
    """What is asked next comes over a connection from there."""
    transport: Any = cast.client._transport
    transport.client = (host, 50_000)


def ask(cast: Cast, door: str, number: str, code: str, said: Any = None, **headers: str) -> int:
    sent = {"number": number, "code": code, **(said or {})}
    return int(cast.client.post(f"/v1/query{door}", json=sent, headers=headers).status_code)


def log_in(cast: Cast, login: str, password: str | None = None, **headers: str) -> int:
    sent = {"login": login, "password": password or demo_password(login)}
    return int(cast.client.post("/v1/tokens", json=sent, headers=headers).status_code)


def test_strangers_do_not_lock_a_resident_out(cast: Cast, lives: Lives) -> None:
    """Wherever their tries come from, also from the resident's own address."""
    got = lives.closed()
    for host in ("203.0.113.5", "203.0.113.6", "198.51.100.1"):
        come_from(cast, host)
        tries = [ask(cast, "", got["number"], f"{n:010d}") for n in range(MOST + 2)]
        assert tries == [404] * MOST + [429] * 2
        assert ask(cast, "", got["number"], got["query_code"]) == 200
        assert ask(cast, "/notices", got["number"], got["query_code"]) == 200
    rated = {"satisfaction": "satisfied", "solved": "yes"}
    assert ask(cast, "/rate", got["number"], got["query_code"], rated) == 200


def test_right_codes_are_not_counted(cast: Cast, lives: Lives) -> None:
    got = lives.registered()
    assert [ask(cast, "", got["number"], got["query_code"]) for _ in range(MOST * 3)] == [200] * MOST * 3
    assert ask(cast, "", got["number"], "0" * 10) == 404


def test_an_account_is_not_shut_from_elsewhere(cast: Cast) -> None:
    come_from(cast, "203.0.113.9")
    assert [log_in(cast, "wang.grid", f"guess {n}") for n in range(MOST + 1)] == [401] * MOST + [429]
    come_from(cast, "198.51.100.7")
    assert log_in(cast, "wang.grid") == 200


def test_who_was_logged_in_before_comes_in_beside_who_guesses(cast: Cast, at: Ask, sql: Ask) -> None:
    """At one address, with all of its tries used up: by the earlier token, also one that has run out."""
    come_from(cast, "203.0.113.10")
    before, other = ({"Authorization": f"Bearer {cast(who).token}"} for who in ("wang.grid", "zhao.grid"))
    at(present() + timedelta(days=2))
    assert [log_in(cast, "wang.grid", f"guess {n}") for n in range(MOST + 1)][-1] == 429
    assert log_in(cast, "wang.grid") == 429
    assert log_in(cast, "wang.grid", **before) == 200
    assert log_in(cast, "wang.grid", **other) == 429, "of another account"
    guesses = [log_in(cast, "wang.grid", f"guess {n}", **before) for n in range(MOST + 1)]
    assert guesses == [401] * MOST + [429], "nor does it let anybody guess for ever"
    at(present() + timedelta(days=40))
    assert [log_in(cast, "wang.grid", f"guess {n}") for n in range(MOST + 1)][-1] == 429
    assert log_in(cast, "wang.grid", **before) == 429, "too old"


def test_a_log_in_that_was_ended_is_no_earlier_one(cast: Cast) -> None:
    come_from(cast, "203.0.113.11")
    reply = cast.client.post("/v1/tokens", json={"login": "zhao.grid", "password": demo_password("zhao.grid")})
    before = {"Authorization": f"Bearer {reply.json()['access_token']}"}
    assert Person(cast.client, reply.json()["access_token"], "").post("/v1/tokens/revoke", {}).status_code == 200
    assert [log_in(cast, "zhao.grid", f"guess {n}") for n in range(MOST + 1)][-1] == 429
    assert log_in(cast, "zhao.grid", **before) == 429


def test_who_logs_in_rightly_is_not_counted(cast: Cast) -> None:
    assert [log_in(cast, "hu.supervisor") for _ in range(MOST * 2)] == [200] * MOST * 2


def test_all_accounts_of_an_address_share_tenfold(cast: Cast) -> None:
    come_from(cast, "203.0.113.12")
    tries = [log_in(cast, f"nobody.{n}", "guess") for n in range(MOST * 10 + 1)]
    assert tries == [401] * MOST * 10 + [429]


def test_tries_at_once_are_all_counted_before_any_is_judged(cast: Cast) -> None:
    come_from(cast, "203.0.113.13")
    with ThreadPoolExecutor(8) as threads:
        tries = list(threads.map(lambda n: log_in(cast, "lin.auditor", f"guess {n}"), range(8)))
    assert sorted(tries) == [401] * MOST + [429] * (8 - MOST)


def test_a_made_up_header_is_not_believed(cast: Cast, lives: Lives) -> None:
    number = lives.registered()["number"]
    come_from(cast, "203.0.113.14")
    tries = [ask(cast, "", number, f"{n:010d}", **{"X-Forwarded-For": f"10.9.8.{n}"}) for n in range(MOST + 1)]
    assert tries == [404] * MOST + [429]


def test_callers_behind_a_trusted_proxy_count_each_for_themselves(
    cast: Cast, lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "trusted_proxies", "192.0.2.1/32")
    number = lives.registered()["number"]
    come_from(cast, "192.0.2.1")
    for host in ("203.0.113.20", "203.0.113.21"):
        tries = [
            ask(cast, "", number, f"{n:010d}", **{"X-Forwarded-For": f"10.9.8.{n}, {host}"}) for n in range(MOST + 1)
        ]
        assert tries == [404] * MOST + [429], "by what the proxy added, not by what the client wrote before it"


TRUSTED = [ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48")]


@pytest.mark.parametrize(
    ("peer", "said", "found"),
    [
        ("203.0.113.1", ["198.51.100.1"], "203.0.113.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1, 10.2.3.4"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["nonsense, 10.7.7.7"], "10.7.7.7"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("2001:db8:1::5", ["2001:db8:2:3:4:5:6:7"], "2001:db8:2:3::/64"),
        ("2001:db8:2:3:aaaa::1", ["1.1.1.1"], "2001:db8:2:3::/64"),
        ("testclient", ["1.1.1.1"], "testclient"),
        ("-", ["1.1.1.1"], "-"),
    ],
)
def test_whose_address_counts(peer: str, said: list[str], found: str) -> None:
    assert origin(peer, said, TRUSTED) == found


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),  # noqa: S104
     ("10.0.0.1", False), ("gridcase.example", False)],
)  # fmt: skip
def test_what_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("host", "trusted", "runs"),
    [("127.0.0.1", "", True), ("0.0.0.0", "", False), ("0.0.0.0", "none", True), ("0.0.0.0", "10.0.0.0/8, 192.0.2.1", True),  # noqa: S104
     ("127.0.0.1", "10.0.0.1/8", False), ("127.0.0.1", "the proxy", False)],
)  # fmt: skip
def test_nothing_is_served_outwards_without_saying_whom_to_trust(
    monkeypatch: pytest.MonkeyPatch, host: str, trusted: str, runs: bool
) -> None:
    assert serve, "the command is there once its module is"
    started: list[dict[str, Any]] = []
    monkeypatch.setattr("uvicorn.run", lambda *_, **told: started.append(told))
    monkeypatch.setattr(settings(), "trusted_proxies", trusted)
    done = CliRunner().invoke(commands, ["serve", "--host", host])
    assert (bool(started), done.exit_code == 0) == (runs, runs), done.output
    assert all(told["proxy_headers"] is False for told in started)

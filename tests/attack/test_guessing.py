"""Guessing, forging and fixing: no code, password, key or token that was not given opens anything."""

import base64
import json
import random
import uuid
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from app.core.crypto import READABLE
from app.core.tokens import _key
from seeds.load import demo_password
from tests.cast import Cast
from tests.support.each import each
from tests.support.tiers import Amount

GUESSES = Amount("guesses at codes, passwords, keys and tokens", short=60, long=1_000, setting="GRIDCASE_GUESSES")
KNOWN = ("admin", "root", "guest", "test", "gridcase", "hohhot", "administrator", "postgres")


def forms(number: str, code: str, chance: random.Random) -> dict[str, Any]:
    """Number and code, wrong in one of the ways that people and machines try."""
    return chance.choice(
        (
            {"number": number, "code": "".join(chance.choices(READABLE, k=len(code)))},
            {"number": number, "code": code[:-1] + chance.choice(READABLE.replace(code[-1], ""))},
            {"number": number, "code": code[::-1] if code != code[::-1] else READABLE[:10]},
            {"number": number[:2] + str(chance.randrange(10**6, 10**7)) + number[-1], "code": code},
            {"number": number, "code": code[:-1]}, {"number": number, "code": code + "2"}, {"number": number, "code": ""},
            {"number": number, "code": "%"}, {"number": number, "code": [code]}, {"number": number, "code": None},
        )
    )  # fmt: skip


@GUESSES.mark
def test_guessing_opens_nothing(cast: Cast) -> None:
    """A query code by far and near, a password with a known login, a key with a known name, a token of random letters."""
    receipt, chance = cast("li.window").register(), random.Random("guessing")
    client, opened = cast.client, []
    for n in range(GUESSES):
        sent = forms(receipt["number"], receipt["query_code"], chance)
        password = "".join(chance.choices(READABLE, k=12))
        token = base64.urlsafe_b64encode(chance.randbytes(40)).decode()
        for reply in (
            client.post("/v1/query", json=sent),
            client.get("/v1/me", headers={"Authorization": f"Bearer gck_hotline-12345_{token}"}),
            client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}),
            *([client.post("/v1/tokens", json={"login": "li.window", "password": password})] if n % 20 == 0 else []),
        ):
            if reply.status_code not in (401, 404, 422):
                opened.append((sent, reply.status_code))
    assert opened == []
    right = {"number": receipt["number"], "code": receipt["query_code"]}
    assert client.post("/v1/query", json=right).status_code == 200


def test_no_account_has_a_name_or_password_that_everybody_knows(cast: Cast) -> None:
    for login in each(KNOWN):
        for password in (login, "password", "12345678", ""):
            reply = cast.client.post("/v1/tokens", json={"login": login, "password": password})
            assert reply.status_code in (401, 422), login


def test_each_log_in_is_its_own(cast: Cast) -> None:
    """Two log-ins, two tokens; a token brought along to a log-in is neither kept nor made good."""
    login, brought = {"login": "wang.grid", "password": demo_password("wang.grid")}, "brought-along"
    headers = {"Authorization": f"Bearer {brought}", "Cookie": f"session={brought}"}
    given = [cast.client.post("/v1/tokens", json=login, headers=headers) for _ in range(2)]
    assert [reply.status_code for reply in given] == [200, 200]
    tokens = {reply.json()["access_token"] for reply in given}
    assert len(tokens) == 2
    assert brought not in tokens
    assert not any("set-cookie" in reply.headers for reply in given)
    assert cast.client.get("/v1/me", headers=headers).status_code == 401


def _spoilt(token: str) -> dict[str, str]:
    head, body, sign = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    other = OctKey.import_key("another key of thirty-two letters")
    foreign = jwt.encode({"alg": "HS256"}, claims, other)
    longer = jwt.encode({"alg": "HS512"}, claims, _key(), algorithms=["HS512"])
    raised = part({**claims, "acc": "guo.admin", "exp": claims["exp"] + 10**6})
    return {
        "signed by nothing": f"{part({'alg': 'none'})}.{body}.",
        "none with a signature": f"{part({'alg': 'none'})}.{body}.{sign}",
        "None": f"{part({'alg': 'None', 'typ': 'JWT'})}.{body}.", "another person": f"{head}.{raised}.{sign}",
        "another key": foreign, "another algorithm with the very key": longer,
        "a key in its head": f"{part({'alg': 'HS256', 'jwk': other.as_dict(private=True)})}.{body}.{foreign.split('.')[2]}",
        "a key from an address": f"{part({'alg': 'HS256', 'jku': 'http://127.0.0.1/k', 'kid': '../../k'})}.{body}.{sign}",
        "a signature cut": f"{head}.{body}.{sign[:-2]}", "no signature": f"{head}.{body}", "twice": f"{token}.{sign}",
        "encrypted": f"{part({'alg': 'dir', 'enc': 'A256GCM'})}..{body}.{sign}.{sign}",
    }  # fmt: skip


def test_no_forged_token_opens_anything(cast: Cast) -> None:
    for how, token in each(_spoilt(cast("li.window").token).items()):
        reply = cast.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert (reply.status_code, reply.json()["type"]) == (401, "/problems/not-authenticated"), how


def test_passwords_are_kept_as_slow_hashes(sql: Any) -> None:
    for row in each(sql("select password_hash from account")):
        kept = row["password_hash"]
        assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$"), kept[:40]


@pytest.mark.parametrize("door", ["/v1/query", "/v1/query/notices", "/v1/query/looks"])
def test_a_wrong_code_is_answered_like_a_number_that_never_was(cast: Cast, door: str) -> None:
    receipt = cast("li.window").register()
    answers = []
    for number in (receipt["number"], "269999999A"):
        reply = cast.client.post(door, json={"number": number, "code": "2222222222"})
        answers.append((reply.status_code, {**reply.json(), "instance": ""}))
    assert answers[0] == answers[1]
    assert uuid.UUID(receipt["id"]).hex not in str(answers)

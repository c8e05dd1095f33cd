"""Bad questions, cursors, versions, keys and credentials: told what to mend, nothing stored, never a fault."""

import base64
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from app.core import tokens
from seeds.load import demo_key
from tests.cast import CITY, Cast, member, report
from tests.support.clock import present
from tests.support.refusals import refused

ASKED: dict[str, tuple[str, str]] = {
    "no CRS": ("/v1/locate?lon=111.6&lat=40.8", "#/query/crs"),
    "an unknown CRS": ("/v1/locate?lon=111.6&lat=40.8&crs=EPSG:4490", "#/query/crs"),
    "no latitude": ("/v1/locate?lon=111.6&crs=WGS84", "#/query/lat"),
    "NaN": ("/v1/locate?lon=NaN&lat=40.8&crs=WGS84", "#/query/lon"),
    "Infinity": ("/v1/locate?lon=Infinity&lat=40.8&crs=WGS84", "#/query/lon"),
    "1e999": ("/v1/locate?lon=1e999&lat=40.8&crs=WGS84", "#/query/lon"),
    "latitude first": ("/v1/locate?lon=40.8&lat=111.6&crs=WGS84", "#/query/lat"),
    "a NUL as longitude": ("/v1/locate?lon=%00&lat=40.8&crs=WGS84", "#/query/lon"),
    "limit 0": ("/v1/cases?limit=0", "#/query/limit"),
    "limit 201": ("/v1/cases?limit=201", "#/query/limit"),
    "limit without end": (f"/v1/cases?limit={'9' * 5000}", "#/query/limit"),
    "limit in words": ("/v1/cases?limit=ten", "#/query/limit"),
    "unknown sort": ("/v1/cases?sort=oldest", "#/query/sort"),
    "unknown status": ("/v1/cases?status=lost", "#/query/status/0"),
    "ten statuses": ("/v1/cases?" + "&".join(["status=closed"] * 10), "#/query/status"),
    "unknown area": ("/v1/cases?area=999999", "#/query/area"),
    "NUL in an area": ("/v1/cases?area=15%0002", "#/query/area"),
    "NUL in a search": ("/v1/cases?q=%E5%81%9C%E6%9A%96%00", "#/query/q"),
    "an escape sign in a search": ("/v1/cases?q=%1B%5B31m", "#/query/q"),
    "a search for one sign": ("/v1/cases?q=%E6%9A%96", "#/query/q"),
    "a search of 101 signs": ("/v1/cases?q=" + "a" * 101, "#/query/q"),
    "an assignee that is none": ("/v1/cases?assignee=li.window", "#/query/assignee"),
    "a day that does not exist": ("/v1/cases?due_before=2026-02-30T00:00:00Z", "#/query/due_before"),
    "a time without zone": ("/v1/cases?due_before=2026-02-03T00:00:00", "#/query/due_before"),
    "yesterday": ("/v1/cases?due_before=yesterday", "#/query/due_before"),
    "a number of seconds without end": ("/v1/cases?due_before=1e400", "#/query/due_before"),
    "a bbox of three": ("/v1/cases?bbox=1,2,3", "#/query/bbox"),
    "a bbox of NaN": ("/v1/cases?bbox=nan,nan,nan,nan", "#/query/bbox"),
    "a bbox without end": ("/v1/cases?bbox=-inf,-inf,inf,inf", "#/query/bbox"),
    "a bbox upside down": ("/v1/cases?bbox=112,41,111,40", "#/query/bbox"),
    "a bbox of words": ("/v1/cells?bbox=a,b,c,d", "#/query/bbox"),
    "counts by name": ("/v1/cases/counts?by=name", "#/query/by"),
    "an unknown tier": ("/v1/areas?tier=village", "#/query/tier"),
    "an unknown unit kind": ("/v1/units?kind=secret", "#/query/kind"),
    "a unit code with a blank": ("/v1/staff?unit=C%20150102", "#/query/unit"),
    "a case id that is none": ("/v1/cases/1", "#/path/case_id"),
    "NUL as a case id": ("/v1/cases/%00", "#/path/case_id"),
    "NUL after a case id": ("/v1/cases/01a206cf-ffd4-701d-98b1-6b2166fde918%00", "#/path/case_id"),
    "a bad byte as a case id": ("/v1/cases/%ff", "#/path/case_id"),
    "a case id of a megabyte": ("/v1/cases/" + "9" * 60_000, "#/path/case_id"),
}  # fmt: skip


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("name", ASKED)
def test_a_bad_question_is_told_what_to_mend(cast: Cast, name: str) -> None:
    url, says = ASKED[name]
    refused(cast("li.window").get(url), says)


def cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


ID = "01a206cf-ffd4-701d-98b1-6b2166fde918"
CURSORS = [
    "x", "%00", "=====", "%E4%B8%AD", "A" * 501, cursor(), cursor(1, 2), cursor({}), cursor("a", "b", "c"), cursor(None),
    cursor("\x00", ID), cursor("\ud800", ID), cursor("2026-11-23", "\x00"), cursor("2026-11-23", "1"), cursor(ID, ID),
    cursor("2026-02-30T00:00:00Z", ID), cursor("0001-01-01T00:00:00+14:00", ID), cursor("now", ID), cursor("epoch", ID),
    base64.urlsafe_b64encode(b"[" * 2000).decode()[:400], base64.urlsafe_b64encode(b'["\xff"]').decode(),
]  # fmt: skip


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("value", CURSORS)
@pytest.mark.parametrize("url", ["/v1/cases?", "/v1/cases?sort=newest&"])
def test_a_cursor_that_the_list_did_not_make(cast: Cast, url: str, value: str) -> None:
    refused(cast("li.window").get(f"{url}cursor={value}"), "#/query/cursor")


@pytest.mark.parametrize(
    "value", [cursor("\x00"), cursor("\ud800"), cursor("\x7f"), cursor(1), cursor("a", "b"), "%00", "x"]
)
@pytest.mark.parametrize("url", ["/v1/units", "/v1/areas", "/v1/cells", "/v1/staff"])
def test_a_cursor_of_another_list(cast: Cast, url: str, value: str) -> None:
    refused(cast("li.window").get(f"{url}?cursor={value}"), "#/query/cursor")


@pytest.mark.parametrize(
    "value", ["x", cursor("x"), cursor("-1"), cursor("9" * 30), cursor("9" * 4_400)[:400], cursor("\x00")]
)
def test_a_cursor_that_no_timeline_made(cast: Cast, value: str) -> None:
    case = cast("li.window").register()["id"]
    refused(cast("li.window").get(f"/v1/cases/{case}/timeline?cursor={value}"), "#/query/cursor")


@pytest.mark.parametrize(
    "version", ["", "*", "abc", '"', '""', '"x"', '"-1"', '"1.0"', '"9999999999"', "1" * 41, '"1", "2"', "\xbd"]
)
def test_a_version_that_no_case_had(cast: Cast, sql: Any, version: str) -> None:
    li = cast("li.window")
    case = li.register()["id"]
    headers: dict[str, Any] = {**li.headers, "Idempotency-Key": "a", "If-Match": version.encode("latin-1")}
    reply = cast.client.post(f"/v1/cases/{case}/actions/flag_urgent", json={"reason": "撤"}, headers=headers)
    refused(reply, "#/header/If-Match")
    assert sql("select head_seq from cases where id = $1", uuid.UUID(case))[0][0] == 1


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    "key", [b"", b'""', b"a\x00b", b"a\tb", b"\xe4\xb8\xad", b"k" * 129, b'"' + b"k" * 129 + b'"', b"\x7f"]
)
def test_a_key_that_cannot_be_one(cast: Cast, key: bytes) -> None:
    headers: dict[str, Any] = {**cast("li.window").headers, "Idempotency-Key": key}
    refused(cast.client.post("/v1/cases", json=report(), headers=headers), "#/header/Idempotency-Key")


def forged(**changes: Any) -> dict[str, Any]:
    now = int(present().timestamp())
    return {
        "iss": "gridcase",
        "aud": CITY,
        "sub": str(member("li.window").staff),
        "iat": now,
        "exp": now + 600,
        "acc": "li.window",
        "ver": 1,
        "sid": str(uuid.uuid4()),
    } | changes


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def no_tokens() -> dict[str, str]:
    """Everything that looks like a token and is none."""
    account = tokens.Account("li.window", member("li.window").staff, 1)
    now = present()
    good = tokens.issue(account, CITY, now)[0]
    head, body, signature = good.split(".")
    other_key = OctKey.import_key(b"another installation's key, of 32")
    return {
        "expired": tokens.issue(account, CITY, now - timedelta(hours=1))[0],
        "of another city": tokens.issue(account, "elsewhere", now)[0],
        "signed by another key": jwt.encode({"alg": "HS256"}, forged(), other_key),
        "unsigned": f"{encoded({'alg': 'none'})}.{encoded(forged())}.",
        "unsigned, in capitals": f"{encoded({'alg': 'NONE'})}.{encoded(forged())}.",
        "another algorithm": jwt.encode({"alg": "HS512"}, forged(), OctKey.import_key(b"k" * 64), algorithms=["HS512"]),
        "another body": f"{head}.{encoded(forged())}.{signature}",
        "without signature": f"{head}.{body}.",
        "with half a signature": good[:-10],
        "with a critical header": f"{encoded({'alg': 'HS256', 'crit': ['x'], 'x': 1})}.{body}.{signature}",
        "two parts": f"{head}.{body}",
        "not base64": "a.b.c",
        "empty parts": "..",
        "a megabyte": "a" * 1_000_000,
        "signs beyond ASCII": "\xe9" * 20,
        "NUL": "a\x00b",
    }


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
@pytest.mark.parametrize(
    "name",
    ["expired", "of another city", "signed by another key", "unsigned", "unsigned, in capitals", "another algorithm",
     "another body", "without signature", "with half a signature", "with a critical header", "two parts", "not base64",
     "empty parts", "a megabyte", "signs beyond ASCII", "NUL"],
)  # fmt: skip
def test_a_token_that_is_none(cast: Cast, name: str, scheme: str) -> None:
    headers: dict[str, Any] = {
        "Authorization": f"{scheme} {no_tokens()[name]}".encode("latin-1"),
        "Idempotency-Key": "a",
    }
    for reply in (
        cast.client.get("/v1/me", headers=headers),
        cast.client.post("/v1/cases", json=report(), headers=headers),
    ):
        refused(reply, "/problems/not-authenticated", status=401)


@pytest.mark.parametrize(
    "claims",
    [{"exp": "soon"}, {"exp": None}, {"exp": 10**30}, {"aud": [CITY, "elsewhere"]}, {"aud": None}, {"iss": "somebody"},
     {"sub": ""}, {"sub": 7}, {"sub": str(uuid.UUID(int=1))}, {"acc": None}, {"acc": 7}, {"acc": "nobody"}, {"acc": "a\0"},
     {"acc": "sun.coordinator"}, {"ver": 0}, {"ver": 2}, {"ver": True}, {"ver": "1"}, {"ver": 10**30}, {"sid": None},
     {"sid": "x"}],
    ids=str,
)  # fmt: skip
def test_a_token_of_ours_with_claims_that_we_never_make(cast: Cast, claims: dict[str, Any]) -> None:
    sound = jwt.encode({"alg": "HS256"}, forged(), tokens._key())
    assert cast.client.get("/v1/me", headers={"Authorization": f"Bearer {sound}"}).status_code == 200
    token = jwt.encode({"alg": "HS256"}, forged(**claims), tokens._key())
    refused(cast.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}), status=401)


@pytest.mark.usefixtures("untouched")
def test_a_key_that_is_wrong_or_disabled_or_expired(cast: Cast, sql: Any) -> None:
    good = demo_key("hotline-12345")
    for number, state in enumerate(("disabled = true", "expires_at = now() - interval '1 second'")):
        copy = f"copy{number}"
        sql("insert into api_key select $1, name, hash, unit, area, scopes, source_system, expires_at, disabled from api_key"
            " where id = 'hotline-12345' on conflict do nothing", copy)  # fmt: skip
        sql(f"update api_key set {state} where id = $1", copy)
        refused(ask_with(cast, good.replace("hotline-12345", copy)), status=401)
    for credential in (good[:-1], good + "a", good.upper(), "gck_", "gck__", "gck_hotline-12345", "gck_hotline-12345_",
                       "gck_nobody_secret", "gck_%_x", "gck_' or 1=1 --_x", "gck_a\x00b_x", "gck_\xe9_x"):  # fmt: skip
        refused(ask_with(cast, credential), status=401)


def ask_with(cast: Cast, credential: str) -> Any:
    headers: dict[str, Any] = {"Authorization": f"Bearer {credential}".encode("latin-1"), "Idempotency-Key": "a"}
    return cast.client.post("/v1/cases", json=report(), headers=headers)


@pytest.mark.usefixtures("untouched")
def test_a_key_brings_the_numbers_of_its_own_system_alone(cast: Cast) -> None:
    reply = cast.machine().post("/v1/cases", report(source={"system": "another", "external_id": "1"}))
    refused(reply, "12345", status=403)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("login", "password"),
    [("li.window", ""), ("", "x"), ("li window", "x"), ("li.window", "x" * 201), ("李雪梅", "x"), ("a" * 65, "x")],
)
def test_a_login_that_cannot_be_one(cast: Cast, login: str, password: str) -> None:
    refused(cast.client.post("/v1/tokens", json={"login": login, "password": password}), status=(422,))


@pytest.mark.parametrize("path", ["/docs/assets/%00", "/docs/assets/..%2f..%2fpyproject.toml", "/docs/assets/" + "a" * 5000,
                                  "/problems/%00", "/%00", "/%ff", "/v1/cases/../../etc/passwd"])  # fmt: skip
def test_an_odd_address_is_not_found(cast: Cast, path: str) -> None:
    reply = cast.client.get(path)
    assert reply.status_code == 404, reply.text[:300]


@pytest.mark.parametrize(
    "name", ["Accept-Language", "X-Request-Id", "Accept", "Origin", "X-Forwarded-For", "Range", "Cookie"]
)
@pytest.mark.parametrize("value", [b"\x00", b"\xff\xfe", b"a" * 60_000, b"", b"en\r\nX-Evil: 1", b"<script>"])
def test_odd_headers_change_nothing(cast: Cast, name: str, value: bytes) -> None:
    headers: dict[str, Any] = {**cast("li.window").headers, name: value}
    reply = cast.client.get("/v1/me", headers=headers)
    assert reply.status_code == 200
    assert "x-evil" not in reply.headers
    assert reply.headers["x-request-id"].isalnum()

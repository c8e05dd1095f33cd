"""Bad input is told what to mend, stores nothing, and is never a fault of the service."""

import base64
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from app.core import tokens
from app.core.access import ROLE_PERMISSIONS, Permission, Role
from app.core.errors import CATALOGUE
from app.core.http import PROBLEM_JSON
from app.main import create_app
from seeds.hohhot.city import build_city
from seeds.load import demo_key
from tests.cast import CITY, Cast, member, report, service

DOCUMENT = create_app(CITY).openapi()
TYPES = {f"/problems/{kind.slug}": kind.status for kind in CATALOGUE}
TABLES = ("cases", "case_text", "case_note", "party", "event", "assignment", "idempotency", "read_log")
NUL, HALF = "\x00", "\ud800"
MEGABYTE = "长" * 350_000


@pytest.fixture
def untouched(cast: Cast, sql: Any) -> Iterator[None]:
    """Nothing may be stored while the test runs."""
    cast("li.window")

    def rows() -> list[int]:
        return list(sql("select " + ", ".join(f"(select count(*) from {table})" for table in TABLES))[0])

    before = rows()
    yield
    assert rows() == before


def refused(reply: Any, *says: str, status: int | tuple[int, ...] = 422) -> None:
    """A problem document of this status which names what to mend."""
    allowed = (status,) if isinstance(status, int) else status
    assert reply.status_code in allowed, f"{reply.status_code} {reply.text[:500]}"
    assert reply.headers["content-type"] == PROBLEM_JSON
    body = reply.json()
    assert body["status"] == reply.status_code == TYPES[body["type"]]
    pointers = [place["pointer"] for place in body.get("errors", [])]
    for word in says:
        found = word in pointers if word.startswith("#/") else word in reply.text
        assert found, f"{word!r} is not in {reply.text[:700]}"


PLAIN: dict[str, Any] = {
    "kind": "request", "category": "heating.outage", "channel": "window", "title": "家中停暖", "description": "暖气不热。",
    "location": {"point": {"type": "Point", "coordinates": [111.693, 40.869]}, "crs": "WGS84", "address": "示范路1号"},
    "parties": [{"role": "petitioner", "name": "张三", "phone": "13800000000"}],
}  # fmt: skip


def spoilt(**changes: Any) -> dict[str, Any]:
    return {**PLAIN, **changes}


def at(**changes: Any) -> dict[str, Any]:
    return spoilt(location={**PLAIN["location"], **changes})


def point(*coordinates: Any) -> dict[str, Any]:
    return at(point={"type": "Point", "coordinates": list(coordinates)})


def parties(*people: Any) -> dict[str, Any]:
    return spoilt(parties=list(people))


SQUARE = [[[111.0, 40.0], [112.0, 40.0], [112.0, 41.0], [111.0, 40.0]]]
WHERE = "#/body/location"
REPORTS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown CRS": (at(crs="EPSG:4326"), f"{WHERE}/crs"),
    "CRS in small letters": (at(crs="wgs84"), f"{WHERE}/crs"),
    "no CRS": (at(crs=None), "name WGS84, CGCS2000, GCJ02 or BD09"),
    "CRS without a point": (at(point=None), "point and crs go together"),
    "longitude too far east": (point(180.1, 40.0), f"{WHERE}/point/coordinates/0"),
    "latitude beyond the pole": (point(111.0, 90.1), f"{WHERE}/point/coordinates/1"),
    "latitude first": (point(40.8, 111.6), f"{WHERE}/point/coordinates/1"),
    "one coordinate": (point(111.0), f"{WHERE}/point/coordinates/1"),
    "three coordinates": (point(111.0, 40.0, 5.0), f"{WHERE}/point/coordinates"),
    "coordinates as text": (point("111.0", "40.0"), f"{WHERE}/point/coordinates/0"),
    "true as a coordinate": (point(True, True), f"{WHERE}/point/coordinates/0"),
    "null as a coordinate": (point(None, 40.0), f"{WHERE}/point/coordinates/0"),
    "a number without end": (point(10**400, 40.0), f"{WHERE}/point/coordinates/0"),
    "a polygon": (at(point={"type": "Polygon", "coordinates": SQUARE}), f"{WHERE}/point/type"),
    "a polygon that says it is a point": (at(point={"type": "Point", "coordinates": SQUARE}), f"{WHERE}/point/coordinates/0"),
    "no coordinates": (at(point={"type": "Point"}), f"{WHERE}/point/coordinates"),
    "a point and a cell": (at(cell="150102001001001"), "give one of point, cell, area"),
    "negative accuracy": (at(accuracy_m=-1), f"{WHERE}/accuracy_m"),
    "accuracy without end": (at(accuracy_m=1e300), f"{WHERE}/accuracy_m"),
    "a cell that does not exist": (spoilt(location={"cell": "999999999999999"}), WHERE),
    "no place at all": (spoilt(location={}), "at least an address"),
    "an empty address": (spoilt(location={"address": "  "}), f"{WHERE}/address"),
    "a place as text": (spoilt(location="示范路1号"), WHERE),
    "a category that does not exist": (spoilt(category="no.such"), "#/body/category"),
    "a category of another kind": (spoilt(category="neighbour.noise"), "#/body/category"),
    "a category in Chinese": (spoilt(category="噪声"), "#/body/category"),
    "an unknown kind": (spoilt(kind="riot"), "#/body/kind"),
    "a petition without its class": (spoilt(kind="petition"), "petition_class"),
    "a request with a class": (spoilt(petition_class="appeal"), "petition_class"),
    "an unknown channel": (spoilt(channel="pigeon"), "#/body/channel"),
    "a party without a role": (parties({"name": "张三"}), "#/body/parties/0/role"),
    "a party with an unknown role": (parties({"role": "enemy", "name": "张三"}), "#/body/parties/0/role"),
    "a party without name and phone": (parties({"role": "petitioner"}), "give a name or a phone"),
    "a phone in words": (parties({"role": "petitioner", "phone": "一三八"}), "#/body/parties/0/phone"),
    "a party with an ethnicity": (parties({"role": "petitioner", "name": "张三", "ethnicity": "x"}), "#/body/parties/0/ethnicity"),
    "six representatives": (parties(*[{"role": "representative", "name": "张三"}] * 6), "at most five"),
    "fifty-one parties": (parties(*[{"role": "affected", "name": "张三"}] * 51), "#/body/parties"),
    "a title of a megabyte": (spoilt(title=MEGABYTE), "#/body/title"),
    "a title of blanks": (spoilt(title=" \n\t "), "#/body/title"),
    "a title of 201 signs": (spoilt(title="长" * 201), "#/body/title"),
    "a title that is a number": (spoilt(title=7), "#/body/title"),
    "a title that is null": (spoilt(title=None), "#/body/title"),
    "a description of a megabyte": (spoilt(description=MEGABYTE), "#/body/description"),
    "an id that is none": (spoilt(id="1"), "#/body/id"),
    "a field that it does not know": (spoilt(priority=1), "#/body/priority"),
    "a field with a name like a path": (spoilt(**{"a/b~c": 1}), "#/body/a~1b~0c"),
    "concerns without anybody": (spoilt(concerns=[{}]), "exactly one of unit, staff, text"),
    "concerns two at once": (spoilt(concerns=[{"unit": "C150102", "text": "他们"}]), "exactly one of unit, staff, text"),
    "concerns a unit that does not exist": (spoilt(concerns=[{"unit": "C999999"}]), "#/body/concerns"),
    "concerns staff that do not exist": (spoilt(concerns=[{"staff": str(uuid.uuid4())}]), "#/body/concerns"),
    "not to a unit that does not exist": (spoilt(not_to=[{"unit": "C999999"}]), "not_to"),
    "a source without a number": (spoilt(source={"system": "12345"}), "#/body/source/external_id"),
    "the simple procedure for a request": (spoilt(simple=True), "simple belongs to"),
    "complexity of a request": (spoilt(complexity="simple"), "complexity belongs to disputes"),
}  # fmt: skip


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("name", REPORTS)
def test_a_bad_report_is_told_what_to_mend(cast: Cast, name: str) -> None:
    body, says = REPORTS[name]
    refused(cast("li.window").post("/v1/cases", body), says)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("name", [name for name in REPORTS if "megabyte" not in name])
def test_the_same_inside_a_batch_is_answered_as_data(cast: Cast, sql: Any, name: str) -> None:
    body, says = REPORTS[name]
    reply = cast("li.window").post("/v1/cases:batch", {"items": [body]})
    assert reply.status_code == 200
    (item,) = reply.json()["items"]
    assert item["status"] == item["problem"]["status"] == 422
    pointers = {place["pointer"].replace("#/body", "#") for place in item["problem"].get("errors", [])}
    if says.startswith("#/"):
        assert says.replace("#/body", "#") in pointers, item
    else:
        assert says in json.dumps(item, ensure_ascii=False)
    # the answer itself is remembered under its key, and nothing else
    sql("delete from idempotency where key = $1", reply.request.headers["idempotency-key"])


VALID = json.dumps(PLAIN).encode()
BODIES: dict[str, tuple[bytes, int, str]] = {
    "broken JSON": (b'{"kind": ', 400, "9"),
    "not JSON at all": (b"kind=request", 400, "JSON"),
    "half a UTF-8 sign": (b'{"title": "\xe9\x95"}', 400, "UTF-8"),
    "another encoding": ('{"title": "噪声"}'.encode("gbk"), 400, "UTF-8"),
    "10,000 deep": (b"[" * 10_000 + b"]" * 10_000, 400, "nested"),
    "10,000 objects deep": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400, "nested"),
    "a number of 5,000 digits": (b'{"title": ' + b"9" * 5_000 + b"}", 400, "numbers"),
    "nothing": (b"", 422, "#/body"),
    "null": (b"null", 422, "#/body"),
    "an array": (b"[" + VALID + b"]", 422, "#/body"),
    "a text": (b'"request"', 422, "#/body"),
    "a number": (b"1", 422, "#/body"),
    "a member twice": (VALID.replace(b'"kind": "request"', b'"kind": "event", "kind": "request"'), 400, "'kind'"),
    "a member twice further in": (VALID.replace(b'"crs":', b'"crs": "GCJ02", "crs":'), 400, "'crs'"),
    "half a sign as a member's name": (VALID.replace(b'"channel"', b'"\\ud800"'), 422, "unicode"),
    "NUL as a member's name": (VALID.replace(b'"channel"', b'"\\u0000"'), 422, "#/body/channel"),
    **{
        f"{token.decode()} as a coordinate": (
            VALID.replace(b"111.693", token), 422,
            f"{WHERE}/point/coordinates/0",
        )
        for token in (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999")
    },
    "NaN as an accuracy": (VALID.replace(b'"crs":', b'"accuracy_m": NaN, "crs":'), 422, f"{WHERE}/accuracy_m"),
}  # fmt: skip


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_cannot_be_read_is_told_why(cast: Cast, name: str) -> None:
    content, status, says = BODIES[name]
    reply = cast("li.window").post("/v1/cases", content=content or iter([b""]), **{"Accept-Language": "en"})
    refused(reply, says, status=status)


BIG = pytest.mark.parametrize("url", ["/v1/cases", "/v1/cases:batch", "/v1/tokens", "/v1/query"])


@pytest.mark.usefixtures("untouched")
@BIG
def test_a_body_of_50_megabytes_is_refused_by_its_length(cast: Cast, url: str) -> None:
    reply = cast("li.window").post(url, content=b"a" * 50_000_000, **{"Accept-Language": "en"})
    refused(reply, "8000000 bytes", status=413)


@pytest.mark.usefixtures("untouched")
@BIG
def test_a_body_without_a_length_is_read_no_further_than_the_limit(app: Any, cast: Cast, url: str) -> None:
    chunk, sent, taken = b'"' + b"a" * 999_999, [], 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": chunk, "more_body": taken < 50}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = {**cast("li.window").headers, "Idempotency-Key": "a", "Content-Type": "application/json",
               "Transfer-Encoding": "chunked", "Host": "here"}  # fmt: skip
    scope = {
        "type": "http", "method": "POST", "path": url, "raw_path": url.encode(), "query_string": b"", "scheme": "http",
        "root_path": "", "http_version": "1.1", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    assert cast.client.portal is not None
    cast.client.portal.call(app, scope, receive, send)
    assert [message["status"] for message in sent if "status" in message] == [413]
    assert taken == 9


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    "media",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", "application/jsonp", ""],
)
def test_a_body_that_says_it_is_something_else(cast: Cast, media: str, chunked: bool) -> None:
    content: Any = iter([VALID]) if chunked else VALID
    refused(
        cast("li.window").post("/v1/cases", content=content, **{"Content-Type": media}), "application/json", status=415
    )


def test_json_may_say_its_encoding_or_its_dialect(cast: Cast) -> None:
    for media in ("application/json; charset=utf-8", "Application/JSON", "application/vnd.city+json"):
        body = json.dumps(report()).encode()
        assert cast("li.window").post("/v1/cases", content=body, **{"Content-Type": media}).status_code == 201


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where an example holds a text."""
    if isinstance(value, str):
        yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, below in members:
        yield from places(below, (*path, name))


def replaced(value: Any, path: tuple[Any, ...], text: str) -> Any:
    if not path:
        return text
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], text)
    return copy


FULL_REPORT = {
    **PLAIN, "kind": "dispute", "category": "neighbour.noise", "id": "01a206cf-ffd4-7000-8000-000000000001",
    "complexity": "simple",
    "concerns": [{"unit": "C150102"}, {"text": "他们"}], "not_to": [{"unit": "C150102"}],
    "source": {"system": "desk", "external_id": "7"},
    "parties": [{"role": "petitioner", "name": "张三", "phone": "13800000000", "address": "示范路1号"}],
}  # fmt: skip


def sent_texts() -> Iterator[Any]:
    for url, operations in DOCUMENT["paths"].items():
        body = operations.get("post", {}).get("requestBody")
        if body is None or url == "/v1/cases:batch":
            continue
        schema = body["content"]["application/json"]["schema"]
        name = schema.get("anyOf", [schema])[0]["$ref"].rpartition("/")[2]
        example = FULL_REPORT if name == "ReportIn" else DOCUMENT["components"]["schemas"][name]["examples"][0]
        for path in places(example):
            yield pytest.param(url, operations["post"], example, path, id=f"{url.rpartition('/')[2]} {path}")


def holder(permission: str | None) -> str:
    """Somebody of the cast who may."""
    if permission is None:
        return "li.window"
    fitting = (
        m.login for m in build_city().cast if Permission(permission) in ROLE_PERMISSIONS[Role(m.post.split(".")[1])]
    )
    return next(fitting)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("url", "operation", "example", "path"), list(sent_texts()))
def test_no_text_takes_a_sign_that_cannot_be_stored(
    cast: Cast, url: str, operation: dict[str, Any], example: Any, path: tuple[Any, ...]
) -> None:
    person = cast(holder(operation.get("x-permission")))
    target = url.replace("{case_id}", str(uuid.uuid4()))
    original = example
    for name in path:
        original = original[name]
    for text in (f"{original}{NUL}", f"{NUL}{original}", f"{original}{HALF}", f"{original}\x1b[31m", MEGABYTE):
        reply = person.post(target, content=json.dumps(replaced(example, path, text)).encode(), version=1)
        if path == ("password",) and text != MEGABYTE:
            refused(reply, status=(401, 422))
        else:
            refused(reply, "#/body/" + "/".join(map(str, path)))


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
    headers = {**li.headers, "Idempotency-Key": "a", "If-Match": version.encode("latin-1")}
    reply = cast.client.post(f"/v1/cases/{case}/actions/withdraw", json={"reason": "撤"}, headers=headers)
    refused(reply, "#/header/If-Match")
    assert sql("select head_seq from cases where id = $1", uuid.UUID(case))[0][0] == 1


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    "key", [b"", b'""', b"a\x00b", b"a\tb", b"\xe4\xb8\xad", b"k" * 129, b'"' + b"k" * 129 + b'"', b"\x7f"]
)
def test_a_key_that_cannot_be_one(cast: Cast, key: bytes) -> None:
    headers = {**cast("li.window").headers, "Idempotency-Key": key}
    refused(cast.client.post("/v1/cases", json=report(), headers=headers), "#/header/Idempotency-Key")


def test_an_id_already_used_with_other_content(cast: Cast, sql: Any) -> None:
    li = cast("li.window")
    case = li.register()["id"]
    before = sql("select count(*) from event")[0][0]
    for person in (li, cast("wang.grid"), cast.machine()):
        reply = person.post("/v1/cases", report(id=case))
        refused(reply, status=409)
        assert reply.json()["type"] == "/problems/already-exists"
    assert sql("select count(*) from event")[0][0] == before


def forged(**changes: Any) -> dict[str, Any]:
    now = int(datetime.now(UTC).timestamp())
    posts = [
        [
            "C150102001.window_clerk.1",
            "window_clerk",
            "C150102001",
            "C150100.C150102.C150102001",
            "150102001",
            "township",
        ]
    ]
    return {
        "iss": "gridcase",
        "aud": CITY,
        "sub": str(uuid.uuid4()),
        "iat": now,
        "exp": now + 600,
        "posts": posts,
    } | changes


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def no_tokens() -> dict[str, str]:
    """Everything that looks like a token and is none."""
    actor_of = tokens.Actor(id=str(member("li.window").staff), kind="staff")
    now = datetime.now(UTC)
    good = tokens.issue(actor_of, CITY, now)[0]
    head, body, signature = good.split(".")
    other_key = OctKey.import_key(b"another installation's key, of 32")
    return {
        "expired": tokens.issue(actor_of, CITY, now - timedelta(hours=1))[0],
        "of another city": tokens.issue(actor_of, "elsewhere", now)[0],
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
    headers = {"Authorization": f"{scheme} {no_tokens()[name]}".encode("latin-1"), "Idempotency-Key": "a"}
    for reply in (
        cast.client.get("/v1/me", headers=headers),
        cast.client.post("/v1/cases", json=report(), headers=headers),
    ):
        refused(reply, "/problems/not-authenticated", status=401)


@pytest.mark.parametrize(
    "claims",
    [{"exp": "soon"}, {"exp": None}, {"posts": None}, {"posts": [["x"]]}, {"posts": [[1, 2, 3, 4, 5, 6]]},
     {"aud": [CITY, "elsewhere"]}, {"aud": None}, {"iss": "somebody"}, {"sub": ""}, {"posts": [["a", "king", "b", "c", "d", "e"]]}],
    ids=str,
)  # fmt: skip
def test_a_token_of_ours_with_claims_that_we_never_make(cast: Cast, claims: dict[str, Any]) -> None:
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
    headers = {"Authorization": f"Bearer {credential}".encode("latin-1"), "Idempotency-Key": "a"}
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


@pytest.mark.parametrize(
    "moment",
    ["yesterday", "2026-02-30T00:00:00Z", "2026-11-23T10:00:00", "2026-11-23", "0001-01-01T00:00:00+14:00", 10**20, -1, None,
     "9999-12-31T23:59:59-14:00", "2999-01-01T00:00:00Z", "1e400", True],
)  # fmt: skip
def test_a_reply_served_at_a_time_that_cannot_be(cast: Cast, lives: Any, sql: Any, moment: Any) -> None:
    case = lives.concluded()["id"]
    reply = cast("chen.housing").act(case, "serve", service(at=moment))
    refused(reply, "#/body/at")
    assert sql("select count(*) from service_record where case_id = $1", uuid.UUID(case))[0][0] == 0


STEPS: dict[str, tuple[str, str, Any, str]] = {
    "days without end": ("liu.head", "extend", {"days": 10**30, "reason": "复杂"}, "#/body/days"),
    "no days": ("liu.head", "extend", {"days": 0, "reason": "复杂"}, "#/body/days"),
    "half a day": ("liu.head", "extend", {"days": 1.5, "reason": "复杂"}, "#/body/days"),
    "an unknown result": ("chen.housing", "conclude", {"result": "won", "reply": "好"}, "#/body/result"),
    "no reply": ("chen.housing", "conclude", {"result": "resolved"}, "#/body/reply"),
    "a field too many": ("chen.housing", "accept", {"why": "x"}, "#/body/why"),
    "an array for a step": ("chen.housing", "accept", [], "#/body"),
    "a route that there is not": ("chen.housing", "decline", {"route": "x", "reason": "y"}, "#/body/route"),
    "merge into no id": ("liu.head", "merge", {"into": "1", "reason": "同"}, "#/body/into"),
    "half a place": ("li.window", "place", {"lon": 111.6}, "lon, lat and crs together"),
    "a place as text": ("li.window", "place", {"lon": "111.6", "lat": "40.8", "crs": "WGS84"}, "#/body/lon"),
    "a waiver without article": ("chen.housing", "serve", service(outcome="waived"), "names the article"),
}


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("name", STEPS)
def test_a_bad_step_is_told_what_to_mend(cast: Cast, name: str) -> None:
    login, action, body, says = STEPS[name]
    refused(cast(login).post(f"/v1/cases/{uuid.uuid4()}/actions/{action}", body, version=1), says)


@pytest.mark.usefixtures("untouched")
def test_a_step_that_there_is_not(cast: Cast) -> None:
    refused(cast("li.window").post(f"/v1/cases/{uuid.uuid4()}/actions/explode", {}, version=1), status=404)


@pytest.mark.parametrize("path", ["/docs/assets/%00", "/docs/assets/..%2f..%2fpyproject.toml", "/docs/assets/" + "a" * 5000,
                                  "/problems/%00", "/%00", "/%ff", "//", "/v1/cases/../../etc/passwd"])  # fmt: skip
def test_an_odd_address_is_not_found(cast: Cast, path: str) -> None:
    reply = cast.client.get(path)
    assert reply.status_code == 404, reply.text[:300]


@pytest.mark.parametrize(
    "name", ["Accept-Language", "X-Request-Id", "Accept", "Origin", "X-Forwarded-For", "Range", "Cookie"]
)
@pytest.mark.parametrize("value", [b"\x00", b"\xff\xfe", b"a" * 60_000, b"", b"en\r\nX-Evil: 1", b"<script>"])
def test_odd_headers_change_nothing(cast: Cast, name: str, value: bytes) -> None:
    reply = cast.client.get("/v1/me", headers={**cast("li.window").headers, name: value})
    assert reply.status_code == 200
    assert "x-evil" not in reply.headers
    assert reply.headers["x-request-id"].isalnum()

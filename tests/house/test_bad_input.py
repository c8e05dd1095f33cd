"""Bad input is told what to mend, stores nothing, and is never a fault of the service."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from app.core.access import ROLE_PERMISSIONS, Permission, Role
from seeds.hohhot.city import build_city
from tests.cast import Cast, report, service
from tests.support.application import document
from tests.support.refusals import refused
from tests.support.tiers import some

DOCUMENT = document()
NUL, HALF = "\x00", "\ud800"
MEGABYTE = "长" * 350_000

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
    "a party with an ethnicity": (
        parties({"role": "petitioner", "name": "张三", "ethnicity": "x"}), "#/body/parties/0/ethnicity",
    ),
    "six representatives": (parties(*[{"role": "representative", "name": "张三"}] * 6), "at most five"),
    "fifty-one parties": (parties(*[{"role": "affected", "name": "张三"}] * 51), "#/body/parties"),
    "a title of blanks": (spoilt(title=" \n\t "), "#/body/title"),
    "a title of 201 signs": (spoilt(title="长" * 201), "#/body/title"),
    "a title that is a number": (spoilt(title=7), "#/body/title"),
    "a title that is null": (spoilt(title=None), "#/body/title"),
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
@pytest.mark.parametrize("name", REPORTS)
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
    "21 deep": (b"[" * 21 + b"]" * 21, 400, "nested"),
    "a title of a megabyte": (json.dumps(spoilt(title=MEGABYTE)).encode(), 413, "bytes"),
    "a description of a megabyte": (json.dumps(spoilt(description=MEGABYTE)).encode(), 413, "bytes"),
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


BIG = pytest.mark.parametrize(
    ("url", "most"), [("/v1/cases:batch", 4_000_000), ("/v1/tokens", 16_384), ("/v1/query", 16_384)]
)


@pytest.mark.usefixtures("untouched")
@BIG
def test_a_body_of_50_megabytes_is_refused_by_its_length(cast: Cast, url: str, most: int) -> None:
    reply = cast("li.window").post(url, content=b"a" * 50_000_000, **{"Accept-Language": "en"})
    refused(reply, f"{most} bytes", status=413)


@pytest.mark.usefixtures("untouched")
@BIG
def test_a_body_without_a_length_is_read_no_further_than_the_limit(app: Any, cast: Cast, url: str, most: int) -> None:
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
    assert taken == most // len(chunk) + 1


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
        if body is None or "application/json" not in body["content"] or url == "/v1/cases:batch":
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
@pytest.mark.parametrize(
    ("url", "operation", "example", "path"),
    some(sent_texts(), every=8, what="texts that cannot be stored, in every field"),
)
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
        elif text == MEGABYTE and reply.status_code == 413:
            refused(reply, "bytes" if "bytes" in reply.text else "字节", status=413)
        else:
            refused(reply, "#/body/" + "/".join(map(str, path)))


def test_an_id_already_used_with_other_content(cast: Cast, sql: Any) -> None:
    li = cast("li.window")
    case = li.register()["id"]
    before = sql("select count(*) from event")[0][0]
    for person in (li, cast("wang.grid"), cast.machine()):
        reply = person.post("/v1/cases", report(id=case))
        refused(reply, status=409)
        assert reply.json()["type"] == "/problems/already-exists"
    assert sql("select count(*) from event")[0][0] == before


@pytest.mark.parametrize(
    "moment",
    ["yesterday", "2026-02-30T00:00:00Z", "2026-11-23T10:00:00", "2026-11-23", "0001-01-01T00:00:00+14:00", 10**20, -1, None,
     "9999-12-31T23:59:59-14:00", "2999-01-01T00:00:00Z", "1e400", True],
)  # fmt: skip
def test_a_reply_served_at_a_time_that_cannot_be(cast: Cast, lives: Any, sql: Any, moment: Any) -> None:
    case = lives.concluded()["id"]
    reply = cast("chen.housing").act(case, "serve", service(at=moment))
    refused(reply, "#/body/at")
    records = "select count(*) from service_record r join notice n on n.id = r.notice where r.case_id = $1"
    assert sql(f"{records} and n.kind = 'opinion'", uuid.UUID(case))[0][0] == 0


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


def test_what_does_not_fit_together_is_said_in_the_callers_language(cast: Cast) -> None:
    for language, expected in (("zh", "坐标与坐标系 crs 须同时给出"), ("en", "point and crs go together")):
        reply = cast("li.window").post("/v1/cases", at(crs=None), **{"Accept-Language": language})
        (found,) = reply.json()["errors"]
        assert found["detail"].startswith(expected)
        assert "error" not in found["detail"]

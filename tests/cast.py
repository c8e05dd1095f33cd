"""Speaking as the permanent cast, and the reports they bring."""

import itertools
import json
import re
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote
from uuid import UUID

from starlette.testclient import TestClient

from app.core import tokens
from app.core.crypto import keys
from app.core.database import connect
from app.core.roles import LoginRole
from app.core.tokens import Account
from seeds.hohhot.city import build_city
from seeds.hohhot.staff import staff_id
from seeds.load import demo_key
from tests.support.clock import present
from tests.support.sessions import account_of

CITY = "hohhot"

HOME_CELL = "150102001001001"  # 海拉尔东路街道第一社区第一网格, worked by wang.grid
AT_THEIR_WISH = ("withdraw", "go_up")
FRESH = timedelta(minutes=5)  # how long one token is used
_counter = itertools.count()


@cache
def point_in(cell: str = HOME_CELL) -> tuple[float, float]:
    """A point (lon, lat) inside a cell of the demo city."""
    found = next(c for c in build_city().cells if c.code == cell).boundary.representative_point()
    return found.x, found.y


@cache
def member(login: str) -> Any:
    """The cast member behind a login."""
    return next(m for m in build_city().cast if m.login == login)


def report(kind: str = "request", category: str = "heating.outage", **changes: Any) -> dict[str, Any]:
    """A plain report at the cast's home cell; `changes` replace or add fields (None removes one)."""
    lon, lat = point_in()
    body: dict[str, Any] = {
        "kind": kind, "category": category, "channel": "window", "title": f"家中停暖 {next(_counter)}",
        "description": "暖气不热，请尽快处理。",
        "location": {"point": {"type": "Point", "coordinates": [lon, lat]}, "crs": "WGS84", "address": "示范路1号"},
    }  # fmt: skip
    if kind == "petition" and "petition_class" not in changes:
        body["petition_class"] = "appeal"
    if kind != "event":
        body["parties"] = [{"role": "petitioner", "name": "张三", "phone": "13800000000"}]
    body.update(changes)
    return {k: v for k, v in body.items() if v is not None}


class Person:
    """One caller: gets, and posts with a fresh key unless one is given.

    Whoever is known by an account has a fresh token, by the clock of the application, so that no test
    outlives one; a `credential` (an API key, a token to be tried) is sent as it is.
    """

    def __init__(self, client: TestClient, credential: str | Account, login: str) -> None:
        self.client, self.credential, self.login = client, credential, login
        self._issued, self._token = datetime.max.replace(tzinfo=UTC), ""

    @property
    def token(self) -> str:
        """What stands in the header."""
        if isinstance(self.credential, str):
            return self.credential
        now = self.client.app.state.clock()  # type: ignore[attr-defined]
        if not self._issued <= now < self._issued + FRESH:
            self._issued, self._token = now, tokens.issue(self.credential, CITY, now)[0]
        return self._token

    @property
    def headers(self) -> dict[str, str]:
        """The caller's own header."""
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, url: str, **headers: str) -> Any:
        """GET."""
        return self.client.get(url, headers={**self.headers, **headers})

    def post(
        self,
        url: str,
        body: Any = None,
        *,
        key: str | None = None,
        version: Any = None,
        content: Any = None,
        **headers: str,
    ) -> Any:
        """POST JSON, or `content` (bytes or a generator of them) as it is."""
        sent = {**self.headers, "Idempotency-Key": key or uuid.uuid4().hex, **headers}
        if version is not None:
            sent["If-Match"] = f'"{version}"'
        if content is not None:
            return self.client.post(url, content=content, headers={"Content-Type": "application/json", **sent})
        return self.client.post(url, json=body, headers=sent)

    def attach(
        self, case_id: str, content: bytes, purpose: str = "evidence", *, title: str | None = None, **more: Any
    ) -> Any:
        """Upload a file as it is. `more`: `key`, `redacts`, headers."""
        key, redacts = more.pop("key", None) or uuid.uuid4().hex, more.pop("redacts", None)
        url = f"/v1/cases/{case_id}/attachments?purpose={purpose}{f'&redacts={redacts}' if redacts else ''}"
        named = {"Attachment-Title": quote(title)} if title else {}
        headers = {**self.headers, "Idempotency-Key": key, "Content-Type": "application/octet-stream", **named, **more}
        return self.client.post(url, content=content, headers=headers)

    def attached(self, case_id: str, content: bytes, purpose: str = "evidence", **more: Any) -> dict[str, Any]:
        """The same; must succeed. Gives the attachment."""
        reply = self.attach(case_id, content, purpose, **more)
        assert reply.status_code == 201, f"{self.login}: {reply.status_code} {reply.text}"
        return dict(reply.json())

    def walk(self, url: str) -> Iterator[dict[str, Any]]:
        """Every item of a list, page after page."""
        following: str | None = url
        while following:
            page = self.get(following)
            assert page.status_code == 200, f"{self.login} {following}: {page.status_code} {page.text}"
            yield from page.json()["items"]
            link = re.match(r'<(.+)>; rel="next"', page.headers.get("link", ""))
            following = link[1] if link else None

    def sees(self, case_id: str) -> bool:
        """Whether the case exists for this caller; fails on anything but 200 and 404."""
        status = self.get(f"/v1/cases/{case_id}").status_code
        assert status in (200, 404), status
        return bool(status == 200)

    def batch(self, bodies: Sequence[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
        """Register many; gives the items of the reply."""
        reply = self.post("/v1/cases:batch", content=json.dumps({"items": list(bodies)}).encode(), **more)
        assert reply.status_code == 200, reply.text
        return list(reply.json()["items"])

    def register(self, body: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        """Register a report and give the receipt; fails on anything but 201."""
        reply = self.post("/v1/cases", body or report(**changes))
        assert reply.status_code == 201, reply.text
        return dict(reply.json())

    def act(self, case_id: str, action: str, body: Any = None, *, version: Any = None) -> Any:
        """Take a step on the version that this caller sees now (or the one given). At the resident's wish they have given their
        query code, unless the body says what shows it."""
        if action in AT_THEIR_WISH and body and not body.keys() & {"code", "paper"}:
            body = {**body, "code": keys().query_code(case_id, 1)}
        if version is None:
            seen = self.get(f"/v1/cases/{case_id}")
            version = seen.json()["version"] if seen.status_code == 200 else 1
        return self.post(f"/v1/cases/{case_id}/actions/{action}", body, version=version)

    def does(self, case_id: str, action: str, body: Any = None) -> dict[str, Any]:
        """Take a step that must succeed; gives the case's page."""
        reply = self.act(case_id, action, body)
        assert reply.status_code == 200, f"{self.login} {action}: {reply.status_code} {reply.text}"
        return dict(reply.json())


class Cast:
    """`cast("li.window")` speaks as her, `cast.seat(post)` as whoever holds a post; `cast.machine()` is the partner system.

    Posts are those held at each call.
    """

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self._people: dict[str, Person] = {}

    def __call__(self, login: str) -> Person:
        return self.person(login, member(login).staff)

    def seat(self, post: str) -> Person:
        """Only the cast has logins; others are known by their post."""
        return self.person(post, staff_id(post))

    def machine(self) -> Person:
        """The 12345 platform with its sandbox key."""
        return Person(self.client, demo_key("hotline-12345"), "hotline-12345")

    def person(self, name: str, staff: UUID) -> Person:
        """Whoever has this id, under a name for messages."""
        if name not in self._people:
            assert self.client.portal is not None, "the application runs"
            account = self.client.portal.call(_account, self.client.app, staff)
            self._people[name] = Person(self.client, account, name)
        return self._people[name]


async def _account(app: Any, staff: UUID) -> Account:
    conn = await connect(app.state.city, LoginRole.OWNER)
    try:
        return await account_of(conn, staff)
    finally:
        await conn.close()


class Lives:
    """Brings cases to a state by the steps that the cast would take."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    def registered(
        self, kind: str = "petition", category: str = "heating.temperature", **changes: Any
    ) -> dict[str, Any]:
        """Li registers it at the window; the first centre leads, housing has the offer. Gives the receipt."""
        return self.cast("li.window").register(report(kind, category, **changes))

    def signed(self, **changes: Any) -> dict[str, Any]:
        """The housing department has signed for it."""
        receipt = self.registered(**changes)
        self.cast("chen.housing").does(receipt["id"], "sign_for")
        return receipt

    def accepted(self, **changes: Any) -> dict[str, Any]:
        """Accepted by the housing department, and the petitioner told so in writing where that is owed."""
        receipt = self.signed(**changes)
        self.cast("chen.housing").does(receipt["id"], "accept")
        self.told(receipt["id"])
        return receipt

    def told(self, case_id: str, who: str = "chen.housing") -> None:
        """Every notice that waits is handed over."""
        waiting = self.cast(who).get(f"/v1/cases/{case_id}").json()["notices"]
        for notice in waiting:
            if notice["state"] == "drafted":
                self.cast(who).does(case_id, "serve", service(kind=notice["kind"], at=notice["drafted_at"]))

    def handling(self, **changes: Any) -> dict[str, Any]:
        """Being handled."""
        receipt = self.accepted(**changes)
        self.cast("chen.housing").does(receipt["id"], "handle")
        return receipt

    def concluded(self, **changes: Any) -> dict[str, Any]:
        """With a result and a reply."""
        receipt = self.handling(**changes)
        self.cast("chen.housing").does(receipt["id"], "conclude", CONCLUSION)
        return receipt

    def served(self, **changes: Any) -> dict[str, Any]:
        """The reply has reached the resident."""
        receipt = self.concluded(**changes)
        self.cast("chen.housing").does(receipt["id"], "serve", service())
        return receipt

    def attempted(self, **changes: Any) -> dict[str, Any]:
        """An attempt to serve waits for approval."""
        receipt = self.concluded(**changes)
        self.cast("chen.housing").does(receipt["id"], "serve", service(outcome="attempted", method="phone"))
        return receipt

    def closed(self, **changes: Any) -> dict[str, Any]:
        """Closed."""
        receipt = self.served(**changes)
        self.cast("chen.housing").does(receipt["id"], "close")
        return receipt


CONCLUSION = {"result": "supported", "reply": "已修复，室温达标。"}


def service(**changes: Any) -> dict[str, Any]:
    """A service record: handed over now, unless `changes` say otherwise."""
    body = {"outcome": "served", "method": "in_person", "at": present().isoformat(), "proof": "当面签收"}
    return {**body, **changes}

"""Speaking as the permanent cast, and the reports they bring."""

import itertools
import uuid
from functools import cache
from typing import Any

from starlette.testclient import TestClient

from seeds.hohhot.city import build_city
from seeds.load import demo_key, demo_password

HOME_CELL = "150102001001001"  # 海拉尔东路街道第一社区第一网格, worked by wang.grid
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
    """One caller with a token: gets, and posts with a fresh key unless one is given."""

    def __init__(self, client: TestClient, token: str, login: str) -> None:
        self.client, self.token, self.login = client, token, login

    @property
    def headers(self) -> dict[str, str]:
        """The caller's own header."""
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, url: str, **headers: str) -> Any:
        """GET."""
        return self.client.get(url, headers={**self.headers, **headers})

    def post(self, url: str, body: Any = None, *, key: str | None = None, version: Any = None, **headers: str) -> Any:
        """POST JSON."""
        sent = {**self.headers, "Idempotency-Key": key or uuid.uuid4().hex, **headers}
        if version is not None:
            sent["If-Match"] = f'"{version}"'
        return self.client.post(url, json=body, headers=sent)

    def register(self, body: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        """Register a report and give the receipt; fails on anything but 201."""
        reply = self.post("/v1/cases", body or report(**changes))
        assert reply.status_code == 201, reply.text
        return dict(reply.json())

    def act(self, case_id: str, action: str, body: Any = None, *, version: Any = None) -> Any:
        """Take a step on the version that this caller sees now (or the one given)."""
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
    """`cast("li.window")` logs in once and speaks as her; `cast.machine()` is the partner system."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self._people: dict[str, Person] = {}

    def __call__(self, login: str) -> Person:
        if login not in self._people:
            reply = self.client.post("/v1/tokens", json={"login": login, "password": demo_password(login)})
            assert reply.status_code == 200, reply.text
            self._people[login] = Person(self.client, reply.json()["access_token"], login)
        return self._people[login]

    def machine(self) -> Person:
        """The 12345 platform with its sandbox key."""
        return Person(self.client, demo_key("hotline-12345"), "hotline-12345")

"""Speaking to the city as its cast, and printing what comes of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console

from app.core.geometry import wgs84_to_gcj02
from seeds.hohhot.city import build_city
from seeds.load import demo_password

LOCAL = ZoneInfo("Asia/Shanghai")
HOME_CELL = "150102001001001"  # the grid worker's, where all stories play
OK = (HTTPStatus.OK, HTTPStatus.CREATED)
say = Console(highlight=False, soft_wrap=True).print


class Unexpected(Exception):
    """The service answered something else than it should; holds what it said."""

    def __init__(self, what: str, reply: httpx.Response) -> None:
        super().__init__(what)
        self.reply = reply


class Tour:
    """Speaks to the city as its cast and prints what comes of it."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.client = httpx.Client(base_url=url, timeout=30, trust_env=False)
        city = build_city()
        self.cast = {member.login: member for member in city.cast}
        home = next(cell for cell in city.cells if cell.code == HOME_CELL).boundary.representative_point()
        self.known: dict[str, Any] = {login: str(member.staff) for login, member in self.cast.items()}
        self.known |= {"home": _point(home.x, home.y), "phone": _point(*wgs84_to_gcj02(home.x, home.y))}
        self.tokens: dict[str, str] = {}
        self.words = {"registered": "登记 registered"}
        self.speaker = ""

    def arrive(self) -> None:
        """See that the city is there and learn its words; raises httpx.TransportError when nobody answers."""
        ready = self.expect(self.client.get("/readyz"), "the service is ready")
        for language in ("zh", "en"):
            steps = self.ask("li.window", "/v1/transitions", language=language)
            for step in steps["items"]:
                self.words[step["action"]] = f"{self.words.get(step['action'], '')} {step['title']}".strip()
        say(f"城市 city [bold]{ready['city']}[/bold]，{self.client.base_url}；时间为当地时间 times are local")

    def headers(self, login: str, language: str = "zh") -> dict[str, str]:
        """A token for one of the cast."""
        if login not in self.tokens:
            body = {"login": login, "password": demo_password(login)}
            reply = self.client.post("/v1/tokens", json=body)
            self.tokens[login] = self.expect(reply, f"{login} logs in")["access_token"]
        return {"Authorization": f"Bearer {self.tokens[login]}", "Accept-Language": language}

    def ask(self, login: str, path: str, *, language: str = "zh") -> dict[str, Any]:
        """GET as one of the cast."""
        return self.expect(self.client.get(path, headers=self.headers(login, language)), f"GET {path} as {login}")

    def every(self, login: str, path: str) -> list[dict[str, Any]]:
        """Every item of a list, page after page by its `Link` header."""
        items: list[dict[str, Any]] = []
        while path:
            reply = self.client.get(path, headers=self.headers(login))
            items += self.expect(reply, f"GET {path} as {login}")["items"]
            path = reply.links.get("next", {}).get("url", "")
        return items

    def send(
        self, login: str, path: str, body: Any = None, *, key: str | None = None, version: int | None = None
    ) -> Any:
        """POST as one of the cast, with a fresh key unless one is given."""
        headers = self.headers(login) | {"Idempotency-Key": key or uuid.uuid4().hex}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.client.post(path, json=body, headers=headers)

    def expect(self, reply: httpx.Response, what: str, *statuses: int) -> dict[str, Any]:
        """The body of a reply that is as it should be; raises Unexpected."""
        if reply.status_code not in (statuses or OK) or "json" not in reply.headers.get("content-type", ""):
            raise Unexpected(what, reply)
        body: dict[str, Any] = reply.json()
        return body

    def pdf(self, reply: httpx.Response, what: str, title: str, path: str) -> None:
        """A paper that was made, and where it lies."""
        if reply.status_code != HTTPStatus.OK or not reply.content.startswith(b"%PDF-"):
            raise Unexpected(what, reply)
        say(f"    {title} PDF {len(reply.content) / 1000:.0f} kB：[link]{self.url}{path}[/link]")

    def turn_of(self, login: str) -> None:
        """A heading when somebody else begins to act."""
        if login != self.speaker:
            self.speaker = login
            member = self.cast[login]
            say(f"\n[bold cyan]{member.name}[/bold cyan] {login}（{member.who_zh}）")

    def name_of(self, actor: str) -> str:
        """Who an event was written by."""
        return next((m.name for m in self.cast.values() if actor.endswith(str(m.staff))), actor)

    def actions(self, offered: list[str]) -> str:
        """What a phone would offer next."""
        return " · ".join(self.words[action] for action in offered) or "无 none"


def _point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def local_time(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(LOCAL):%Y-%m-%d %H:%M}"

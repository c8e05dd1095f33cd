"""`make tour`: one petition, one dispute and one request through their whole life, over HTTP, told as a person reads it.

Needs the demo city that `make run` serves. Every answer is checked; an unexpected one is printed and ends the tour.
"""

import argparse
import sys
import uuid
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from app.cases.rules import TRANSITIONS
from app.core.geometry import wgs84_to_gcj02
from seeds.hohhot.city import build_city
from seeds.load import demo_password

HOME_CELL = "150102001001001"
ZONE = ZoneInfo("Asia/Shanghai")


class Surprise(Exception):
    """The service answered something else than the story expects."""


class Visitor:
    """One of the demo's people, speaking to the service."""

    def __init__(self, http: httpx.Client, login: str) -> None:
        self.who = next(member for member in build_city().cast if member.login == login)
        self._http = http
        answer = http.post("/v1/tokens", json={"login": login, "password": demo_password(login)})
        self._headers = {"Authorization": f"Bearer {expect(answer, 200)['access_token']}"}

    def __str__(self) -> str:
        return f"{self.who.name}（{self.who.who_zh}）"

    def get(self, url: str) -> httpx.Response:
        """Read."""
        return self._http.get(url, headers=self._headers)

    def post(self, url: str, body: Any, *, key: str | None = None, version: int | None = None) -> httpx.Response:
        """Write, with a fresh key unless one is given."""
        headers = {**self._headers, "Idempotency-Key": key or uuid.uuid4().hex}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self._http.post(url, json=body, headers=headers)


class Story:
    """One case, told step by step."""

    def __init__(self, title: str) -> None:
        self.receipt: dict[str, Any] = {}
        print(f"\n━━ {title}")

    def register(self, who: Visitor, body: dict[str, Any], *, key: str | None = None) -> None:
        """The first step."""
        self.receipt = expect(who.post("/v1/cases", body, key=key), 201)
        r = self.receipt
        print(f"  {who} 登记 registers：{body['title']}")
        print(f"    编号 number {r['number']} · 查询码 query code {r['query_code']} · 网格 cell {r['cell']['code']}")
        print(f"    首接 lead {name(r, r['lead_unit'])} → 派往 offered to {name(r, r['offered_to'])}")
        print(f"    依据 why: {r['routing']['reason']}")
        for clock in r["clocks"]:
            print(f"    期限 {clock['kind']:<10} {local(clock['due'])}  （{clock['basis']}）")

    def step(self, who: Visitor, action: str, body: Any = None) -> None:
        """One step by somebody who may take it."""
        case = expect(who.get(f"/v1/cases/{self.receipt['id']}"), 200)
        url = f"/v1/cases/{case['id']}/actions/{action}"
        page = expect(who.post(url, body, version=case["version"]), 200)
        said = "".join(f"：{body[word]}" for word in ("reply", "reason", "proof") if body and word in body)
        title = TRANSITIONS[action].title
        print(f"  {who} {title.zh} {title.en}{said}")
        due = f" · 到期 due {local(page['due'])}" if page.get("due") else ""
        print(f"    → {page['status_text']} · 主办 lead {name(page, page['lead_unit'])}{due}")
        print(f"      可办 next: {', '.join(page['available_actions']) or '—'}")

    def hidden_from(self, who: Visitor) -> None:
        """Somebody without a part in it does not even learn that it exists."""
        expect(who.get(f"/v1/cases/{self.receipt['id']}"), 404)
        print(f"  {who} 查不到此件 sees nothing (404)")

    def resident(self, http: httpx.Client) -> None:
        """What the resident reads with number and code."""
        asked = {"number": self.receipt["number"], "code": self.receipt["query_code"]}
        seen = expect(http.post("/v1/query", json=asked), 200)
        print(
            f"  群众查询 the resident asks → {seen['said']}" + (f"；答复：{seen['reply']}" if seen.get("reply") else "")
        )

    def timeline(self, who: Visitor) -> None:
        """The record."""
        events = expect(who.get(f"/v1/cases/{self.receipt['id']}/timeline"), 200)["items"]
        print("  时间线 timeline: " + " → ".join(event["title"] for event in events))


def expect(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The JSON of an expected answer; raises Surprise."""
    if answer.status_code != status:
        raise Surprise(f"{answer.request.method} {answer.request.url} → {answer.status_code}\n{answer.text}")
    found: dict[str, Any] = answer.json()
    return found


def name(page: dict[str, Any], code: str | None) -> str:
    """A unit in words."""
    return str(page["names"].get(code, code)) if code else "—"


def local(instant: str) -> str:
    """An instant on the city's wall clock."""
    return datetime.fromisoformat(instant).astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def now() -> str:
    """For service records."""
    return datetime.now(UTC).isoformat()


def here(crs: str = "WGS84") -> dict[str, Any]:
    """A location in the home cell, as a device of that system gives it."""
    cell = next(cell for cell in build_city().cells if cell.code == HOME_CELL).boundary.representative_point()
    lon, lat = wgs84_to_gcj02(cell.x, cell.y) if crs == "GCJ02" else (cell.x, cell.y)
    return {"point": {"type": "Point", "coordinates": [lon, lat]}, "crs": crs, "address": "示范路1号"}


def petition(http: httpx.Client) -> None:
    """申诉求决: from the window to the department, extended, decided, served on the second try, closed."""
    story = Story("信访：室温长期不达标 A petition: rooms too cold")
    clerk, handler, head = Visitor(http, "li.window"), Visitor(http, "chen.housing"), Visitor(http, "liu.head")
    story.register(clerk, {
        "kind": "petition", "petition_class": "appeal", "category": "heating.temperature", "channel": "window",
        "title": "室温长期不达标，请求退费", "description": "入冬以来室温不足十六度。", "location": here(),
        "parties": [{"role": "petitioner", "name": "张三", "phone": "13800000000"}],
    })  # fmt: skip
    story.hidden_from(Visitor(http, "gao.window"))
    story.hidden_from(Visitor(http, "wang.grid"))
    story.step(handler, "sign_for")
    story.step(handler, "accept")
    story.step(handler, "handle")
    story.step(head, "extend", {"days": 15, "reason": "需委托检测室温"})
    story.step(handler, "conclude", {"result": "supported", "reply": "检测属实，已责成供热企业整改并退费。"})
    attempt = {"outcome": "attempted", "method": "phone", "at": now(), "proof": "两次致电未接"}
    story.step(handler, "serve", attempt)
    story.resident(http)
    story.step(handler, "serve", {"outcome": "served", "method": "in_person", "at": now(), "proof": "本人当面签收"})
    story.step(handler, "close")
    story.resident(http)
    story.timeline(clerk)


def dispute(http: httpx.Client) -> None:
    """邻里纠纷: offered to the people's mediation committee and settled there."""
    story = Story("纠纷：楼上夜间噪声 A dispute: noise from upstairs")
    clerk, mediator = Visitor(http, "li.window"), Visitor(http, "zhou.mediator")
    story.register(clerk, {
        "kind": "dispute", "category": "neighbour.noise", "channel": "window", "title": "楼上夜间噪声，请求调解",
        "location": here(), "parties": [{"role": "petitioner", "name": "李四", "phone": "13800000001"},
                                        {"role": "respondent", "name": "王五"}],
    })  # fmt: skip
    story.step(mediator, "sign_for")
    story.step(mediator, "accept")
    story.step(mediator, "handle")
    story.step(mediator, "conclude", {"result": "agreement", "reply": "双方约定晚十点后不再移动家具。"})
    story.step(mediator, "serve", {"outcome": "served", "method": "in_person", "at": now(), "proof": "双方签字"})
    story.step(mediator, "close")
    story.resident(http)
    story.timeline(clerk)


def request(http: httpx.Client) -> None:
    """停暖: reported on the street with a phone's coordinates, sent twice over a bad line, mended the same day."""
    story = Story("诉求：家中停暖 A request: no heating")
    worker, handler = Visitor(http, "wang.grid"), Visitor(http, "chen.housing")
    body = {
        "id": str(uuid.uuid4()), "kind": "request", "category": "heating.outage", "channel": "grid_worker",
        "title": "整栋楼停暖", "location": here("GCJ02"),
        "parties": [{"role": "petitioner", "name": "赵六", "phone": "13800000002"}],
    }  # fmt: skip
    key = uuid.uuid4().hex
    story.register(worker, body, key=key)
    again = worker.post("/v1/cases", body, key=key)
    if expect(again, 201)["number"] != story.receipt["number"] or again.headers.get("Idempotency-Replayed") != "true":
        raise Surprise("the repeat was not answered with the first receipt")
    print("    网络不好重发一次，仍是同一件 sent again over a bad line: the same receipt")
    story.step(worker, "sign_for")
    story.step(handler, "sign_for")
    story.step(handler, "accept")
    story.step(handler, "handle")
    story.step(handler, "conclude", {"result": "resolved", "reply": "换热站阀门已更换，恢复供暖。"})
    story.step(handler, "serve", {"outcome": "served", "method": "phone", "at": now(), "proof": "电话告知，本人接听"})
    story.step(handler, "close")
    story.resident(http)
    story.timeline(worker)


def main() -> int:
    """Run the tour; exit status 1 when the service cannot be reached or surprises."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the demo city is served")
    url = parser.parse_args().url
    try:
        with httpx.Client(base_url=url, timeout=30) as http:
            for story in (petition, dispute, request):
                story(http)
    except httpx.TransportError as error:
        print(f"{url} does not answer ({error}). Start it in another terminal with `make run`.", file=sys.stderr)
        return 1
    except Surprise as surprise:
        print(f"\nUnexpected answer: {surprise}", file=sys.stderr)
        return 1
    print("\n三件均已办结，链条完整。All three are closed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

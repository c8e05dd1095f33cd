"""`make tour`: a petition up to its review, a dispute and a request through their whole life, as a person would read it.

    python -m scripts.tour [--url http://127.0.0.1:8000]

Speaks to the demo city that `make run` serves, as its permanent cast, whose passwords are made from the key in the same
data folder (GRIDCASE_HOME). The exit status is 1 as soon as the service answers anything but what is right.
"""

from __future__ import annotations

import argparse
import json
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console

from app.core.geometry import wgs84_to_gcj02
from seeds.hohhot.city import build_city
from seeds.load import demo_password

LOCAL = ZoneInfo("Asia/Shanghai")
HOME_CELL = "150102001001001"
CLOCKS = {
    "acceptance": "受理 acceptance", "completion": "办结 completion", "apply_review": "可申请复查 may be reviewed",
    "evaluation": "可评价 may be rated",
}  # fmt: skip
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
        self.cast = {member.login: member for member in build_city().cast}
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


class Case:
    """One case on its way. Each method is one act of one person, printed with what came of it."""

    def __init__(self, tour: Tour, login: str, body: Mapping[str, Any]) -> None:
        """Register `body` as `login`."""
        self.tour, self.body, self.key = tour, body, uuid.uuid4().hex
        self.registrar = login
        tour.speaker = ""
        reply = tour.send(login, "/v1/cases", body, key=self.key)
        self.receipt = tour.expect(reply, f"{login} registers", HTTPStatus.CREATED)
        self.id, self.version = self.receipt["id"], 1
        self._show_receipt()

    def _show_receipt(self) -> None:
        got, names = self.receipt, self.receipt["names"]
        self.tour.turn_of(self.registrar)
        say(f"  [bold]登记 registers[/bold] “{self.body['title']}”")
        say(f"    编号 number [bold]{got['number']}[/bold]，查询码 query code [bold]{got['query_code']}[/bold]")
        say(
            f"    网格 cell {got['cell']['code']}，{' '.join(names[code] for code in got['areas'].values() if code in names)}"
        )
        say(f"    首接 received by {names[got['lead_unit']]}，派往 offered to {names[got['offered_to']]}")
        say(f"    依据 because {got['routing']['reason']}")
        self._show_due(got["clocks"])

    def _show_due(self, clocks: list[dict[str, Any]]) -> None:
        running = [c for c in clocks if not c.get("met_at") and not c.get("stopped_at")]
        told = [f"{CLOCKS[c['kind']]} [yellow]{_local(c['due'])}[/yellow]" for c in running]
        if told:
            say(f"    期限 due: {' · '.join(told)}")

    def repeat(self) -> None:
        """Send the registration again, as a phone does that lost the answer."""
        reply = self.tour.send(self.registrar, "/v1/cases", self.body, key=self.key)
        again = self.tour.expect(reply, "the same request again", HTTPStatus.CREATED)
        if again["id"] != self.id or reply.headers.get("Idempotency-Replayed") != "true":
            raise Unexpected("a repeat gives the first receipt", reply)
        say("    [green]重发同一请求，仍是原回执，未重复登记[/green] sent again: the first receipt, nothing doubled")

    def hidden_from(self, *logins: str) -> None:
        """Show that these people do not even learn that the case exists."""
        for login in logins:
            reply = self.tour.client.get(f"/v1/cases/{self.id}", headers=self.tour.headers(login))
            self.tour.expect(reply, f"{login} must not find the case", HTTPStatus.NOT_FOUND)
            member = self.tour.cast[login]
            say(f"    [green]与本件无关者查不到[/green] not found (404) for {member.name} {login}（{member.who_zh}）")

    def refresh(self) -> None:
        """See what others did to it in between."""
        self.version = self.tour.ask(self.registrar, f"/v1/cases/{self.id}")["version"]

    def waits_for(self, login: str) -> None:
        """Show that it stands among someone's tasks."""
        tasks = self.tour.every(login, "/v1/me/tasks?limit=200")
        if self.id not in {task["id"] for task in tasks}:
            raise LookupError(f"{self.receipt['number']} is not among the tasks of {login}")
        self.tour.turn_of(login)
        say(f"  待办 {len(tasks)} 件，本件在内 this is among their {len(tasks)} tasks")

    def does(self, login: str, action: str, body: Mapping[str, Any] | None = None, *, said: str = "") -> None:
        """Take a step; print the state it leads to, the limits, and what comes next."""
        path = f"/v1/cases/{self.id}/actions/{action}"
        reply = self.tour.send(login, path, body, version=self.version)
        page = self.tour.expect(reply, f"{login}: {action}")
        self.version = page["version"]
        self.tour.turn_of(login)
        say(f"  [bold]{self.tour.words[action]}[/bold]{' — ' + said if said else ''}")
        lead = page["names"][page["lead_unit"]]
        say(f"    状态 status [magenta]{page['status_text']}[/magenta] ({page['status']})，主办 lead {lead}")
        self._show_due(page["clocks"])
        say(f"    接着可以 may do next: {self.tour.actions(page['available_actions'])}", style="dim")

    def told(self, login: str, kind: str) -> None:
        """Hand over a notice that waits, and say so."""
        proof = served("served", "in_person", "当面签收，回证已存。")
        self.does(login, "serve", {**proof, "kind": kind}, said=f"{self.notice(kind)['title']}，当面签收 handed over")

    def notice(self, kind: str) -> dict[str, Any]:
        """The notice of a kind that counts."""
        listed: list[dict[str, Any]] = self.tour.ask(self.registrar, f"/v1/cases/{self.id}/notices")["items"]
        return [n for n in listed if n["kind"] == kind and n["state"] != "replaced"][-1]

    def prints(self, login: str, kind: str) -> None:
        """Print a notice and say where its PDF lies."""
        found = self.notice(kind)
        path = f"/v1/notices/{found['id']}"
        reply = self.tour.send(login, f"{path}/print", {"reason": "打印送达"})
        if reply.status_code != HTTPStatus.OK or not reply.content.startswith(b"%PDF-"):
            raise Unexpected(f"{login} prints the {kind}", reply)
        size = f"{len(reply.content) / 1000:.0f} kB"
        say(f"    {found['title']} PDF {size}：[link]{self.tour.url}{path}.pdf[/link]")

    def is_refused(self, login: str, action: str) -> None:
        """Try a step that the rules do not allow now."""
        reply = self.tour.send(login, f"/v1/cases/{self.id}/actions/{action}", version=self.version)
        problem = self.tour.expect(reply, f"{login} must not {action} now", HTTPStatus.CONFLICT)
        self.tour.turn_of(login)
        say(f"  [bold]{self.tour.words[action]}[/bold] → [red]409[/red] {problem['detail']}")

    def is_rated(self, satisfaction: str, solved: str) -> None:
        """The resident rates it with number and query code; nobody else can."""
        sent = {**self.held(), "satisfaction": satisfaction, "solved": solved}
        said = self.tour.expect(self.tour.client.post("/v1/query/rate", json=sent), "the resident rates")
        say("\n[bold cyan]群众 the resident[/bold cyan]")
        say(f"  [bold]评价 rates[/bold] {satisfaction}，解决 solved: {solved} — {said['said']}")

    def is_filed(self, login: str) -> None:
        """归档: the whole file on paper, and where it lies."""
        self.refresh()
        self.does(login, "archive")
        path = f"/v1/cases/{self.id}/file.pdf"
        reply = self.tour.client.get(path, headers=self.tour.headers(login))
        if reply.status_code != HTTPStatus.OK or not reply.content.startswith(b"%PDF-"):
            raise Unexpected(f"{login} reads the file", reply)
        size = f"{len(reply.content) / 1000:.0f} kB"
        say(f"    案卷 the file, PDF {size}：[link]{self.tour.url}{path}[/link]")

    def held(self) -> dict[str, str]:
        """What the resident holds."""
        return {"number": self.receipt["number"], "code": self.receipt["query_code"]}

    def ends(self) -> None:
        """The timeline, and what the resident reads."""
        timeline = self.tour.ask(self.registrar, f"/v1/cases/{self.id}/timeline")["items"]
        say("\n[bold]时间线 timeline[/bold]")
        for event in timeline:
            what = self.tour.words.get(event["kind"], event["title"])
            say(f"  {event['seq']:>2}  {_local(event['at'])}  {self.tour.name_of(event['actor'])}  {what}")
        for language, heading in (("zh", "群众凭编号和查询码看到"), ("en", "and the resident reads")):
            reply = self.tour.client.post("/v1/query", json=self.held(), headers={"Accept-Language": language})
            seen = self.tour.expect(reply, "the resident asks")
            say(f"[bold]{heading}[/bold]：{seen['said']} — {seen['handled_by']}")
            say(f"  {' → '.join(step['step'] for step in seen['steps'])}")
        say(f"  答复 reply: “{seen['reply']}”")


class Review(Case):
    """复查: the resident goes one tier up against the opinion on a case."""

    def __init__(self, tour: Tour, original: Case, reasons: str, login: str) -> None:
        """Apply with number and query code; `login` works for the organ that decides."""
        sent = {**original.held(), "reasons": reasons}
        reply = tour.client.post("/v1/query/review", json=sent)
        self.receipt = tour.expect(reply, "the resident applies for a review", HTTPStatus.CREATED)
        say("\n[bold cyan]群众 the resident[/bold cyan]")
        say(f"  [bold]申请复查 applies for a review[/bold] “{reasons}”")
        say(
            f"    编号 number [bold]{self.receipt['number']}[/bold]，由上一级机关办理 one tier up: {self.receipt['handled_by']}"
        )
        say(f"    期限 due: [yellow]{_local(self.receipt['due'])}[/yellow]")
        self.tour, self.registrar, tour.speaker = tour, login, ""
        listed = tour.every(login, "/v1/me/tasks?limit=200")
        self.id = next(task["id"] for task in listed if task["number"] == self.receipt["number"])
        self.version = tour.ask(login, f"/v1/cases/{self.id}")["version"]


def _local(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(LOCAL):%Y-%m-%d %H:%M}"


def home() -> tuple[float, float]:
    """Longitude and latitude (WGS84, degrees) in the grid worker's cell."""
    place = next(cell for cell in build_city().cells if cell.code == HOME_CELL).boundary.representative_point()
    return place.x, place.y


def at(lon: float, lat: float, crs: str, address: str) -> dict[str, Any]:
    """A measured place in a report."""
    return {"point": {"type": "Point", "coordinates": [lon, lat]}, "crs": crs, "accuracy_m": 12, "address": address}


def served(outcome: str, method: str, proof: str) -> dict[str, Any]:
    """A service record of now."""
    return {"outcome": outcome, "method": method, "proof": proof, "at": datetime.now(UTC).isoformat()}


def walk_petition(tour: Tour) -> None:
    """An appeal: only who has a part in it ever knows of it."""
    say("\n[bold reverse] 一、信访：申诉求决  A petition [/bold reverse]")
    case = Case(tour, "li.window", {
        "kind": "petition", "petition_class": "appeal", "category": "heating.temperature", "channel": "window",
        "title": "供暖后室温长期不达标", "description": "室温只有十五度，多次向供热单位反映未解决，请求依法处理。",
        "location": at(*home(), "WGS84", "海拉尔东路示范小区1号楼"),
        "parties": [{"role": "petitioner", "name": "张三", "phone": "13800000000"}],
    })  # fmt: skip
    case.hidden_from("wang.grid", "gao.window")
    case.waits_for("chen.housing")
    case.does("chen.housing", "sign_for", said="责任随签收转移 responsibility moves when signed for")
    case.does("chen.housing", "accept")
    case.told("chen.housing", "acceptance")
    case.does("chen.housing", "handle")
    extension = {"days": 10, "reason": "需请第三方入户检测室温。"}
    case.does("liu.head", "extend", extension, said="办理机关负责人批准延长十日 by the head of the organ, ten days")
    case.told("chen.housing", "extension")
    reply = "经检测室温不达标属实，供热单位已更换阀门，现室温二十一度，并退还部分热费。"
    case.does("chen.housing", "conclude", {"result": "supported", "reply": reply}, said=reply)
    case.prints("chen.housing", "opinion")
    attempt = served("attempted", "phone", "两次致电无人接听。")
    case.does("chen.housing", "serve", attempt, said="电话未接通 an attempt: nobody answered")
    case.is_refused("chen.housing", "close")
    case.told("chen.housing", "opinion")
    case.does("chen.housing", "close")
    review = Review(tour, case, "测温时段不当，请求上级重新核查。", "feng.city")
    review.hidden_from("chen.housing", "liu.head", "li.window")
    review.does("feng.city", "accept")
    review.does("feng.city", "handle")
    upheld = "经复查，原处理意见事实清楚、依据正确，予以维持。"
    review.does("feng.city", "decide_review", {"outcome": "uphold", "reply": upheld}, said=upheld)
    review.prints("feng.city", "review_decision")
    review.told("feng.city", "review_decision")
    review.does("feng.city", "close")
    review.ends()
    case.is_rated("basically", "partly")
    case.is_filed("chen.housing")
    case.ends()


def walk_dispute(tour: Tour) -> None:
    """A quarrel between neighbours, settled by the people's mediator."""
    say("\n[bold reverse] 二、矛盾纠纷：人民调解  A dispute [/bold reverse]")
    case = Case(tour, "li.window", {
        "kind": "dispute", "category": "neighbour.noise", "channel": "window", "title": "楼上住户夜间噪声纠纷",
        "description": "楼上住户夜间拖动家具，影响休息，请求调解。", "complexity": "simple",
        "location": at(*home(), "WGS84", "海拉尔东路示范小区2号楼"),
        "parties": [{"role": "petitioner", "name": "李四", "phone": "13800000001"},
                    {"role": "respondent", "name": "王五"}],
    })  # fmt: skip
    case.hidden_from("chen.housing", "wang.grid")
    case.waits_for("zhou.mediator")
    case.does("zhou.mediator", "sign_for")
    case.does("zhou.mediator", "accept")
    case.does("zhou.mediator", "handle")
    reply = "双方自愿达成协议：二十二时后不拖动家具，加装静音脚垫。"
    case.does("zhou.mediator", "conclude", {"result": "agreement", "reply": reply}, said=reply)
    case.does("zhou.mediator", "serve", served("served", "in_person", "双方当面签收调解协议。"))
    case.does("zhou.mediator", "close")
    case.ends()


def walk_request(tour: Tour) -> None:
    """A request taken on the street with a phone, whose map speaks GCJ-02."""
    say("\n[bold reverse] 三、群众诉求：网格员路上登记  A request [/bold reverse]")
    lon, lat = wgs84_to_gcj02(*home())
    say(f"  手机坐标 the phone says {lon:.6f}, {lat:.6f}（GCJ-02，此地偏移约六百米 some 600 m off）")
    case = Case(tour, "wang.grid", {
        "kind": "request", "category": "heating.outage", "channel": "grid_worker", "title": "整栋楼停暖",
        "description": "入户走访时居民反映，今晨起整栋楼停暖。", "location": at(lon, lat, "GCJ02", "海拉尔东路示范小区3号楼"),
        "parties": [{"role": "petitioner", "name": "赵六", "phone": "13800000002"}],
    })  # fmt: skip
    if case.receipt["cell"]["code"] != HOME_CELL:
        raise LookupError(f"GCJ-02 was not converted: the case lies in {case.receipt['cell']['code']}")
    case.repeat()
    case.hidden_from("zhao.saihan")
    case.does("wang.grid", "sign_for", said="协办任务 the worker's own task: to help on the spot")
    case.waits_for("chen.housing")
    case.does("chen.housing", "sign_for")
    case.does("chen.housing", "accept")
    case.does("chen.housing", "handle")
    reply = "换热站故障已排除，今日十八时恢复供暖。"
    case.does("chen.housing", "conclude", {"result": "resolved", "reply": reply}, said=reply)
    case.does("chen.housing", "serve", served("served", "phone", "电话答复，当事人表示已恢复。"))
    case.does("chen.housing", "close")
    case.ends()


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.tour", description="Walk cases through their life.")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the service answers")
    tour = Tour(parser.parse_args().url)
    try:
        tour.arrive()
        for walk in (walk_petition, walk_dispute, walk_request):
            walk(tour)
    except httpx.TransportError as error:
        print(f"gridcase: nobody answers on {tour.client.base_url} ({error}).", file=sys.stderr)
        print("          Start the demo city in another terminal:  make run", file=sys.stderr)
        return 1
    except Unexpected as wrong:
        print(f"\ngridcase: not as it should be: {wrong} → {wrong.reply.status_code}", file=sys.stderr)
        print(_readable(wrong.reply), file=sys.stderr)
        if wrong.reply.status_code == HTTPStatus.UNAUTHORIZED:
            print("Is it the same data folder (GRIDCASE_HOME) that `make run` uses?", file=sys.stderr)
        return 1
    except LookupError as wrong:
        print(f"\ngridcase: not as it should be: {wrong}", file=sys.stderr)
        return 1
    say("\n[bold green]均已办结 all are closed[/bold green]")
    return 0


def _readable(reply: httpx.Response) -> str:
    try:
        return json.dumps(reply.json(), ensure_ascii=False, indent=2)
    except ValueError:
        return reply.text[:2000]


if __name__ == "__main__":
    sys.exit(main())

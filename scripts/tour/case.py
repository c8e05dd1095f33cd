"""One case on its way, as stories.yaml tells it: each public method of `Case` is a word of that file, and one act."""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any

from PIL import Image

from scripts.tour.speaking import HOME_CELL, LOCAL, Tour, Unexpected, local_time, say

CLOCKS = {
    "acceptance": "受理 acceptance", "completion": "办结 completion", "apply_review": "可申请复查 may be reviewed",
    "evaluation": "可评价 may be rated",
    "sign_for": "签收 to be signed for",
    "performance": "履行回访 followed up", "confirmation": "可申请司法确认 may go to the court",
}  # fmt: skip
STATES = {"open": "未履行 open", "partly": "部分履行 partly", "performed": "已履行 performed"}
Body = Mapping[str, Any]
Acts = Sequence[dict[str, Any]]


class Case:
    """One case on its way. Each public method is one act of one person, printed with what came of it."""

    def __init__(self, tour: Tour, by: str, body: Body) -> None:
        """Register `body` as `by`."""
        self.tour, self.registrar, self.key, self.known = tour, by, uuid.uuid4().hex, dict(tour.known)
        self.body = self._meant(body)
        tour.speaker = ""
        reply = tour.send(by, "/v1/cases", self.body, key=self.key)
        self.receipt = tour.expect(reply, f"{by} registers", HTTPStatus.CREATED)
        self.urls = {"case": f"/v1/cases/{self.receipt['id']}"}
        self._show_receipt()

    def walk(self, acts: Acts) -> None:
        """Take the acts of a story, one after another; LookupError at one that no method stands for."""
        for act in acts:
            (word, value), *more = act.items()
            if word.startswith("_") or word not in WORDS:
                raise LookupError(f"stories.yaml: nobody knows how one {word!r}: {act}")
            getattr(self, word)(value, **dict(more))

    def repeat(self, by: str) -> None:
        """Send the registration again, as a phone does that lost the answer."""
        reply = self.tour.send(by, "/v1/cases", self.body, key=self.key)
        again = self.tour.expect(reply, "the same request again", HTTPStatus.CREATED)
        if again["id"] != self.receipt["id"] or reply.headers.get("Idempotency-Replayed") != "true":
            raise Unexpected("a repeat gives the first receipt", reply)
        say("    [green]重发同一请求，仍是原回执，未重复登记[/green] sent again: the first receipt, nothing doubled")

    def hidden_from(self, logins: Sequence[str]) -> None:
        """Show that these people do not even learn that the case exists."""
        for login in logins:
            reply = self.tour.client.get(self.urls["case"], headers=self.tour.headers(login))
            self.tour.expect(reply, f"{login} must not find the case", HTTPStatus.NOT_FOUND)
            member = self.tour.cast[login]
            say(f"    [green]与本件无关者查不到[/green] not found (404) for {member.name} {login}（{member.who_zh}）")

    def waits_for(self, login: str) -> None:
        """Show that it stands among someone's tasks."""
        tasks = self.tour.every(login, "/v1/me/tasks?limit=200")
        if self.receipt["id"] not in {task["id"] for task in tasks}:
            raise LookupError(f"{self.receipt['number']} is not among the tasks of {login}")
        self.tour.turn_of(login)
        say(f"  待办 {len(tasks)} 件，本件在内 this is among their {len(tasks)} tasks")

    def does(
        self, action: str, by: str, *, body: Body | None = None, said: str = "", of: str = "case", called: str = ""
    ) -> None:
        """Take a step of the case, or of its mediation; print where it leads."""
        page = self.tour.expect(self._tried(action, by, body, of), f"{by}: {action}")
        self._show(page, by, called or self.tour.words[action], said)

    def is_refused(
        self, action: str, by: str, *, body: Body | None = None, of: str = "case", called: str = "", status: int = 409
    ) -> None:
        """Try a step that the rules do not allow now, or not so."""
        problem = self.tour.expect(self._tried(action, by, body, of), f"{by} must not {action} now", status)
        self.tour.turn_of(by)
        say(f"  [bold]{called or self.tour.words[action]}[/bold] → [red]{status}[/red] {problem['detail']}")

    def told(self, kind: str, by: str) -> None:
        """Hand over a notice that waits, and say so."""
        proof = {"outcome": "served", "method": "in_person", "proof": "当面签收，回证已存。", "at": "$now"}
        title = self._notice(kind)["title"]
        self.does("serve", by, body={**proof, "kind": kind}, said=f"{title}，当面签收 handed over")

    def prints(self, kind: str, by: str) -> None:
        """Print a notice and say where its PDF lies."""
        found = self._notice(kind)
        path = f"/v1/notices/{found['id']}"
        reply = self.tour.send(by, f"{path}/print", {"reason": "打印送达"})
        self.tour.pdf(reply, f"{by} prints the {kind}", found["title"], f"{path}.pdf")

    def filed(self, title: str, by: str, *, of: str = "case") -> None:
        """案卷、卷宗: the whole file on paper, and where it lies."""
        path = f"{self.urls[of]}/file.pdf"
        reply = self.tour.client.get(path, headers=self.tour.headers(by))
        self.tour.pdf(reply, f"{by} reads the file of the {of}", title, path)

    def rated(self, satisfaction: str, solved: str) -> None:
        """The resident rates it with number and query code; nobody else can."""
        sent = {**self._held(), "satisfaction": satisfaction, "solved": solved}
        said = self.tour.expect(self.tour.client.post("/v1/query/rate", json=sent), "the resident rates")
        say("\n[bold cyan]群众 the resident[/bold cyan]")
        say(f"  [bold]评价 rates[/bold] {satisfaction}，解决 solved: {solved} — {said['said']}")

    def appeals(self, reasons: str, to: str, acts: Acts) -> None:
        """复查: the resident goes one tier up; `to` works for the authority that decides. The acts are the review's."""
        Review(self, reasons, to).walk(acts)

    def ends(self, login: str) -> None:
        """The timeline, and what the resident reads."""
        timeline = self.tour.ask(login, f"{self.urls['case']}/timeline")["items"]
        say("\n[bold]时间线 timeline[/bold]")
        for event in timeline:
            what = self.tour.words.get(event["kind"], event["title"])
            say(f"  {event['seq']:>2}  {local_time(event['at'])}  {self.tour.name_of(event['actor'])}  {what}")
        for language, heading in (("zh", "群众凭编号和查询码看到"), ("en", "and the resident reads")):
            reply = self.tour.client.post("/v1/query", json=self._held(), headers={"Accept-Language": language})
            seen = self.tour.expect(reply, "the resident asks")
            say(f"[bold]{heading}[/bold]：{seen['said']} — {seen['handled_by']}")
            say(f"  {' → '.join(step['step'] for step in seen['steps'])}")
        say(f"  答复 reply: “{seen['reply']}”")

    def mediation(self, body: Body, by: str) -> None:
        """Apply for the mediation of it."""
        reply = self.tour.send(by, f"{self.urls['case']}/mediations", self._meant(body))
        page = self.tour.expect(reply, f"{by} opens the mediation", HTTPStatus.CREATED)
        self.urls["mediation"] = f"/v1/mediations/{page['id']}"
        self.known |= {party["role"]: party["id"] for party in page["parties"]}
        self._show(page, by, "申请调解 applied for", page["channel_text"])

    def finds_room(self, kind: str, centre: str, by: str) -> None:
        """Learn which `$room` there is and from when it is `$free`: an earlier tour may have taken it."""
        rooms = self.tour.ask(by, f"/v1/centres/{centre}/rooms")["rooms"]
        room = next(room for room in rooms if room["kind"] == kind)
        last = max((datetime.fromisoformat(taken["until"]) for taken in room["taken"]), default=datetime.now(UTC))
        self.known |= {"room": room["id"], "free": max(last, datetime.now(UTC)) + timedelta(hours=1)}

    def withheld_from(self, login: str) -> None:
        """Show that another unit does not read what one side said alone."""
        if not any(session["withheld"] for session in self._agreed(login)["sessions"]):
            raise LookupError("what one side said alone must be withheld")
        say("    [green]单独谈话的记录对其他单位不可见[/green] what one side said alone is withheld from other units")

    def attaches(self, purpose: str, by: str) -> None:
        """A scanned page with the case, known by its purpose."""
        out = io.BytesIO()
        Image.new("RGB", (60, 84), "white").save(out, "PNG")
        headers = self.tour.headers(by) | {"Idempotency-Key": uuid.uuid4().hex, "Content-Type": "image/png"}
        url = f"{self.urls['case']}/attachments?purpose={purpose}"
        reply = self.tour.client.post(url, content=out.getvalue(), headers=headers)
        self.known[purpose] = self.tour.expect(reply, f"{by} attaches", HTTPStatus.CREATED)["id"]

    def confirmable(self, by: str) -> None:
        """Until when both may go to the court."""
        until = local_time(self._agreed(by)["agreement"]["confirm_until"])
        say(f"    共同申请司法确认至 both may apply to the court until [yellow]{until}[/yellow]")

    def owed(self, by: str) -> None:
        """Each obligation and how far it was kept."""
        for owed in self._agreed(by)["agreement"]["obligations"]:
            amount, paid = f"{owed['amount_cents'] / 100:.2f}", f"{owed['paid_cents'] / 100:.2f}"
            state = STATES[owed["state"]]
            say(f"    第 {owed['number']} 期 {amount} 元，{owed['due']} 前；已付 paid {paid}，{state}")

    def _tried(self, action: str, by: str, body: Body | None, of: str) -> Any:
        version = self.tour.ask(by, self.urls[of])["version"]
        return self.tour.send(by, f"{self.urls[of]}/actions/{action}", self._meant(body), version=version)

    def _meant(self, said: Any) -> Any:
        """What a story says, with what is known in place of each `$name`."""
        if isinstance(said, Mapping):
            return {name: self._meant(value) for name, value in said.items()}
        if isinstance(said, list):
            return [self._meant(value) for value in said]
        if not isinstance(said, str) or not said.startswith("$"):
            return said
        name, _, more = said[1:].partition("+")
        known = self.known | {"now": datetime.now(UTC), "today": datetime.now(LOCAL).date()}
        if name not in known:
            raise LookupError(f"stories.yaml: nothing is known as {said}")
        found = known[name]
        if not isinstance(found, date):
            return found
        step = timedelta(hours=1) if isinstance(found, datetime) else timedelta(days=1)
        return (found + step * int(more or 0)).isoformat()

    def _show_receipt(self) -> None:
        got, names = self.receipt, self.receipt["names"]
        self.tour.turn_of(self.registrar)
        say(f"  [bold]登记 registers[/bold] “{self.body['title']}”")
        say(f"    编号 number [bold]{got['number']}[/bold]，查询码 query code [bold]{got['query_code']}[/bold]")
        areas = " ".join(names[code] for code in got["areas"].values() if code in names)
        say(f"    网格 cell {got['cell']['code']}，{areas}")
        say(f"    首接 received by {names[got['lead_unit']]}，派往 offered to {names[got['offered_to']]}")
        say(f"    依据 because {got['routing']['reason']}")
        self._show_due(got["clocks"])
        if got["cell"]["code"] != HOME_CELL:
            raise LookupError(f"all stories play in one cell, but the case lies in {got['cell']['code']}")

    def _show(self, page: dict[str, Any], by: str, what: str, said: str) -> None:
        """The state that a step led to; of a case also the limits, and what comes next."""
        self.tour.turn_of(by)
        say(f"  [bold]{what}[/bold]{' — ' + said if said else ''}")
        if "state_text" in page:
            say(f"    调解 mediation [magenta]{page['state_text']}[/magenta] ({page['state']})")
            self.known["session"] = next((s["id"] for s in page["sessions"] if s["state"] != "held"), None)
            if page["agreement"]:
                self.known["obligation"] = page["agreement"]["obligations"][0]["id"]
            return
        lead = page["names"][page["lead_unit"]]
        say(f"    状态 status [magenta]{page['status_text']}[/magenta] ({page['status']})，主办 lead {lead}")
        self._show_due(page["clocks"])
        say(f"    接着可以 may do next: {self.tour.actions(page['available_actions'])}", style="dim")

    def _show_due(self, clocks: list[dict[str, Any]]) -> None:
        running = [c for c in clocks if not c.get("met_at") and not c.get("stopped_at")]
        told = [f"{CLOCKS[c['kind']]} [yellow]{local_time(c['due'])}[/yellow]" for c in running]
        if told:
            say(f"    期限 due: {' · '.join(told)}")

    def _notice(self, kind: str) -> dict[str, Any]:
        """The notice of a kind that counts."""
        listed: list[dict[str, Any]] = self.tour.ask(self.registrar, f"{self.urls['case']}/notices")["items"]
        return [n for n in listed if n["kind"] == kind and n["state"] != "replaced"][-1]

    def _agreed(self, login: str) -> dict[str, Any]:
        return self.tour.ask(login, self.urls["mediation"])

    def _held(self) -> dict[str, str]:
        """What the resident holds."""
        return {"number": self.receipt["number"], "code": self.receipt["query_code"]}


class Review(Case):
    """复查: the resident goes one tier up against the opinion on a case."""

    def __init__(self, original: Case, reasons: str, login: str) -> None:
        """Apply with number and query code; `login` works for the authority that decides."""
        self.tour, self.registrar, self.known = original.tour, login, original.known
        reply = self.tour.client.post("/v1/query/review", json={**original._held(), "reasons": reasons})
        self.receipt = self.tour.expect(reply, "the resident applies for a review", HTTPStatus.CREATED)
        number, handled_by = self.receipt["number"], self.receipt["handled_by"]
        say("\n[bold cyan]群众 the resident[/bold cyan]")
        say(f"  [bold]申请复查 applies for a review[/bold] “{reasons}”")
        say(f"    编号 number [bold]{number}[/bold]，由上一级机关办理 one tier up: {handled_by}")
        say(f"    期限 due: [yellow]{local_time(self.receipt['due'])}[/yellow]")
        self.tour.speaker = ""
        listed = self.tour.every(login, "/v1/me/tasks?limit=200")
        self.urls = {"case": f"/v1/cases/{next(task['id'] for task in listed if task['number'] == number)}"}


WORDS = {name for name in vars(Case) if name != "walk"}

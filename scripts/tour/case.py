"""One case on its way: each method is one act of one person, printed with what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from scripts.tour.speaking import Tour, Unexpected, local_time, say

CLOCKS = {
    "acceptance": "受理 acceptance", "completion": "办结 completion", "apply_review": "可申请复查 may be reviewed",
    "evaluation": "可评价 may be rated",
    "sign_for": "签收 to be signed for",
    "performance": "履行回访 followed up", "confirmation": "可申请司法确认 may go to the court",
}  # fmt: skip


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
        told = [f"{CLOCKS[c['kind']]} [yellow]{local_time(c['due'])}[/yellow]" for c in running]
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
        self.tour.pdf(reply, f"{login} prints the {kind}", found["title"], f"{path}.pdf")

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
        self.tour.pdf(reply, f"{login} reads the file", "案卷 the file,", path)

    def held(self) -> dict[str, str]:
        """What the resident holds."""
        return {"number": self.receipt["number"], "code": self.receipt["query_code"]}

    def ends(self) -> None:
        """The timeline, and what the resident reads."""
        timeline = self.tour.ask(self.registrar, f"/v1/cases/{self.id}/timeline")["items"]
        say("\n[bold]时间线 timeline[/bold]")
        for event in timeline:
            what = self.tour.words.get(event["kind"], event["title"])
            say(f"  {event['seq']:>2}  {local_time(event['at'])}  {self.tour.name_of(event['actor'])}  {what}")
        for language, heading in (("zh", "群众凭编号和查询码看到"), ("en", "and the resident reads")):
            reply = self.tour.client.post("/v1/query", json=self.held(), headers={"Accept-Language": language})
            seen = self.tour.expect(reply, "the resident asks")
            say(f"[bold]{heading}[/bold]：{seen['said']} — {seen['handled_by']}")
            say(f"  {' → '.join(step['step'] for step in seen['steps'])}")
        say(f"  答复 reply: “{seen['reply']}”")


class Review(Case):
    """复查: the resident goes one tier up against the opinion on a case."""

    def __init__(self, tour: Tour, original: Case, reasons: str, login: str) -> None:
        """Apply with number and query code; `login` works for the authority that decides."""
        sent = {**original.held(), "reasons": reasons}
        reply = tour.client.post("/v1/query/review", json=sent)
        self.receipt = tour.expect(reply, "the resident applies for a review", HTTPStatus.CREATED)
        say("\n[bold cyan]群众 the resident[/bold cyan]")
        say(f"  [bold]申请复查 applies for a review[/bold] “{reasons}”")
        say(
            f"    编号 number [bold]{self.receipt['number']}[/bold]，由上一级机关办理 one tier up: {self.receipt['handled_by']}"
        )
        say(f"    期限 due: [yellow]{local_time(self.receipt['due'])}[/yellow]")
        self.tour, self.registrar, tour.speaker = tour, login, ""
        listed = tour.every(login, "/v1/me/tasks?limit=200")
        self.id = next(task["id"] for task in listed if task["number"] == self.receipt["number"])
        self.version = tour.ask(login, f"/v1/cases/{self.id}")["version"]


def served(outcome: str, method: str, proof: str) -> dict[str, Any]:
    """A service record of now."""
    return {"outcome": outcome, "method": method, "proof": proof, "at": datetime.now(UTC).isoformat()}

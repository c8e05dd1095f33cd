"""A wage dispute before the people's mediators: consent, talks, an agreement with signatures, payments, the court."""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from PIL import Image

from scripts.tour.case import Case
from scripts.tour.speaking import LOCAL, Tour, local_time, say
from scripts.tour.walks import at, home

ZHOU = "zhou.mediator"
ROLES = {"petitioner": "申请人 worker", "respondent": "被申请人 company"}
STATES = {"open": "未履行 open", "partly": "部分履行 partly", "performed": "已履行 performed"}


class Mediation:
    """The mediation of one case; each method is one act, printed with what came of it."""

    def __init__(self, case: Case, login: str, body: Mapping[str, Any]) -> None:
        """Apply for it as `login`."""
        self.case, self.tour, self.login = case, case.tour, login
        reply = self.tour.send(login, f"/v1/cases/{case.id}/mediations", body)
        self.page = self.tour.expect(reply, f"{login} opens the mediation", HTTPStatus.CREATED)
        self.url = f"/v1/mediations/{self.page['id']}"
        self.sides = {party["role"]: party["id"] for party in self.page["parties"]}
        case.refresh()
        self._show("申请调解 applied for", self.page["channel_text"])

    def _show(self, what: str, said: str = "") -> None:
        self.tour.turn_of(self.login)
        say(f"  [bold]{what}[/bold]{' — ' + said if said else ''}")
        say(f"    调解 mediation [magenta]{self.page['state_text']}[/magenta] ({self.page['state']})")

    def does(self, action: str, body: Mapping[str, Any] | None, what: str, said: str = "") -> None:
        """One act that must succeed."""
        reply = self.tour.send(self.login, f"{self.url}/actions/{action}", body, version=self.page["version"])
        self.page = self.tour.expect(reply, f"{self.login}: {action}")
        self.case.refresh()
        self._show(what, said)

    def is_refused(self, action: str, body: Mapping[str, Any] | None, what: str) -> None:
        """One act that the rules do not allow."""
        reply = self.tour.send(self.login, f"{self.url}/actions/{action}", body, version=self.page["version"])
        wrong = HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY
        problem = self.tour.expect(reply, f"{self.login} must not {action} so", *wrong)
        self.tour.turn_of(self.login)
        say(f"  [bold]{what}[/bold] → [red]{reply.status_code}[/red] {problem['detail']}")

    def attach(self, purpose: str) -> str:
        """A scanned page with the case; its id."""
        out = io.BytesIO()
        Image.new("RGB", (60, 84), "white").save(out, "PNG")
        headers = self.tour.headers(self.login) | {"Idempotency-Key": uuid.uuid4().hex, "Content-Type": "image/png"}
        url = f"/v1/cases/{self.case.id}/attachments?purpose={purpose}"
        reply = self.tour.client.post(url, content=out.getvalue(), headers=headers)
        made: str = self.tour.expect(reply, f"{self.login} attaches", HTTPStatus.CREATED)["id"]
        return made

    def talk(self, hours: int, room: str, party: str | None, minutes: str, **guests: Any) -> None:
        """A talk in a room, from the booking to the minutes."""
        since = datetime.now(UTC) + timedelta(hours=hours)
        times = {"since": since.isoformat(), "until": (since + timedelta(hours=1)).isoformat()}
        who = "与一方单独谈话 with one side alone" if party else "双方到场 with both sides"
        alone = {"party": party} if party else {}
        self.does("schedule_session", {**times, "room": room, **alone, **guests}, "安排调解 a talk", who)
        session = next(s["id"] for s in self.page["sessions"] if s["state"] == "scheduled")
        self.does("open_session", {"session": session}, "调解开始 it begins", "再次核查回避 recusal is checked again")
        self.does("record_session", {"session": session, "minutes": minutes}, "调解记录 the minutes", minutes)

    def shows_what_is_owed(self) -> None:
        """Each obligation and how far it was kept."""
        for owed in self.page["agreement"]["obligations"]:
            amount, paid = owed["amount_cents"] / 100, owed["paid_cents"] / 100
            say(
                f"    第 {owed['number']} 期 {amount:.2f} 元，{owed['due']} 前；已付 paid {paid:.2f}，{STATES[owed['state']]}"
            )

    def is_filed(self) -> None:
        """卷宗 on paper, and where it lies."""
        path = f"{self.url}/file.pdf"
        reply = self.tour.client.get(path, headers=self.tour.headers(self.login))
        self.tour.pdf(reply, f"{self.login} reads the file of the mediation", "调解卷宗 file of the mediation,", path)


def walk_wages(tour: Tour) -> None:
    """Unpaid wages: an agreement signed by all, a first payment, and the court's confirmation."""
    say("\n[bold reverse] 四、欠薪纠纷：调解并履行  A wage dispute [/bold reverse]")
    case = Case(tour, "li.window", {
        "kind": "dispute", "category": "wage.arrears", "channel": "window", "title": "工地拖欠三个月工资",
        "description": "公司拖欠工资九千元，请求调解。", "location": at(*home(), "WGS84", "示范路1号工地"),
        "parties": [{"role": "petitioner", "name": "赵六", "phone": "13800000002"},
                    {"role": "respondent", "name": "示范建筑公司", "phone": "13900000001"}],
    })  # fmt: skip
    case.does("zhang.hrss", "sign_for")
    case.does("zhang.hrss", "offer", {"unit": "M150102001", "reason": "双方愿意调解，适合人民调解。"})
    case.does(ZHOU, "sign_for")
    case.hidden_from("chen.housing", "wang.grid")
    mediation = _begun(case)
    _agreed(mediation)
    case.does(ZHOU, "conclude", {"result": "agreement", "reply": "双方达成协议，分三期付清九千元。"})
    case.told(ZHOU, "mediation_result")
    case.does(ZHOU, "close")
    _kept(mediation)
    case.refresh()
    case.ends()
    mediation.is_filed()


def _begun(case: Case) -> Mediation:
    """Both sides consent, they are told their rights and duties, and a mediator is free of ties."""
    applied = {"channel": "people", "origin": "application", "text": "申请调解：公司拖欠三个月工资共九千元。"}
    mediation = Mediation(case, ZHOU, applied)
    case.is_refused(ZHOU, "accept")
    for role, how in (("petitioner", "in_person"), ("respondent", "phone")):
        said = {"party": mediation.sides[role], "how": how}
        mediation.does("consent", said, "登记同意 consents", ROLES[role])
    case.does(ZHOU, "accept")
    case.told(ZHOU, "rights_and_duties")
    case.does(ZHOU, "handle")
    mediator = str(case.tour.cast[ZHOU].staff)
    mediation.does("assign", {"staff": mediator, "how": "chosen"}, "选定调解员 a mediator is chosen")
    mediation.is_refused("start", None, "开始调解 start")
    mediation.does("declare", {"related": False}, "声明无利害关系 declares to be free of ties")
    mediation.does("start", None, "开始调解 start")
    return mediation


def _agreed(mediation: Mediation) -> None:
    """Two talks, then an agreement that holds with the last signature."""
    tour, worker, company = mediation.tour, mediation.sides["petitioner"], mediation.sides["respondent"]
    rooms = tour.ask(ZHOU, "/v1/centres/C150102001/rooms")["rooms"]
    room = next(r["id"] for r in rooms if r["kind"] == "mediation")
    first = _free_from(rooms, room)
    guests = {"invited": [{"role": "expert", "name": "王律师"}], "agreed_by": [worker, company]}
    mediation.talk(first, room, None, "双方确认欠薪九千元，对支付时间有分歧。", **guests)
    mediation.talk(first + 2, room, company, "公司资金紧张，可分三期支付。")
    seen = tour.ask("zhang.hrss", mediation.url)
    if not any(s["withheld"] for s in seen["sessions"]):
        raise LookupError("what one side said alone must be withheld")
    say("    [green]单独谈话的记录对其他单位不可见[/green] what one side said alone is withheld from other units")
    day = datetime.now(LOCAL).date()
    wrong = {"debtor": company, "creditor": worker, "duty": "pay", "amount_cents": 300_000, "manner": "bank_transfer"}
    terms = {"facts": "公司欠付九月至十一月工资共九千元。", "terms": "分三期付清，双方再无争议。"}
    mediation.is_refused(
        "draft_agreement", {**terms, "obligations": [wrong]}, "没有期限的义务 an obligation without a day"
    )
    parts = [{**wrong, "due": (day + timedelta(days=n)).isoformat()} for n in (0, 15, 30)]
    mediation.does("draft_agreement", {**terms, "obligations": parts}, "起草协议 the draft", terms["terms"])
    page = mediation.attach("signature")
    for signer, party in (("party", worker), ("party", company), ("mediator", None), ("seal", None)):
        named = {"party": party} if party else {}
        whose = {worker: ROLES["petitioner"], company: ROLES["respondent"]}.get(party or "", signer)
        mediation.does("sign", {"signer": signer, "evidence": page, **named}, "签字、盖章 signs", whose)
    until = local_time(mediation.page["agreement"]["confirm_until"])
    say(f"    共同申请司法确认至 both may apply to the court until [yellow]{until}[/yellow]")


def _free_from(rooms: list[dict[str, Any]], room: str) -> int:
    """Hours from now from which the room is free: an earlier tour may have taken it."""
    taken = next(r["taken"] for r in rooms if r["id"] == room)
    last = max((datetime.fromisoformat(t["until"]) for t in taken), default=datetime.now(UTC))
    return 1 + max(0, int((last - datetime.now(UTC)).total_seconds() // 3600) + 1)


def _kept(mediation: Mediation) -> None:
    """The first part is paid, more is refused, and the court confirms."""
    today = datetime.now(LOCAL).date().isoformat()
    owed = mediation.page["agreement"]["obligations"][0]["id"]
    for cents in (100_000, 200_000):
        paid = {"obligation": owed, "amount_cents": cents, "on": today, "receipt": mediation.attach("receipt")}
        mediation.does("record_performance", paid, "登记履行 a payment", f"{cents / 100:.2f} 元")
    mediation.is_refused("record_performance", {"obligation": owed, "amount_cents": 1, "on": today}, "超付 a cent more")
    mediation.shows_what_is_owed()
    court = {"court": "新城区人民法院", "on": today, "parties": [*mediation.sides.values()]}
    mediation.is_refused("apply_confirmation", {**court, "parties": court["parties"][:1]}, "单方申请 by one side")
    mediation.does("apply_confirmation", court, "共同申请司法确认 apply jointly")
    mediation.does("decide_confirmation", {"state": "confirmed", "on": today}, "法院确认有效 the court confirms")

"""Sixteen people at once, some on a bad line: what they sent and what they were answered is kept for the judge."""

from __future__ import annotations

import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from app.core.crypto import keys
from tests.cast import report
from tests.concurrency.model import OPEN, STEPS, Seat, Town

CLIENTS = 16
LIVE = 24  # cases that they quarrel over at a time
PATIENCE = 60
CATEGORIES = {"request": "property.fees", "dispute": "property.fees"}
TARGETS = (
    "C150102001", "C150102", "D150102_housing", "P150102", "D150102001_urban", "D150105_housing", "C150105", "D150100_housing",
)  # fmt: skip
REASON = {"reason": "按职责分工"}


@dataclass
class Hint:
    """What somebody last heard of a case: enough to choose a step that may be possible."""

    version: int = 1
    status: str = "registered"
    lead: str = ""
    offered: str | None = None
    returned: bool = False
    served: bool = False


@dataclass(frozen=True)
class Deed:
    """One step sent and its final answer."""

    case: str
    seat: Seat
    action: str
    body: dict[str, Any]
    version: int
    status: int
    answer: dict[str, Any]
    broken: int  # times the line broke before it


@dataclass
class Board:
    """What all clients share."""

    most: int
    hints: dict[str, Hint] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    pages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    taken: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def claim(self) -> bool:
        """One more operation, unless there were enough."""
        with self.lock:
            self.taken += 1
            return self.taken <= self.most

    def hear(self, case: str, page: dict[str, Any]) -> None:
        """A page was read."""
        offer = next((a for a in page["assignments"] if a["part"] == "lead" and a["state"] == "offered"), None)
        with self.lock:
            self.pages.append((case, page))
            hint = self.hints.get(case)
            if hint is None or page["version"] <= hint.version:
                return
            served = page["service"] is not None
            self.hints[case] = Hint(
                page["version"], page["status"], page["lead_unit"], offer and offer["unit"],
                bool(offer and offer["returned_at"]), served,
            )  # fmt: skip


class Client:
    """One connection and its own chance."""

    def __init__(self, number: int, url: str, town: Town, registrar: Seat, board: Board, seed: int) -> None:
        self.chance = random.Random(f"{seed} {number}")
        self.url, self.town, self.registrar, self.board = url, town, registrar, board
        self.http = httpx.Client(base_url=url, timeout=30)
        self.actors = [seat for seat in town.seats.values() if seat.post != registrar.post]

    def run(self) -> None:
        """Until there were enough operations. What goes wrong is told, not lost with the thread."""
        try:
            while self.board.claim():
                self.turn()
        except Exception as error:
            self.board.wrong.append(f"{type(error).__name__}: {error}")
            raise
        finally:
            self.http.close()

    def turn(self) -> None:
        with self.board.lock:
            live = {case: hint for case, hint in self.board.hints.items() if hint.status in (*OPEN, "concluded")}
            ended = [case for case in self.board.hints if case not in live]
        if len(live) < LIVE and (not ended or self.chance.random() < 0.7):
            return self.register()
        case = (
            self.chance.choice(list(live) or ended)
            if self.chance.random() < 0.97 or not ended
            else self.chance.choice(ended)
        )
        hint = self.board.hints[case]
        seat, action, body = self.choose(case, hint)
        self.take(case, hint.version, seat, action, body)
        return None

    def register(self) -> None:
        kind = self.chance.choice(list(CATEGORIES))
        answer, _ = self.send("/v1/cases", report(kind, CATEGORIES[kind]), self.registrar, None)
        if answer.status_code != 201:
            self.board.wrong.append(f"register: {answer.status_code} {answer.text[:200]}")
            return
        receipt = answer.json()
        with self.board.lock:
            self.board.made.append(receipt["id"])
            self.board.hints[receipt["id"]] = Hint(lead=receipt["lead_unit"], offered=receipt["offered_to"])

    def choose(self, case: str, hint: Hint) -> tuple[Seat, str, dict[str, Any]]:
        """Mostly a step that could be possible for somebody who could take it; sometimes anything by anybody."""
        if self.chance.random() < 0.1:
            action = self.chance.choice(STEPS)
            return self.chance.choice(self.actors), action, self.body(action, case)
        if hint.status not in OPEN:
            action = {"concluded": self.chance.choice(["close", "close", "reopen"] if hint.served else ["serve"])}.get(
                hint.status, "reopen"
            )
            unit = hint.lead if action != "reopen" else self.chance.choice(["C150102001", "C150102", hint.lead])
        elif hint.offered:
            unit, actions = self.chance.choice([
                (hint.offered, ["sign_for", "sign_for", "refuse"]),
                (hint.lead, ["rule_return"] if hint.returned else ["recall", "rule_return", "withdraw"]),
                ("150102001001001.grid_worker", ["sign_for", "refuse"]),
            ])  # fmt: skip
            action = self.chance.choice(actions)
        else:
            onward = {"registered": "accept", "accepted": "handle", "handling": "conclude"}[hint.status]
            unit = hint.lead
            action = self.chance.choice(["offer"] * 5 + [onward] * 3 + ["escalate", "send_back", "go_up"])
        seats = [s for s in self.actors if unit in (s.unit, s.post) and (s.role == "grid_worker") == (unit == s.post)]
        return self.chance.choice(seats or self.actors), action, self.body(action, case)

    def body(self, action: str, case: str) -> dict[str, Any]:
        match action:
            case "offer":
                return {"unit": self.chance.choice(TARGETS), **REASON}
            case "rule_return":
                return {"upheld": self.chance.random() < 0.6, **REASON}
            case "send_back":
                return {"guidance": "请按职责办理"}
            case "conclude":
                return {"result": "resolved", "reply": "已处理"}
            case "serve":
                return {
                    "outcome": "served",
                    "method": "phone",
                    "at": datetime.now(UTC).isoformat(),
                    "proof": "电话告知",
                }
            case "sign_for" | "recall" | "accept" | "handle" | "close":
                return {}
            case "withdraw" | "go_up":
                return {**REASON, "code": keys().query_code(case, 1)}
        return dict(REASON)

    def take(self, case: str, version: int, seat: Seat, action: str, body: dict[str, Any]) -> None:
        answer, broken = self.send(f"/v1/cases/{case}/actions/{action}", body or None, seat, version)
        said = answer.json()
        deed = Deed(case, seat, action, body, version, answer.status_code, said, broken)
        with self.board.lock:
            self.board.deeds.append(deed)
        if answer.status_code == 200 and said.get("seen") is not False:
            self.board.hear(case, said)
        elif answer.status_code in (200, 404, 412):
            self.look(case)

    def look(self, case: str) -> None:
        """The registrar always sees it."""
        read = self.http.get(f"/v1/cases/{case}", headers={"Authorization": f"Bearer {self.registrar.token}"})
        if read.status_code != 200:
            self.board.wrong.append(f"look: {read.status_code} {read.text[:200]}")
        else:
            self.board.hear(case, read.json())

    def send(
        self, path: str, body: Any, seat: Seat, version: int | None
    ) -> tuple[httpx.Response, int]:  # fmt: skip
        """Post under one key until there is an answer; now and then the line breaks in the middle."""
        headers = {"Authorization": f"Bearer {seat.token}", "Idempotency-Key": uuid.uuid4().hex}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        broken, until = 0, time.monotonic() + PATIENCE
        while time.monotonic() < until:
            hurried = broken == 0 and self.chance.random() < 0.03
            try:
                timeout = self.chance.uniform(0.002, 0.05) if hurried else 30
                answer = self.http.post(path, json=body, headers=headers, timeout=timeout)
            except httpx.TransportError:
                broken += 1
                continue
            if answer.json().get("type") != "/problems/request-in-flight":
                return answer, broken
            time.sleep(0.05)
        raise TimeoutError(f"nobody answered {path}")


def run(url: str, town: Town, registrar: Seat, operations: int, seed: int) -> Board:
    """All clients until `operations` were taken."""
    board = Board(operations)
    clients = [Client(n, url, town, registrar, board, seed) for n in range(CLIENTS)]
    threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return board

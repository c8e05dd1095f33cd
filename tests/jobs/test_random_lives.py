"""Random lives: whatever is done in whatever order, at whatever hour, the clocks are what another hand counts, each due
action happens once, no step is taken that the table does not hold, and the row is the fold of its events."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from app.areas.rules import Tier
from app.cases.actions.deadline_sweep import process_due_clocks
from app.cases.rules import TRANSITIONS
from app.core.crypto import keys
from app.core.database import connect
from app.deadlines.rules import QuietHours
from app.reference.queries import load
from tests.cast import AT_THEIR_WISH, CITY, CONCLUSION, Cast, report, service
from tests.jobs.ledger import HOHHOT, POLICY, RESIDENT, Ledger
from tests.support.record import differences
from tests.support.tiers import Amount

LIVES = Amount("random lives of each sort", short=10, long=130)
BEGUN = datetime(2026, 1, 5, 10, tzinfo=HOHHOT)
SORTS: dict[str, dict[str, Any]] = {
    "appeal": {"kind": "petition", "category": "heating.temperature"},
    "simple": {"kind": "petition", "category": "heating.temperature", "simple": True},
    "dispute": {"kind": "dispute", "category": "neighbour.noise", "complexity": "ordinary"},
    "request": {"kind": "request", "category": "heating.fees"},
}
PEOPLE = ("li.window", "chen.housing", "liu.head", "zhou.mediator", "sun.coordinator", "deng.county", "hu.supervisor",
          "C150102001001.window_clerk.1")  # fmt: skip
TIERS = tuple(Tier)
REASON = {"reason": "理由充分"}
BODIES: dict[str, Any] = {
    "decline": {"route": "litigation", **REASON}, "refer": {"route": "litigation", **REASON}, "conclude": CONCLUSION,
    "extend": {"days": 5, **REASON}, "offer": {"unit": "D150102_hrss", **REASON}, "send_back": {"guidance": "请现场核对"},
    "report_upward": {"unit": "C150100", **REASON},
}  # fmt: skip
# Told elsewhere: two cases at once, another procedure, another place, whom it concerns; or no concern of clocks.
LEFT_OUT = {
    "merge", "unmerge", "link", "link_repeat", "unlink", "reclassify", "place", "reissue_code", "dispute_competence",
    "rule_competence", "rule_return", "redraft", "schedule_hearing", "track_outside", "record_visit",
    "name_concerned", "mend_concerned", "lift_concerned", "correct",
}  # fmt: skip
COUNTED = ("acceptance", "completion", "report", "sign_for", *RESIDENT)
OFFERS = "select id, state, returned_at from assignment where case_id = $1 and part = 'lead' order by id"
PLAIN = {"accept", "sign_for", "handle", "close", "recall", "archive"}
KNOWN = {
    *BODIES, *PLAIN, "serve", "approve_attempt", "refuse", "escalate", "go_up", "flag_urgent", "withdraw", "reopen",
    "grant_reopening", "decline_reopening", "hold", "release_hold",
}  # fmt: skip


class Bench:
    """One connection for all lives of a test, to look and to read."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.conn = self.run(connect(CITY, "owner"))
        self.rules = self.run(load(self.conn, BEGUN))

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def look(self, now: datetime) -> None:
        async def work() -> None:
            while True:
                async with self.conn.transaction():
                    if not await process_due_clocks(self.conn, self.rules, now=now, quiet=QuietHours()):
                        return

        self.run(work())

    def ask(self, statement: str, *arguments: Any) -> list[Any]:
        return list(self.run(self.conn.fetch(statement, *arguments)))


@pytest.fixture
def bench(client: Any) -> Iterator[Bench]:
    made = Bench()
    yield made
    made.run(made.conn.close())
    made.loop.close()


class Life(RuleBasedStateMachine):
    """One case from its registration, over whatever people do and however time goes."""

    sort: str
    people: dict[str, Any]
    bench: Bench
    freeze: Callable[[datetime], None]
    heights: dict[str, int]

    @initialize(hours=st.integers(0, 24 * 30))
    def register(self, hours: int) -> None:
        self.now = BEGUN + timedelta(hours=hours)
        self.freeze(self.now)
        got = self.people["li.window"].register(report(**SORTS[self.sort]))
        self.id, self.version, self.door = got["id"], 1, {"number": got["number"], "code": got["query_code"]}
        self.book = Ledger(self.sort)
        self.book.begin("register", self.now)
        self.notices: dict[str, tuple[str, str | None]] = {}
        self._note(got)
        self._offers()

    def _offers(self) -> None:
        self.book.offers(self.bench.ask(OFFERS, self.id), self.now)

    def _note(self, page: dict[str, Any]) -> None:
        self.book.status, self.book.lead = page["status"], self.heights[page["lead_unit"]]
        if page.get("escalated_to"):
            self.book.reached = TIERS.index(page["escalated_to"])

    @rule(hours=st.sampled_from((1, 5, 13, 24, 26, 72, 24 * 7, 24 * 16, 24 * 33)), minutes=st.integers(0, 59))
    def time_goes_by(self, hours: int, minutes: int) -> None:
        self.now += timedelta(hours=hours, minutes=minutes)
        self.freeze(self.now)

    @rule(twice=st.booleans())
    def the_runner_looks(self, twice: bool) -> None:
        for _ in range(1 + twice):
            self.bench.look(self.now)
            self.book.look(self.now)
            self._offers()

    @rule(who=st.sampled_from(PEOPLE), what=st.integers(0, 40))
    def somebody_acts(self, who: str, what: int) -> None:
        page = self._page(who)
        offered = [action for action in page.get("available_actions", ()) if action not in LEFT_OUT]
        assert set(offered) <= KNOWN, set(offered) - KNOWN
        # what leads on weighs more than what turns aside
        choices = [action for action in offered for _ in range(4 if action in (*PLAIN, "conclude", "serve") else 1)]
        if not choices:
            return
        action = choices[what % len(choices)]
        body = self._body(action, who, page)
        if body is not False:
            self._take(who, action, body, page)

    @rule(who=st.sampled_from(PEOPLE), what=st.integers(0, 40))
    def somebody_tries_what_is_not_offered(self, who: str, what: int) -> None:
        page = self._page(who)
        barred = [action for action in TRANSITIONS if action not in page.get("available_actions", ())]
        action = barred[what % len(barred)]
        body = BODIES.get(action, {"into": self.id, "unit": "C150100", **REASON, **service(at=self.now.isoformat())})
        known = page.get("version", self.version)
        reply = self.people[who].post(f"/v1/cases/{self.id}/actions/{action}", body, version=known)
        assert reply.status_code in (403, 404, 409, 412, 422), f"{who} {action}: {reply.status_code} {reply.text}"
        assert self._version() == known or not page

    @rule(satisfaction=st.sampled_from(("satisfied", "unsatisfied")))
    def the_resident_rates(self, satisfaction: str) -> None:
        until = self.book.ratable_until
        rating = {**self.door, "satisfaction": satisfaction, "solved": "partly"}
        reply = self.people["li.window"].client.post("/v1/query/rate", json=rating)
        open_to = until is not None and self.now <= until
        assert reply.status_code == (200 if open_to else 409), reply.text
        if open_to:
            self.book.rated(self.now)
            self.version = self._version()

    def _page(self, who: str) -> dict[str, Any]:
        reply = self.people[who].get(f"/v1/cases/{self.id}")
        assert reply.status_code in (200, 404)
        return dict(reply.json()) if reply.status_code == 200 else {}

    def _version(self) -> int:
        return int(self.bench.ask("select head_seq from cases where id = $1", self.id)[0]["head_seq"])

    def _body(self, action: str, who: str, page: dict[str, Any]) -> Any:
        """What the step needs; False where it would repeat what is told already."""
        if action == "serve":
            waiting = [n["kind"] for n in page["notices"] if n["state"] in ("drafted", "attempted")]
            if not waiting:
                return False
            outcome = "attempted" if self.version % 5 == 0 else "served"
            return {**service(outcome=outcome, at=self.now.isoformat()), "kind": waiting[self.version % len(waiting)]}
        if action == "approve_attempt":
            mine = [kind for kind, (state, by) in self.notices.items() if state == "attempted" and by != who]
            return {"kind": mine[0]} if mine else False
        if action in AT_THEIR_WISH:
            return {**REASON, "code": keys().query_code(self.id, 1)}
        return BODIES.get(action, None if action in PLAIN else REASON)

    def _take(self, who: str, action: str, body: Any, before: dict[str, Any]) -> None:
        reply = self.people[who].post(f"/v1/cases/{self.id}/actions/{action}", body, version=before["version"])
        assert reply.status_code == 200, f"{who} {action} {body}: {reply.status_code} {reply.text}"
        page = reply.json() if "status" in reply.json() else self._page("li.window")
        self.version = reply.json()["version"]
        told = self.notices.get("acceptance", ("", None))[0] in ("served", "approved")
        self.book.took(action, self.now, told_already=told)
        if action == "extend":
            self.book.extended(body["days"])
        if action in ("serve", "approve_attempt"):
            self._reached(action, body, who)
        if page:
            self._note(page)
        self._offers()

    def _reached(self, action: str, body: dict[str, Any], who: str) -> None:
        kind = body["kind"]
        state = "approved" if action == "approve_attempt" else body["outcome"]
        self.notices[kind] = (state, who)
        if state != "attempted":
            self.book.reached_resident(kind, self.now)
        if action == "serve" and kind not in ("acceptance", "non_acceptance", "extension", "transfer"):
            self.book.record_of_result(state, self.now)

    def teardown(self) -> None:
        if not hasattr(self, "book"):
            return
        self.now = (self.now + timedelta(days=200)).replace(hour=10)
        self.the_runner_looks(twice=True)
        self._clocks_are_as_counted()
        events = self._events()
        self._everything_once(events)
        self._nothing_illegal(events)
        self._row_is_the_fold(events)

    def _clocks_are_as_counted(self) -> None:
        rows = self.bench.ask(
            "select kind, start, due, met_at, stopped_at, breached_at from clock where case_id = $1 and kind = any($2)"
            " order by id", self.id, list(COUNTED),
        )  # fmt: skip
        counted = [(b.kind, b.start, b.due, b.met, b.stopped, b.breached) for b in self.book.limits]
        assert sorted(_shown(tuple(row)) for row in rows) == sorted(map(_shown, counted))

    def _events(self) -> list[dict[str, Any]]:
        rows = self.bench.ask(
            "select seq, kind, at, actor, body, data, prev_hash, hash from event where case_id = $1 order by seq",
            self.id,
        )
        return [dict(row) for row in rows]

    def _everything_once(self, events: list[dict[str, Any]]) -> None:
        mine = [e for e in events if e["actor"] == "system:clock"]
        pressed = Counter(
            (e["kind"], clock["kind"], datetime.fromtimestamp(clock["due"], UTC))
            for e in mine if e["kind"] != "escalate" for clock in e["data"]["clocks"]
        )  # fmt: skip
        assert all(count == 1 for count in pressed.values())
        counted = {at: count for at, count in pressed.items() if at[1] in COUNTED}
        assert counted == self.book.pressed
        assert sum(e["kind"] == "escalate" for e in mine) == self.book.raised

    def _nothing_illegal(self, events: list[dict[str, Any]]) -> None:
        status, before = "registered", b""
        for n, event in enumerate(events, 1):
            assert event["seq"] == n
            assert event["prev_hash"] == before
            before = hashlib.sha256(before + event["body"].encode()).digest()
            assert event["hash"] == before
            step = TRANSITIONS.get(event["kind"])
            if step is not None:
                assert status in step.sources, f"{event['kind']} from {status}"
                status = step.target or status
        assert status == self.book.status

    def _row_is_the_fold(self, events: list[dict[str, Any]]) -> None:
        (row,) = self.bench.ask("select * from cases where id = $1", self.id)
        assert differences(row, events) == []


def _shown(limit: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(f"{v.astimezone(HOHHOT):%m-%d %H:%M:%S.%f}" if isinstance(v, datetime) else str(v) for v in limit)


@LIVES.mark
@pytest.mark.parametrize("sort", list(POLICY))
def test_random_lives(sort: str, cast: Cast, bench: Bench, at: Callable[[datetime], None]) -> None:
    people = {who: cast.seat(who) if who[0] == "C" else cast(who) for who in PEOPLE}
    heights = {row["code"]: TIERS.index(row["tier"]) for row in bench.ask("select code, tier from unit")}
    machine = type("Life", (Life,), {"sort": sort, "people": people, "bench": bench, "freeze": staticmethod(at),
                                     "heights": heights})  # fmt: skip
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=LIVES, stateful_step_count=16, derandomize=True,
            suppress_health_check=list(HealthCheck), database=None,
        ),
    )  # fmt: skip

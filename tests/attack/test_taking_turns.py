"""Many requests of one caller: nobody else waits for them, and for what is dear none of them holds a connection."""

import asyncio
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.attachments.actions import sandbox
from app.cases.queries import lists
from app.notices.actions import printing
from app.staff import api, queries
from seeds.load import demo_password
from tests.cast import Cast, Lives
from tests.support import files
from tests.support.refusals import refused

Ask = Callable[..., list[Any]]


class Gate:
    """Where a function stops that was called with something in particular; `stopped` counts how many wait there."""

    def __init__(self) -> None:
        self.open, self.stopped = threading.Event(), threading.Semaphore(0)

    def before(self, function: Any, stops: Callable[..., bool]) -> Any:
        """The function, behind the gate."""

        def gated(*given: Any) -> Any:
            if stops(*given):
                self.stopped.release()
                assert self.open.wait(60)
            return function(*given)

        return gated


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open.set()


def statuses(sent: list[Future[Any]]) -> list[int]:
    return sorted(future.result(60).status_code for future in sent)


def in_use(client: TestClient) -> int:
    state = client.app.state  # type: ignore[attr-defined]
    pools = [database.pool for database in (state.database, state.reader, state.accounts)]
    return sum(int(pool.get_size() - pool.get_idle_size()) for pool in pools)


def comes_to_rest(client: TestClient) -> bool:
    """Whether no connection is in use, once those are through who only asked who calls."""
    for _ in range(500):
        if in_use(client) == 0:
            return True
        client.get("/healthz")
    return False


def test_many_uploads_of_one_leave_room_for_others(
    cast: Cast, lives: Lives, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, many, one = lives.handling()["id"], cast("chen.housing"), cast("li.window")
    slow, quick = files.png(), files.png(32, 32)
    monkeypatch.setattr(sandbox, "_run", gate.before(sandbox._run, lambda content, *_: content == slow))
    most = sandbox.UPLOADS.each + sandbox.UPLOADS.waiting
    with ThreadPoolExecutor(most + 4) as crowd:
        sent = [crowd.submit(many.attach, case, slow) for _ in range(most + 4)]
        assert gate.stopped.acquire(timeout=60)
        assert one.attach(case, quick).status_code == 201
        gate.open.set()
        assert statuses(sent) == [201] * most + [429] * 4
    reply = next(future.result() for future in sent if future.result().status_code == 429)
    refused(reply, "/problems/too-many-at-once", status=429)


def test_many_prints_of_one_leave_a_turn_and_every_connection_to_others(
    cast: Cast, lives: Lives, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    large, small = lives.handling(title="大案卷")["id"], lives.handling()["id"]
    many, one = cast("chen.housing"), cast("li.window")
    monkeypatch.setattr(printing, "_pdf", gate.before(printing._pdf, lambda body, _: "大案卷" in body))
    most = printing.PRINTS.each + printing.PRINTS.waiting
    with ThreadPoolExecutor(most + 4) as crowd:
        sent = [crowd.submit(many.get, f"/v1/cases/{large}/file.pdf") for _ in range(most + 4)]
        assert gate.stopped.acquire(timeout=60)
        assert comes_to_rest(cast.client), "a connection waits for a printer"
        assert one.get(f"/v1/cases/{small}/file.pdf").status_code == 200
        gate.open.set()
        assert statuses(sent) == [200] * most + [429] * 4


def test_a_print_in_clear_is_logged_before_it_is_made_and_holds_nothing(
    cast: Cast, lives: Lives, gate: Gate, sql: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, chen = lives.handling()["id"], cast("chen.housing")
    monkeypatch.setattr(printing, "_pdf", gate.before(printing._pdf, lambda *_: True))
    logged = "select count(*) from read_log where case_id = $1 and what = 'file'"
    with ThreadPoolExecutor(1) as crowd:
        sent = crowd.submit(chen.post, f"/v1/cases/{case}/file", {"reason": "归档核对"})
        assert gate.stopped.acquire(timeout=60)
        assert comes_to_rest(cast.client)
        assert sql(logged, uuid.UUID(case))[0][0] == 1
        gate.open.set()
        assert sent.result(60).status_code == 200


def test_many_log_ins_from_one_address_leave_a_turn_and_every_connection_to_others(
    cast: Cast, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher, login = queries._hasher, {"login": "wang.grid", "password": demo_password("wang.grid")}
    slow = SimpleNamespace(verify=gate.before(hasher.verify, lambda password, _: password == "slow"))
    monkeypatch.setattr(queries, "_hasher", slow)
    elsewhere = TestClient(cast.client.app, client=("10.0.0.9", 1))
    elsewhere.portal = cast.client.portal
    most = api.LOGINS.each + api.LOGINS.waiting
    with ThreadPoolExecutor(most + 4) as crowd:
        tries = [
            crowd.submit(cast.client.post, "/v1/tokens", json={**login, "password": "slow"}) for _ in range(most + 4)
        ]
        for _ in range(api.LOGINS.each):
            assert gate.stopped.acquire(timeout=60)
        assert comes_to_rest(cast.client), "a connection waits for a password to be proved"
        assert elsewhere.post("/v1/tokens", json=login).status_code == 200
        gate.open.set()
        assert statuses(tries) == [401] * most + [429] * 4


@pytest.fixture
def slow_lists(cast: Cast, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lists of cases take their time for one caller, with the connection in hand; gives the turns at connections."""
    usual, slow = lists.list_cases, cast("chen.housing").get("/v1/me").json()["id"]

    async def waits(*given: Any, actor: Any, **more: Any) -> Any:
        if actor.id == slow:
            gate.stopped.release()
            assert await asyncio.to_thread(gate.open.wait, 60)
        return await usual(*given, actor=actor, **more)

    monkeypatch.setattr(lists, "list_cases", waits)
    return cast.client.app.state.reader.turns  # type: ignore[attr-defined]


def test_many_reads_of_one_leave_room_for_others(cast: Cast, lives: Lives, gate: Gate, slow_lists: Any) -> None:
    """Fifty at once, of which each holds a connection for as long as it likes: another reads and writes meanwhile."""
    case, many, one = lives.handling()["id"], cast("chen.housing"), cast("li.window")
    with ThreadPoolExecutor(50) as crowd:
        sent = [crowd.submit(many.get, "/v1/cases") for _ in range(50)]
        for _ in range(slow_lists.each):
            assert gate.stopped.acquire(timeout=60)
        assert [one.get(url).status_code for url in ("/v1/cases", f"/v1/cases/{case}", "/v1/areas")] == [200] * 3
        assert one.post(f"/v1/cases/{case}/notes", {"text": "请尽快。"}).status_code == 201
        assert in_use(cast.client) <= slow_lists.each
        gate.open.set()
        assert statuses(sent) == [200] * 50


def test_who_asks_for_more_than_may_wait_is_told(
    cast: Cast, gate: Gate, slow_lists: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_lists, "waiting", 3)
    most = slow_lists.each + 3
    with ThreadPoolExecutor(most + 4) as crowd:
        sent = [crowd.submit(cast("chen.housing").get, "/v1/cases") for _ in range(most + 4)]
        refusals = 0
        while refusals < 4:
            refusals = sum(future.done() and future.result().status_code == 429 for future in sent)
        gate.open.set()
        assert statuses(sent) == [200] * most + [429] * 4
    reply = next(future.result() for future in sent if future.result().status_code == 429)
    refused(reply, "/problems/too-many-at-once", status=429)

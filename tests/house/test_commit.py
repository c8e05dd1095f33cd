"""What is answered is stored: the transaction is committed before the reply leaves, and a commit that fails is a 409."""

import asyncio
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from app.cases.actions import decide, step
from app.core import http
from app.core.database import connect
from app.core.http import WriteAccounts
from app.core.idempotency import reply
from tests.cast import CITY, HOME_CELL, Cast, Lives, report
from tests.support.application import application
from tests.support.clock import present

# A second primary worker for a cell: refused by an exclusion constraint that is checked at commit, not before.
SECOND_WORKER = (
    "insert into cell_worker (cell, staff, full_time, role, during)"
    " select $1, id, full_time, 'primary', tstzrange($2, null) from staff where not full_time or id not in"
    " (select staff from cell_worker) limit 1"
)


@pytest.fixture(scope="module")
def reached() -> list[str]:
    """What the test's own route has come to."""
    return []


@pytest.fixture(scope="module")
def running(client: TestClient, reached: list[str]) -> Iterator[TestClient]:
    """An application with one route more, whose transaction cannot be committed."""
    app = application()

    @app.post("/doomed", status_code=201)
    async def doomed(conn: WriteAccounts) -> Any:
        await conn.execute(SECOND_WORKER, HOME_CELL, present())
        reached.append("the end of the route")
        return reply(201, b'{"stored": true}')

    with TestClient(app, raise_server_exceptions=False) as own:
        yield own


def workers(sql: Any) -> int:
    return int(sql("select count(*) from cell_worker where cell = $1", HOME_CELL)[0][0])


def test_a_commit_that_fails_is_a_conflict_and_nothing_is_stored(
    running: TestClient, reached: list[str], sql: Any
) -> None:
    answer = running.post("/doomed")
    assert reached == ["the end of the route"], "the constraint must fail at commit, not in the statement"
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/conflict")
    assert answer.json()["constraint"] == "ex_cell_worker_one_a_cell"
    assert workers(sql) == 1


def test_a_step_whose_commit_fails_leaves_no_trace_and_may_be_sent_again(
    cast: Cast, lives: Lives, sql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, chen, key = lives.signed()["id"], cast("chen.housing"), uuid.uuid4().hex
    plain = step.advance

    async def advance_and_break(act: Any, *given: Any, **more: Any) -> None:
        await plain(act, *given, **more)
        await act.conn.execute(SECOND_WORKER, HOME_CELL, act.now)

    sql(f"grant insert on cell_worker to {CITY}_app")  # the service's own writes have no constraint that waits
    with monkeypatch.context() as patch:
        patch.setattr(decide, "advance", advance_and_break)
        refused = chen.post(f"/v1/cases/{case}/actions/accept", key=key, version=2)
    sql(f"revoke insert on cell_worker from {CITY}_app")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/conflict")
    assert chen.get(f"/v1/cases/{case}").json()["status"] == "registered"
    assert sql("select count(*) from event where case_id = $1", uuid.UUID(case))[0][0] == 2
    assert sql("select count(*) from idempotency where key = $1", key)[0][0] == 0
    assert workers(sql) == 1
    again = chen.post(f"/v1/cases/{case}/actions/accept", key=key, version=2)
    assert (again.status_code, again.json()["status"]) == (200, "accepted")


class Watching:
    """Looks into the database, over a connection of its own, at the moment a reply begins."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.found: dict[str, tuple[int, int]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start" and scope.get("method") == "POST":
                self.found[scope["path"]] = await self.count()
            await send(message)

        await self.app(scope, receive, sending)

    async def count(self) -> tuple[int, int]:
        conn = await connect(CITY, "owner")
        try:
            row = await conn.fetchrow("select (select count(*) from event), (select count(*) from idempotency)")
            assert row is not None
            return row[0], row[1]
        finally:
            await conn.close()


def test_at_the_first_byte_of_the_reply_everything_is_committed(client: TestClient, cast: Cast) -> None:
    watching = Watching(application())
    before = asyncio.run(watching.count())
    with TestClient(watching) as own:
        li = cast("li.window")
        headers = {**li.headers, "If-Match": '"1"'}
        filed = own.post("/v1/cases", json=report(), headers={**headers, "Idempotency-Key": uuid.uuid4().hex})
        step = f"/v1/cases/{filed.json()['id']}/actions/flag_urgent"
        key = uuid.uuid4().hex
        assert own.post(step, json={"reason": "撤"}, headers={**headers, "Idempotency-Key": key}).status_code == 200
        items = {"items": [report(), report()]}
        own.post("/v1/cases:batch", json=items, headers={**headers, "Idempotency-Key": uuid.uuid4().hex})
    events, keys = before
    assert watching.found["/v1/cases"] == (events + 1, keys + 1)
    assert watching.found[step] == (events + 2, keys + 2)
    assert watching.found["/v1/cases:batch"] == (events + 4, keys + 3)


def test_every_connection_of_a_request_is_given_back_before_the_reply() -> None:
    def connections(dependant: Any) -> Iterator[Any]:
        if dependant.call in (http.read, http.write):
            yield dependant
        for below in dependant.dependencies:
            yield from connections(below)

    found = 0
    for route in iter_route_contexts(application().routes):
        for dependant in connections(route.dependant) if hasattr(route.original_route, "dependant") else ():
            found += 1
            assert dependant.scope == "function", f"{route.path}: a commit after the reply cannot refuse it"
    assert found > 20

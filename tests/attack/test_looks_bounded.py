"""Nobody reads the people of a city in an afternoon: looks in clear are bounded by person and day, name an act, and a head
who stands above lets somebody see more, for a day."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.core.settings import settings
from tests.cast import Cast, report
from tests.support import files
from tests.support.clock import present

MOST = 3
CALL = {"reason": "电话回访申请人"}


@pytest.fixture(autouse=True)
def bound(sql: Any) -> Iterator[None]:
    """Few looks, whatever other tests of this process have seen."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings(), "reveals_per_day", MOST)
        yield


@pytest.fixture
def worker(cast: Cast, at: Callable[[datetime], None]) -> Any:
    """The worker of the cell, on a day on which she has seen nobody yet."""
    at(present() + timedelta(days=next(_days)))
    return cast("wang.grid")


_days = iter(range(3, 300, 3))


def requests(cast: Cast, number: int) -> list[str]:
    return [str(cast("li.window").register(report())["id"]) for _ in range(number)]


def look(person: Any, case: str, door: str = "reveal") -> int:
    return int(person.post(f"/v1/cases/{case}/{door}", CALL).status_code)


def test_after_so_many_cases_there_are_no_more_that_day(cast: Cast, worker: Any, sql: Any) -> None:
    cases = requests(cast, MOST + 2)
    assert [look(worker, case) for case in cases] == [200] * MOST + [429] * 2
    refused = worker.post(f"/v1/cases/{cases[-1]}/reveal", CALL)
    assert refused.json()["type"] == "/problems/looks-used-up"
    assert "负责人" in refused.json()["detail"]
    assert "items" not in refused.json()
    kept = sql("select count(*) as n from read_log where case_id = any($1::uuid[])", cases)
    assert kept[0]["n"] == MOST
    assert look(worker, cases[0]) == 200, "what was seen today may be seen again"
    assert look(worker, cases[-1], "file") == 429, "no other way around"


def test_papers_that_are_opened_count_as_people_do(cast: Cast, worker: Any) -> None:
    cases = requests(cast, MOST + 1)
    papers = [cast("li.window").attached(case, files.jpeg())["id"] for case in cases]
    opened = [worker.get(f"/v1/attachments/{paper}/content").status_code for paper in papers]
    assert opened == [200] * MOST + [429]
    assert look(worker, cases[-1]) == 429
    assert worker.get(f"/v1/attachments/{papers[0]}/content").status_code == 200, (
        "what was opened today may be opened again"
    )


def test_the_next_day_begins_anew(cast: Cast, worker: Any, at: Callable[[datetime], None]) -> None:
    cases = requests(cast, MOST + 1)
    assert [look(worker, case) for case in cases] == [200] * MOST + [429]
    at(worker.client.app.state.clock() + timedelta(days=1, seconds=1))
    assert look(worker, cases[-1]) == 200


def test_many_at_once_are_counted_one_by_one(cast: Cast, worker: Any) -> None:
    cases = requests(cast, MOST + 4)
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = list(pool.map(lambda case: look(worker, case), cases))
    assert sorted(found) == [200] * MOST + [429] * 4


@pytest.mark.parametrize(
    ("reason", "code"), [("回访", "string_too_short"), ("工作需要", "unfit"), ("看看看看", "unfit")]
)
def test_a_reason_names_an_act(cast: Cast, worker: Any, reason: str, code: str) -> None:
    (case,) = requests(cast, 1)
    refused = worker.post(f"/v1/cases/{case}/reveal", {"reason": reason})
    assert (refused.status_code, [e["code"] for e in refused.json()["errors"]]) == (422, [code])


def test_the_log_says_for_which_unit_in_which_role_and_for_what(cast: Cast, worker: Any, sql: Any) -> None:
    (case,) = requests(cast, 1)
    assert look(worker, case) == 200
    (row,) = sql("select unit, role, kind, what from read_log where case_id = $1::uuid", case)
    assert dict(row) == {"unit": "C150102001001", "role": "grid_worker", "kind": "contact", "what": "parties"}


def lift(who: Any, staff: str, cases: int = MOST + 2) -> Any:
    return who.post(f"/v1/staff/{staff}/reveals", {"cases": cases, "reason": "供热事故，逐户回访"})


def test_a_head_above_lets_somebody_see_more_for_a_day(cast: Cast, worker: Any, at: Callable[[datetime], None]) -> None:
    cases, me = requests(cast, MOST + 3), worker.get("/v1/me").json()["id"]
    assert [look(worker, case) for case in cases[: MOST + 1]] == [200] * MOST + [429]
    allowed = lift(cast("qin.head"), me)
    assert (allowed.status_code, allowed.json()["cases"]) == (201, MOST + 2)
    assert [look(worker, case) for case in cases[MOST:]] == [200, 200, 429]
    at(worker.client.app.state.clock() + timedelta(days=1, seconds=1))
    assert [look(worker, case) for case in cases[: MOST + 1]] == [200] * MOST + [429]


@pytest.mark.parametrize(
    ("who", "status"),
    [("wang.grid", 403), ("sun.coordinator", 403), ("liu.head", 403), ("lin.auditor", 403), ("guo.admin", 403)],
)
def test_nobody_else_does(cast: Cast, who: str, status: int) -> None:
    assert lift(cast(who), cast("wang.grid").get("/v1/me").json()["id"]).status_code == status


def test_no_head_lifts_their_own_or_that_of_a_head_beside_them(cast: Cast) -> None:
    qin, chen = cast("qin.head"), cast("chen.housing").get("/v1/me").json()["id"]
    assert lift(qin, qin.get("/v1/me").json()["id"]).status_code == 403
    assert lift(qin, chen).status_code == 403
    assert lift(cast("liu.head"), chen).status_code == 201
    assert lift(qin, str(uuid.uuid4())).status_code == 404

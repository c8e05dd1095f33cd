"""What is given to a person while their work is handed over: it finds whoever took over, or is refused."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest

from app.handover.actions import handing
from tests.cast import Cast
from tests.handover.doors import SUN, Worker, carry_out, request
from tests.support.talks import Talks


@pytest.fixture
def midway(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[Callable[[], Any], Callable[[], Any]], tuple[Any, Any]]]:
    """Runs a hand-over up to its last steps, then the other act beside it, then lets the hand-over end; gives both results."""
    reached, may_end, real = threading.Event(), threading.Event(), handing._end_trust

    async def slow(*told: Any) -> None:
        reached.set()
        assert await asyncio.to_thread(may_end.wait, 30)
        await real(*told)

    monkeypatch.setattr(handing, "_end_trust", slow)
    with ThreadPoolExecutor(2) as threads:

        def both(hand_over: Callable[[], Any], other: Callable[[], Any]) -> tuple[Any, Any]:
            first: Future[Any] = threads.submit(hand_over)
            assert reached.wait(30)
            second: Future[Any] = threads.submit(other)
            wait([second], timeout=1)
            may_end.set()
            return first.result(30), second.result(30)

        yield both


@pytest.mark.parametrize("asked", [{"why": "leaves"}, {"why": "on_leave", "until": "2099-01-01T00:00:00Z"}])
def test_what_comes_in_meanwhile_goes_to_whoever_works_the_cell_now(
    cast: Cast, leaver: Worker, neighbour: Worker, midway: Any, asked: dict[str, Any]
) -> None:
    before = request(cast, leaver)
    _, came = midway(
        lambda: carry_out(cast(SUN), leaver, to=neighbour.id, **asked), lambda: request(cast, leaver)
    )  # fmt: skip
    assert leaver.is_out() if asked["why"] == "leaves" else leaver.tasks() == {}
    assert set(neighbour.tasks()) >= {before, came}


def test_of_a_cell_that_stands_empty_now_nobody_has_the_task(cast: Cast, leaver: Worker, midway: Any) -> None:
    _, came = midway(lambda: carry_out(cast(SUN), leaver, why="leaves"), lambda: request(cast, leaver))
    assert leaver.is_out()
    assert cast("luo.intake").get(f"/v1/cases/{came}").json()["queue"] == "no_worker"


def test_nobody_comes_to_mediate_who_leaves_meanwhile(
    cast: Cast, leaver: Worker, neighbour: Worker, midway: Any, sql: Any
) -> None:
    sql(
        "insert into post (id, role, unit, area, staff) select $1, 'mediator', s.unit, p.area, s.id from staff s"
        " join post p on p.staff = s.id where s.id = $2::uuid returning id",
        f"{leaver.cell}.mediates", leaver.id,
    )  # fmt: skip
    one = Talks(cast).consented()
    one.accepted()
    leaves = {"why": "leaves", "to": neighbour.id}
    _, assigned = midway(
        lambda: carry_out(cast(SUN), leaver, **leaves), lambda: one.act("assign", {"staff": leaver.id, "how": "chosen"})
    )  # fmt: skip
    assert assigned.status_code == 409, assigned.text
    assert one.page["mediators"] == []

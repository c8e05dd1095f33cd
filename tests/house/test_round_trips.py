"""A step asks the database few times, and neither a read nor a step is far from its SQL. The figures are kept for
`make house`."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.staff import callers
from tests.cast import CONCLUSION, Cast, Lives, service
from tests.house.owing import compare
from tests.house.watching import Asked, watched

MOST_ROUND_TRIPS, MOST_HOPS_OF_A_STEP, MOST_HOPS_OF_A_READ = 6, 5, 3
REASON = {"reason": "理由充分"}
# One after another on one case, each by whom; None leaves the body out.
LIFE: list[tuple[str, str, Callable[[], dict[str, Any] | None]]] = [
    ("chen.housing", "sign_for", lambda: None),
    ("chen.housing", "accept", lambda: None),
    ("chen.housing", "handle", lambda: None),
    ("chen.housing", "offer", lambda: {"unit": "P150102", **REASON}),
    ("chen.housing", "recall", lambda: None),
    ("chen.housing", "conclude", lambda: CONCLUSION),
    ("chen.housing", "serve", lambda: service()),
    ("chen.housing", "close", lambda: None),
    ("chen.housing", "archive", lambda: None),
    ("liu.head", "reopen", lambda: REASON),
    ("chen.housing", "reclassify", lambda: {"category": "heating.outage", **REASON}),
    ("chen.housing", "flag_urgent", lambda: REASON),
    ("chen.housing", "report_upward", lambda: {"unit": "C150100", **REASON}),
    ("li.window", "go_up", lambda: REASON),
    ("li.window", "withdraw", lambda: REASON),
]
READS = ("/v1/cases", "/v1/cases?overdue=true", "/v1/cases/counts?by=status", "/v1/me/tasks", "/v1/cases/{id}")


@pytest.fixture(scope="module", autouse=True)
def known_callers() -> Iterator[None]:
    """Who calls was asked a moment before, as in a session at work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(callers, "TRUSTED_SECONDS", 600.0)
        yield


@pytest.fixture(scope="module")
def steps(cast: Cast, lives: Lives) -> dict[str, list[Asked]]:
    """What each step of a life asked."""
    case_id = lives.registered()["id"]
    cast("chen.housing").get(f"/v1/cases/{case_id}")
    found: dict[str, list[Asked]] = {}
    for who, action, body in LIFE:
        if action == "handle":
            lives.told(case_id)
        version = cast(who).get(f"/v1/cases/{case_id}").json()["version"]
        with watched() as asked:
            reply = cast(who).act(case_id, action, body(), version=version)
        assert reply.status_code == 200, reply.text
        found[action] = asked
    return found


def test_a_step_asks_the_database_few_times(steps: dict[str, list[Asked]], pytestconfig: pytest.Config) -> None:
    said = {action: [" ".join(a.statement.split())[:120] for a in asked] for action, asked in steps.items()}
    pytestconfig.cache.set("house/round_trips", said)
    many = {action for action, asked in steps.items() if len(asked) > MOST_ROUND_TRIPS}
    compare("round_trips", (f"{action} asks more than {MOST_ROUND_TRIPS} times" for action in many))


def test_a_step_is_near_its_sql(steps: dict[str, list[Asked]], pytestconfig: pytest.Config) -> None:
    hops = {action: next(a.hops for a in asked if a.of("actions")) for action, asked in steps.items()}
    pytestconfig.cache.set("house/hops_of_steps", hops)
    far = {action for action, n in hops.items() if n > MOST_HOPS_OF_A_STEP}
    compare("hops_of_steps", (f"{action} is more than {MOST_HOPS_OF_A_STEP} calls away" for action in far))


def test_a_read_is_near_its_sql(cast: Cast, lives: Lives, pytestconfig: pytest.Config) -> None:
    case_id = lives.registered()["id"]
    hops = {}
    for url in READS:
        cast("chen.housing").get("/v1/me")
        with watched() as asked:
            assert cast("chen.housing").get(url.format(id=case_id)).status_code == 200
        hops[url] = asked[0].hops
    pytestconfig.cache.set("house/hops_of_reads", hops)
    far = {url for url, n in hops.items() if n > MOST_HOPS_OF_A_READ}
    compare("hops_of_reads", (f"{url} is more than {MOST_HOPS_OF_A_READ} calls away" for url in far))

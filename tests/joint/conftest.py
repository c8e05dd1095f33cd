"""A Wednesday evening in November, and how units act on what they owe together."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import CITY, Cast, Lives, Person

EVENING = datetime.fromisoformat("2026-11-25T19:00:00+08:00")
LOGINS = ("li.window", "sun.coordinator", "qin.head", "chen.housing", "liu.head", "deng.county", "zhang.hrss", "wang.grid",
          "tian.enforcement", "zhou.mediator", "luo.intake", "zhao.saihan", "he.discipline")  # fmt: skip
ENERGY, WATER, MARKET = (f"D150102_{name}" for name in ("energy", "water", "market"))
CALL = {"occasion": "emergency", "text": "整栋楼停暖，请立即到场。"}


class Team:
    """Speaks for units: `team.at(unit)` is its handler, `team(who)` a login or a post."""

    def __init__(self, cast: Cast, freeze: Callable[[datetime], None]) -> None:
        self.cast, self._freeze = cast, freeze

    def later(self, minutes: float) -> datetime:
        """Time stands still, so many minutes after the evening began."""
        instant = EVENING + timedelta(minutes=minutes)
        self._freeze(instant)
        return instant

    def __call__(self, who: str) -> Person:
        return self.cast.seat(who) if who[0].isupper() else self.cast(who)

    def at(self, unit: str) -> Person:
        """A handler of a department."""
        return self.cast.seat(f"{unit}.handler.1")

    def make(self, who: str, case: str, what: str, body: dict[str, Any]) -> dict[str, Any]:
        """A task, whistle or meeting that must come to be."""
        reply = self(who).post(f"/v1/cases/{case}/{what}", body)
        assert reply.status_code == 201, f"{who} {what}: {reply.status_code} {reply.text}"
        assert reply.headers["etag"] == '"1"'
        return dict(reply.json())

    def task(self, case: str, unit: str, who: str = "chen.housing", **more: Any) -> str:
        """A task of the lead for a unit; gives its id."""
        return str(self.make(who, case, "tasks", {"unit": unit, "text": "请核查并反馈。", **more})["id"])

    def whistle(self, case: str, *units: str, who: str = "sun.coordinator", **more: Any) -> dict[str, str]:
        """Units called to the spot; unit → task, and the whistle itself under ''."""
        made = self.make(who, case, "whistles", {**CALL, "units": list(units), **more})
        return {"": made["id"], **{call["unit"]: call["task"] for call in made["calls"]}}

    def act(self, who: str | Person, url: str, action: str, body: Any = None, *, version: int | None = None) -> Any:
        """A step on the version that its taker sees now."""
        person = self(who) if isinstance(who, str) else who
        if version is None:
            seen = person.get(url)
            version = seen.json()["version"] if seen.status_code == 200 else 1
        return person.post(f"{url}/actions/{action}", body, version=version)

    def does(self, who: str | Person, url: str, action: str, body: Any = None) -> dict[str, Any]:
        """A step that must succeed."""
        reply = self.act(who, url, action, body)
        assert reply.status_code == 200, f"{action}: {reply.status_code} {reply.text}"
        return dict(reply.json())

    def answered(self, task: str, unit: str, result: str = "已处理。") -> None:
        """Signed for and answered by a department."""
        self.does(self.at(unit), f"/v1/tasks/{task}", "sign_for")
        self.does(self.at(unit), f"/v1/tasks/{task}", "answer", {"result": result})


@pytest.fixture
def team(cast: Cast, at: Callable[[datetime], None]) -> Team:
    """The evening has begun; everybody has logged in before."""
    for login in LOGINS:
        cast(login)
    found = Team(cast, at)
    found.later(0)
    return found


@pytest.fixture
def heating(team: Team, lives: Lives) -> str:
    """A request on heating that the county's housing department handles."""
    return str(lives.handling(kind="request", category="heating.outage")["id"])


@pytest.fixture
def quarrel(team: Team, lives: Lives) -> str:
    """A dispute on wages that the county's labour department handles: open to nobody by its area."""
    case = str(lives.registered("dispute", "wage.arrears")["id"])
    for step in ("sign_for", "accept", "handle"):
        team.cast("zhang.hrss").does(case, step)
    return case


@pytest.fixture
def settle(client: object) -> Callable[[datetime], int]:
    """Take what is due at an instant, as `gridcase jobs` does."""
    from app.core.database import Database
    from app.core.roles import LoginRole
    from app.jobs.actions import settle_due

    def go(now: datetime) -> int:
        async def work() -> int:
            database = await Database.open(CITY, LoginRole.RUNNER, size=2)
            try:
                return await settle_due(database, now)
            finally:
                await database.close()

        return asyncio.run(work())

    return go

"""A Wednesday morning, and somebody who keeps a centre."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import Cast, Person

WEDNESDAY = datetime.fromisoformat("2026-11-25T10:00:00+08:00")
HOUR = timedelta(hours=1)
LOGINS = (
    "li.window", "sun.coordinator", "zhou.mediator", "qin.head", "wang.grid", "gao.window", "deng.county", "lin.auditor",
    "guo.admin", "chen.housing",
)  # fmt: skip


class Keeper:
    """The coordinator of a centre, who always names the version last seen."""

    def __init__(self, person: Person, centre: str) -> None:
        self.person, self.url = person, f"/v1/centres/{centre}"

    def page(self) -> Any:
        """As it is now."""
        reply = self.person.get(self.url)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def try_to(self, action: str, body: Any, *, version: int | None = None, **more: Any) -> Any:
        """The reply, whatever it is."""
        version = self.page()["version"] if version is None else version
        return self.person.post(f"{self.url}/actions/{action}", body, version=version, **more)

    def does(self, action: str, **body: Any) -> Any:
        """The page after a change that must succeed."""
        reply = self.try_to(action, body)
        assert reply.status_code == 200, f"{action}: {reply.status_code} {reply.text}"
        return reply.json()

    def duty(self, at: datetime | None = None) -> dict[str, Any]:
        """unit → its line."""
        query = f"?at={at.isoformat().replace('+', '%2B')}" if at else ""
        reply = self.person.get(f"{self.url}/duty{query}")
        assert reply.status_code == 200, reply.text
        return {unit["unit"]: unit for unit in reply.json()["units"]}

    def reception(self, category: str, **query: str) -> dict[str, Any]:
        """unit → its line."""
        asked = "&".join(f"{name}={value}" for name, value in {"category": category, **query}.items())
        reply = self.person.get(f"{self.url}/reception?{asked}")
        assert reply.status_code == 200, reply.text
        return {unit["unit"]: unit for unit in reply.json()["units"]}


@pytest.fixture
def wednesday(cast: Cast, at: Callable[[datetime], None]) -> Callable[[timedelta], datetime]:
    """Time stands at ten on a Wednesday; `wednesday(hours)` moves it on from there. All logged in before, by the clock."""
    for login in LOGINS:
        cast(login)
    at(WEDNESDAY)

    def move(on: timedelta) -> datetime:
        at(WEDNESDAY + on)
        return WEDNESDAY + on

    return move


@pytest.fixture
def keeper(cast: Cast) -> Callable[[str], Keeper]:
    """`keeper("C150103001")` is its coordinator."""
    return lambda centre: Keeper(cast.seat(f"{centre}.coordinator.1"), centre)

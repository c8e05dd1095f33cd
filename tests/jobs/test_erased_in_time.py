"""When the years of a file are over, the runner erases it: once, on the day after, and never what is held."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cases.actions import retention_sweep
from app.cases.settings import CasesSettings
from app.cli import app as command
from app.cli import retention
from app.core.database import Database
from app.core.roles import LoginRole
from app.core.settings import section
from tests.cast import CITY, CONCLUSION, Cast, Lives

Ask = Callable[..., list[Any]]
CHEN, HEAD = "chen.housing", "liu.head"
LAST = datetime(2036, 12, 31, 12, tzinfo=UTC)  # of the ten years of what is archived in 2026
AFTER = datetime(2037, 1, 1, 4, tzinfo=UTC)


def sweep(now: datetime) -> int:
    async def work() -> int:
        database = await Database.open(CITY, LoginRole.RUNNER, size=2, patient=True)
        try:
            return await retention_sweep.erase_due(database, now)
        finally:
            await database.close()

    return asyncio.run(work())


@pytest.fixture
def archived(cast: Cast, lives: Lives, at: Callable[[datetime], None]) -> str:
    """A request, closed and archived in 2026."""
    at(datetime(2026, 11, 2, 3, tzinfo=UTC))
    case = lives.closed(kind="request", category="heating.outage", title="旧件停暖")["id"]
    assert cast(CHEN).does(case, "archive")["archive"]["kept_until"] == "2036-12-31"
    return str(case)


def title(sql: Ask, case: str) -> str | None:
    (row,) = sql("select title from case_text where case_id = $1::uuid", case)
    found: str | None = row["title"]
    return found


def test_it_is_erased_on_the_day_after_and_once(archived: str, sql: Ask) -> None:
    assert sweep(LAST) == 0
    assert title(sql, archived) == "旧件停暖"
    assert sweep(AFTER) >= 1
    assert sweep(AFTER) == 0
    assert title(sql, archived) is None
    (stone,) = sql("select basis, by from tombstone where case_id = $1::uuid", archived)
    assert tuple(stone) == ("retention", "system:clock")


def test_a_held_file_stays_until_it_is_released(archived: str, cast: Cast, sql: Ask) -> None:
    cast(HEAD).does(archived, "hold", {"reason": "法院调卷"})
    sweep(AFTER)
    assert title(sql, archived) == "旧件停暖"
    cast(HEAD).does(archived, "release_hold", {"reason": "已还卷"})
    sweep(AFTER)
    assert title(sql, archived) is None


def test_what_was_taken_out_again_stays(archived: str, cast: Cast, sql: Ask) -> None:
    cast(HEAD).does(archived, "reopen", {"reason": "当事人提供新证据"})
    sweep(AFTER)
    assert title(sql, archived) == "旧件停暖"
    cast(CHEN).does(archived, "conclude", CONCLUSION)


def test_batches_take_all(cast: Cast, lives: Lives, sql: Ask, monkeypatch: pytest.MonkeyPatch, archived: str) -> None:
    monkeypatch.setattr(retention_sweep, "BATCH", 1)
    other = lives.closed(kind="request", category="heating.outage", title="旧件停暖")["id"]
    cast(CHEN).does(other, "archive")
    assert sweep(AFTER) >= 2
    assert (title(sql, archived), title(sql, other)) == (None, None)


def test_a_city_that_erases_by_hand(archived: str, sql: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(section(CasesSettings), "retention_erases", False)
    assert sweep(AFTER) == 0
    assert title(sql, archived) == "旧件停暖"


def test_what_falls_due_is_listed_beforehand(archived: str, cast: Cast, sql: Ask) -> None:
    cast(HEAD).does(archived, "hold", {"reason": "法院调卷"})
    (row,) = sql("select number from cases where id = $1::uuid", archived)
    listed = CliRunner().invoke(command, ["retention", "--days", "4000"])
    assert listed.exit_code == 0
    (line,) = (line for line in listed.output.splitlines() if row["number"] in line)
    assert "held" in line
    assert "2036-12-31" in line
    assert retention.SHOWN >= 100
    soon = CliRunner().invoke(command, ["retention", "--days", "0"])
    assert row["number"] not in soon.output

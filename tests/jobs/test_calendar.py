"""A year's days off are published while cases wait; a version of a procedure takes no new cases."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from app.cases.actions.recompute import recompute_provisional
from app.cases.queries.chain import list_breaks
from app.cases.queries.one import count_under
from app.cli import app as command
from app.cli import law
from app.core.database import Connection, connect
from app.deadlines.actions import load_calendar, withdraw_procedure
from app.reference.queries import load as load_rules
from tests.cast import CITY, Cast, report
from tests.support.clock import present

HOHHOT = ZoneInfo("Asia/Shanghai")
Freeze = Callable[[datetime], None]
Ask = Callable[..., list[Any]]
# A notice that nobody published: Saturday 9 January worked for Friday the 15th.
NOTICE = [(date(2027, 1, 9), True, "测试"), (date(2027, 1, 15), False, "测试")]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HOHHOT)


COMMANDS = law  # which register themselves when it is imported


def undone(work: Callable[[Connection], Awaitable[Any]]) -> Any:
    """Run `work` in a transaction that is taken back: the worker's city stays as it is."""

    async def go() -> Any:
        conn = await connect(CITY, "owner")
        try:
            change = conn.transaction()
            await change.start()
            try:
                return await work(conn)
            finally:
                await change.rollback()
        finally:
            await conn.close()

    return asyncio.run(go())


def filed(cast: Cast, at: Freeze, instant: str) -> str:
    cast("li.window")
    at(local(instant))
    return str(cast("li.window").register(report("petition", "heating.temperature"))["id"])


async def published(conn: Connection) -> None:
    await load_calendar(conn, "china", [(2027, "a notice for the test")], NOTICE)
    await recompute_provisional(
        conn, await load_rules(conn, local("2026-12-31T12:00:00")), now=local("2026-12-31T12:00:00")
    )


@pytest.mark.parametrize(
    ("filed_at", "told", "organ", "resident"),
    [
        ("2026-12-25T10:00:00", "2027-01-11", "2027-01-09", "2027-01-11"),  # the 9th is worked now: earlier
        ("2026-12-31T10:00:00", "2027-01-15", "2027-01-15", "2027-01-18"),  # the 15th is off now: later
        ("2026-12-29T10:00:00", "2027-01-13", "2027-01-13", "2027-01-13"),
    ],
)
def test_no_limit_moves_against_the_resident(
    cast: Cast, at: Freeze, filed_at: str, told: str, organ: str, resident: str
) -> None:
    case = filed(cast, at, filed_at)

    async def of(conn: Connection, owner: str) -> tuple[Any, ...]:
        await conn.execute("delete from clock where case_id = $1 and kind = 'sign_for'", case)
        await conn.execute("update cases set due = (select min(due) from clock where case_id = $1) where id = $1", case)
        await conn.execute("update clock set owner = $2 where case_id = $1", case, owner)
        before = await conn.fetchrow("select due, provisional from clock where case_id = $1", case)
        await published(conn)
        after = await conn.fetchrow(
            "select k.due, k.provisional, k.next_at, c.due as case_due from clock k join cases c on c.id = k.case_id"
            " where k.case_id = $1", case,
        )  # fmt: skip
        events = await conn.fetch(
            "select data from event where case_id = $1 and kind = 'limit_recomputed' and actor = 'system:calendar'",
            case,
        )
        return before, after, events, await list_breaks(conn)

    for owner, expected in (("organ", organ), ("resident", resident)):
        before, after, events, breaks = undone(partial(of, owner=owner))
        assert (before["due"], before["provisional"]) == (local(f"{told}T23:59:59"), True)
        assert (after["due"], after["provisional"]) == (local(f"{expected}T23:59:59"), False)
        assert len(events) == (expected != told)
        assert breaks == []
        if owner == "organ":
            assert after["case_due"] == after["due"]
            assert after["next_at"] < after["due"]


def test_a_limit_already_missed_is_left_alone(cast: Cast, at: Freeze) -> None:
    case = filed(cast, at, "2026-12-25T10:00:00")

    async def late(conn: Connection) -> Any:
        await conn.execute("update clock set breached_at = due, level = 3 where case_id = $1", case)
        await published(conn)
        return await conn.fetchrow(
            "select due, provisional, level from clock where case_id = $1 and kind = 'acceptance'", case
        )

    row = undone(late)
    assert (row["due"], row["provisional"], row["level"]) == (local("2027-01-11T23:59:59"), False, 3)


def test_the_command_names_the_years_that_are_missing(cast: Cast, at: Freeze) -> None:
    filed(cast, at, "2026-12-25T10:00:00")
    said = CliRunner().invoke(command, ["calendar", "check"])
    assert said.exit_code == 2
    assert "2027" in said.output
    assert "provisional" in said.output


def test_loading_the_same_calendar_again_moves_nothing(cast: Cast, at: Freeze, sql: Ask) -> None:
    filed(cast, at, "2026-12-25T10:00:00")
    before = sql("select id, due from clock order by id")
    said = CliRunner().invoke(command, ["calendar", "load", "china"])
    assert said.exit_code == 0, said.output
    assert "0 of them moved" in said.output
    assert sql("select id, due from clock order by id") == before


def test_cases_keep_a_version_that_takes_no_new_ones(cast: Cast, at: Freeze) -> None:
    case = filed(cast, at, "2026-11-02T10:00:00")

    async def withdrawn(conn: Connection) -> tuple[Any, ...]:
        await conn.execute(
            "insert into procedure (code, version, valid_from, definition) select code, 2, date '2026-11-10',"
            " definition || jsonb_build_object('version', 2, 'valid_from', '2026-11-10')"
            " from procedure where code = 'appeal' and version = 1"
        )
        await withdraw_procedure(conn, "appeal", 1, date(2026, 11, 10))
        kept = await count_under(conn, "appeal", 1)
        rules = await load_rules(conn, present())
        version = await conn.fetchval("select procedure_version from cases where id = $1", case)
        days = [rules.procedure("appeal", local(f"2026-11-{day:02}T12:00:00")).version for day in (2, 9, 10, 20)]
        return kept, version, days, rules.clock_rule("appeal", 1, rules.procedures["appeal", 1].clocks[0].kind)

    kept, version, days, rule = undone(withdrawn)
    assert kept >= 1
    assert version == 1
    assert days == [1, 1, 2, 2]
    assert rule is not None


def test_the_last_version_is_not_withdrawn_without_a_successor(database: str) -> None:
    said = CliRunner().invoke(command, ["procedures", "withdraw", "appeal", "1", "--from", "2027-01-01"])
    assert said.exit_code == 1
    assert "successor" in said.output + (said.stderr or "")
    unknown = CliRunner().invoke(command, ["procedures", "withdraw", "appeal", "9", "--from", "2027-01-01"])
    assert unknown.exit_code == 1


def test_a_version_once_known_is_never_rewritten(database: str) -> None:
    said = CliRunner().invoke(command, ["procedures", "load"])
    assert said.exit_code == 0, said.output
    assert "0 new versions" in said.output
    assert "appeal" in CliRunner().invoke(command, ["procedures", "list"]).output

"""The runner: each due action once, on time, whoever looks and however late."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from app.cases.queries.chain import list_breaks
from tests.cast import Cast, Lives, report
from tests.support.each import each

HOHHOT = ZoneInfo("Asia/Shanghai")
Settle = Callable[[datetime], int]
Freeze = Callable[[datetime], None]
Ask = Callable[..., list[Any]]
DISPUTE = {"kind": "dispute", "category": "neighbour.noise", "complexity": "ordinary"}


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HOHHOT)


def told(sql: Ask, case: str) -> list[str]:
    """What the runner wrote into the record of the limit to complete (or of the case), in order."""
    rows = sql(
        "select kind from event where case_id = $1 and actor = 'system:clock' and (data->'clocks' is null"
        """ or data->'clocks' @> '[{"kind": "completion"}]') order by seq""",
        case,
    )
    return [row["kind"] for row in rows]


def completion(sql: Ask, case: str) -> Any:
    (row,) = sql("select * from clock where case_id = $1 and kind = 'completion'", case)
    return row


@pytest.fixture
def dispute(cast: Cast, at: Freeze) -> str:
    """An ordinary dispute of Monday 2 November 2026: seven days, until the end of the ninth."""
    at(local("2026-11-02T10:00:00"))
    return str(cast("li.window").register(report(**DISPUTE))["id"])


def test_just_before_just_after_and_twice(dispute: str, settle: Settle, sql: Ask) -> None:
    settle(local("2026-11-09T23:59:59"))
    assert completion(sql, dispute)["breached_at"] is None
    assert told(sql, dispute) == []
    for _ in range(2):
        settle(local("2026-11-10T00:00:00"))
        clock = completion(sql, dispute)
        assert clock["breached_at"] == clock["due"] == local("2026-11-09T23:59:59")
        assert told(sql, dispute) == ["escalate"]
    for _ in range(2):
        settle(local("2026-11-10T09:00:00"))
        assert told(sql, dispute) == ["escalate", "urge"]
    settle(local("2026-11-16T08:59:59"))
    assert told(sql, dispute) == ["escalate", "urge"]
    settle(local("2026-11-16T09:00:00"))
    assert told(sql, dispute) == ["escalate", "urge", "criticise"]
    assert completion(sql, dispute)["next_at"] is None


def test_after_a_week_of_sleep_everything_missed_happens_once(dispute: str, settle: Settle, sql: Ask) -> None:
    settle(local("2026-11-20T10:00:00"))
    assert Counter(told(sql, dispute)) == Counter(["escalate", "urge", "criticise"])
    settle(local("2026-11-20T10:00:00"))
    assert len(told(sql, dispute)) == 3


def test_woken_at_night_only_what_the_law_dates_is_written(dispute: str, settle: Settle, sql: Ask) -> None:
    settle(local("2026-11-20T03:00:00"))
    assert told(sql, dispute) == ["escalate"]
    settle(local("2026-11-20T07:59:59"))
    assert told(sql, dispute) == ["escalate"]
    settle(local("2026-11-20T08:00:00"))
    assert Counter(told(sql, dispute)) == Counter(["escalate", "urge", "criticise"])


def test_a_computers_clock_set_back_an_hour_repeats_nothing(dispute: str, settle: Settle, sql: Ask) -> None:
    for look in ("2026-11-10T09:30:00", "2026-11-10T08:30:00", "2026-11-10T09:30:00"):
        settle(local(look))
    assert told(sql, dispute) == ["escalate", "urge"]


def test_over_spring_festival_nobody_is_urged_on_a_day_off(cast: Cast, at: Freeze, settle: Settle, sql: Ask) -> None:
    at(local("2026-02-07T10:00:00"))
    case = cast("li.window").register(report(**DISPUTE))["id"]
    assert completion(sql, case)["due"] == local("2026-02-14T23:59:59")  # a Saturday that is worked
    for day in range(15, 24):
        settle(local(f"2026-02-{day}T12:00:00"))
        assert told(sql, case) == ["escalate"]
    settle(local("2026-02-24T09:00:00"))
    assert told(sql, case) == ["escalate", "urge"]


def test_what_was_done_in_time_is_never_pressed(lives: Lives, settle: Settle, sql: Ask) -> None:
    case = lives.closed(kind="request", category="heating.fees")["id"]
    settle(local("2027-06-01T10:00:00"))
    assert told(sql, case) == []
    assert not [k for k in sql("select breached_at from clock where case_id = $1", case) if k["breached_at"]]


def test_what_was_done_late_keeps_its_breach_though_nobody_looked(cast: Cast, at: Freeze, sql: Ask) -> None:
    at(local("2026-11-02T10:00:00"))
    case = cast("li.window").register(report("request", "heating.fees"))["id"]
    at(local("2026-11-20T10:00:00"))
    cast("chen.housing").does(case, "sign_for")
    cast("chen.housing").does(case, "decline", {"route": "other_organ", "reason": "不属职责"})
    for clock in each(sql("select due, breached_at from clock where case_id = $1", case)):
        assert clock["breached_at"] == clock["due"]


def test_an_accusation_is_pressed_at_its_desk_and_goes_nowhere_else(
    cast: Cast, at: Freeze, settle: Settle, sql: Ask
) -> None:
    at(local("2026-09-01T10:00:00"))
    case = cast("li.window").register(report("petition", "conduct.service", petition_class="accusation"))["id"]
    before = sql("select count(*) as n from case_access where case_id = $1 and until is null", case)[0]["n"]
    settle(local("2026-11-20T10:00:00"))
    kinds = [
        r["kind"]
        for r in sql("select kind from event where case_id = $1 and actor = 'system:clock' order by seq", case)
    ]
    assert kinds == ["urge", "criticise"]
    assert sql("select count(*) as n from case_access where case_id = $1 and until is null", case)[0]["n"] == before


def test_several_runners_at_once_do_everything_once(cast: Cast, at: Freeze, sql: Ask) -> None:
    from app.core.database import Database
    from app.core.roles import LoginRole
    from app.jobs.actions import settle_due

    at(local("2026-10-09T10:00:00"))
    bodies = [report(**DISPUTE, title=f"同楼纠纷{n}") for n in range(60)]
    cases = [item["case"]["id"] for item in cast("li.window").batch(bodies)]

    async def race() -> list[int]:
        databases = [await Database.open("hohhot", LoginRole.RUNNER, size=2) for _ in range(4)]
        try:
            return await asyncio.gather(*(settle_due(d, local("2026-11-02T10:00:00")) for d in databases))
        finally:
            for database in databases:
                await database.close()

    asyncio.run(race())
    asyncio.run(race())
    rows = sql("select case_id, kind, data from event where case_id = any($1) and actor = 'system:clock'", cases)
    counted = Counter(  # two clocks of a case stand in one event or, taken by two runners, in two
        (str(row["case_id"]), row["kind"], clock["kind"])
        for row in rows
        for clock in row["data"].get("clocks", [{"kind": ""}])
    )
    pressed = [(kind, clock) for kind in ("urge", "criticise") for clock in ("acceptance", "completion", "sign_for")]
    assert counted == Counter({(case, *did): 1 for case in cases for did in [*pressed, ("escalate", "")]})
    assert _breaks() == []


def test_killed_before_the_commit_nothing_has_happened_and_the_next_look_does_it(
    dispute: str, settle: Settle, sql: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.cases.actions import deadline_sweep

    async def killed(*_: Any) -> None:
        raise asyncpg.InterfaceError("the connection is gone")

    before = sql("select head_seq from cases where id = $1", dispute)
    with monkeypatch.context() as patched:
        patched.setattr(deadline_sweep, "_escalate", killed)
        with pytest.raises(asyncpg.InterfaceError):
            settle(local("2026-11-10T00:00:00"))
    assert sql("select head_seq from cases where id = $1", dispute) == before
    assert completion(sql, dispute)["breached_at"] is None
    settle(local("2026-11-10T00:00:00"))
    assert told(sql, dispute) == ["escalate"]


def test_a_case_in_somebodys_hands_is_left_for_the_next_look(
    dispute: str, settle: Settle, sql: Ask, database: str
) -> None:
    async def hold() -> None:
        from app.core.database import connect

        conn = await connect("hohhot", "owner")
        try:
            async with conn.transaction():
                await conn.fetch("select id from cases where id = $1 for update", dispute)
                await asyncio.to_thread(settle, local("2026-11-10T00:00:00"))
        finally:
            await conn.close()

    asyncio.run(hold())
    assert told(sql, dispute) == []
    settle(local("2026-11-10T00:00:00"))
    assert told(sql, dispute) == ["escalate"]


def test_whoever_leads_is_told_once_and_the_resident_that_it_goes_up_and_an_accusation_only_its_sworn_posts(
    cast: Cast, at: Freeze, dispute: str, settle: Settle, sql: Ask
) -> None:
    secret = cast("li.window").register(report("petition", "conduct.service", petition_class="accusation"))["id"]
    for look in ("2026-11-06T10:00:00", "2026-11-10T10:00:00", "2026-11-20T10:00:00", "2026-11-20T10:00:00"):
        settle(local(look))
    mine = sql(
        "select template, grantee from message where case_id = $1 and (facts->>'rule' = 'C2' or facts = '{}') order by id",
        dispute,
    )
    lead, above = "unit:C150102001001", "unit:C150102001"
    assert [tuple(row) for row in mine] == [
        ("clock_warn", lead), ("escalated", above), ("progress", None), ("clock_urge", lead), ("clock_criticise", lead),
    ]  # fmt: skip
    assert all(
        row["grantee"].startswith("post:X") for row in sql("select grantee from message where case_id = $1", secret)
    )
    above_reads = [m["template"] for m in cast("sun.coordinator").walk("/v1/me/messages") if m["case_id"] == dispute]
    assert above_reads.count("escalated") == 1
    assert set(above_reads) - {"escalated"} <= {"clock_warn", "clock_urge", "clock_criticise"}, (
        "nor have they signed for it"
    )


def test_the_list_shows_it_overdue_and_the_timeline_says_who_pressed(dispute: str, settle: Settle, cast: Cast) -> None:
    settle(local("2026-11-10T09:00:00"))
    items = cast("li.window").get(f"/v1/cases/{dispute}/timeline").json()["items"]
    urged = next(item for item in items if item["kind"] == "urge")
    assert (urged["title"], urged["actor"]) == ("催办", "system:clock")
    assert all(set(clock) == {"kind", "rule", "due"} for clock in urged["data"]["clocks"])


def _breaks() -> list[Any]:
    async def work() -> list[Any]:
        from app.core.database import connect

        conn = await connect("hohhot", "owner")
        try:
            return await list_breaks(conn)
        finally:
            await conn.close()

    return asyncio.run(work())


def test_a_summer_time_city_breaches_at_its_own_midnight() -> None:
    """America/New_York, 1 November 2026: the night has 25 hours; the limit is the local midnight, once."""
    from app.deadlines.rules import (
        WEEKDAYS,
        EscalationPolicy,
        EscalationStep,
        LengthUnit,
        Owner,
        QuietHours,
        due_at,
        escalation,
    )

    tz = ZoneInfo("America/New_York")
    start = datetime(2026, 10, 26, 12, tzinfo=tz)
    due = due_at(5, LengthUnit.WORKING_DAY, start, calendar=WEEKDAYS, tz=tz).due
    looks = [due + timedelta(hours=h) for h in (-1, 0, 1, 2, 30)]
    level = 1
    seen: list[EscalationStep] = []
    for look in looks:
        step = escalation(
            EscalationPolicy(), Owner.ORGAN, level, start, due, look, quiet=QuietHours(), calendar=WEEKDAYS, tz=tz
        )
        level, seen = step.level, seen + list(step.rungs)
    assert seen.count(EscalationStep.BREACH) == 1

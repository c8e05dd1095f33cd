"""due_100k: the night on which 100,000 limits run out, settled by the runner, against one bare UPDATE … RETURNING over the
same rows. One clock a case, of cases of every kind and state; each round has clocks of its own."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from app.core.database import Database
from app.core.roles import LoginRole
from app.jobs.actions import settle_due
from bench import cases, city
from bench.ground import as_owner, run, say
from bench.report import Row

CITY = "due"
CLOCKS, ROUNDS = 100_000, 3
CASES = 700_000  # of which 45 in a hundred are open
HOHHOT = ZoneInfo("Asia/Shanghai")
NIGHT = datetime.combine(datetime.now(HOHHOT).date() + timedelta(days=1), time(0), HOHHOT)  # the midnight that comes
FAR = NIGHT + timedelta(days=3650)

_CLOCKS = """
    insert into clock (case_id, kind, rule, version, basis, start, due, due_unrolled, level, next_at)
    select id, case when status = 'registered' then 'acceptance' else 'completion' end, 'bench', 1, '', registered_at,
        $1::timestamptz - interval '1 second', $1::timestamptz - interval '1 second', 1, $2
    from cases where status <> 'closed' order by id
"""
# As everywhere a case is due when the first of its clocks is.
_DUE = "update cases set due = $1::timestamptz - interval '1 second' where status <> 'closed'"
_TURN = """
    update clock set next_at = $1 where id in (
        select id from clock where next_at = $2 and level = 1 order by hashint8(id) limit $3)
"""
_FLOOR = """
    update clock set level = 2, next_at = $1::timestamptz + interval '9 hours', breached_at = due
    where next_at <= $1 and met_at is null and stopped_at is null and paused_at is null returning id
"""


def measure(_: Path) -> list[Row]:
    """Floor and runner, in turn, ROUNDS times; the middle ratio."""
    city.build(CITY)
    cases.fill(CITY, CASES)
    as_owner(CITY, lambda conn: conn.execute(_CLOCKS, NIGHT, FAR))
    as_owner(CITY, lambda conn: conn.execute(_DUE, NIGHT))
    as_owner(CITY, lambda conn: conn.execute("vacuum analyze cases"), transaction=False)
    rounds = []
    for n in range(ROUNDS):
        say(f"due_100k, round {n + 1} of {ROUNDS}")
        as_owner(CITY, lambda conn: conn.execute(_TURN, NIGHT, FAR, CLOCKS))
        bare = [_bare()]
        mine = run(_settle(NIGHT))
        as_owner(CITY, lambda conn: conn.execute("update clock set next_at = $1 where next_at <= $1", FAR))
        rounds.append({"bare_s": min(bare), "runner_s": mine, "ratio": min(bare) / mine})
    rounds.sort(key=lambda r: r["ratio"])
    middle = rounds[len(rounds) // 2]
    return [
        Row(
            "due_100k",
            middle["ratio"],
            CLOCKS / middle["bare_s"],
            CLOCKS / middle["runner_s"],
            "clk/s",
            {"rounds": rounds},
        )
    ]


def _vacuum() -> None:
    as_owner(CITY, lambda conn: conn.execute("vacuum analyze clock"), transaction=False)


def _bare() -> float:
    """The bare update of exactly these rows, taken back afterwards; seconds."""
    _vacuum()

    async def work(conn: Any) -> float:
        change = conn.transaction()
        await change.start()
        began = perf_counter()
        rows = await conn.fetch(_FLOOR, NIGHT)
        took = perf_counter() - began
        await change.rollback()
        if len(rows) != CLOCKS:
            raise RuntimeError(f"{len(rows)} clocks were due, not {CLOCKS}")
        return took

    took = as_owner(CITY, work, transaction=False)
    _vacuum()
    return took


async def _settle(now: datetime) -> float:
    database = await Database.open(CITY, LoginRole.RUNNER, size=2)
    try:
        began = perf_counter()
        moved = await settle_due(database, now.astimezone(UTC))
        took = perf_counter() - began
    finally:
        await database.close()
    if moved != CLOCKS:
        raise RuntimeError(f"{moved} clocks were settled, not {CLOCKS}")
    return took

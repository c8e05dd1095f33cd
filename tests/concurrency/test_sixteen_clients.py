"""Sixteen clients at once over offers, sign-fors, returns, transfers and closings: every history is that of a sequential model.

No update is lost, no case ever has two leads or none, and access is what responsibility says, at every step. The long
tier takes 2,000 operations; `make attack` takes 20,000 (GRIDCASE_OPERATIONS, GRIDCASE_SIGN_TRIES).
"""

import asyncio
import os
import random
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from app.cases.queries.chain import list_breaks
from app.core.database import connect
from scripts.service import Service
from tests.cast import report
from tests.concurrency import clients, judge
from tests.concurrency.conftest import CITY, REGISTRAR
from tests.concurrency.model import Town
from tests.support.tiers import Amount

OPERATIONS = Amount("operations of sixteen clients", short=400, long=2_000, setting="GRIDCASE_OPERATIONS")
OFTEN = {"offer", "sign_for", "refuse", "recall", "accept"}
SELDOM = {"rule_return", "escalate", "close"}  # with few operations hardly a case is closed
TRIES = Amount("double sign-fors", short=10, long=60, setting="GRIDCASE_SIGN_TRIES")
SEED = int(os.environ.get("GRIDCASE_FUZZ_SEED", "4"))


@contextmanager
def watched(since: datetime) -> Iterator[list[str]]:
    """Asks all the while whether every case has one lead and the access that goes with it; gives what it saw that has not."""
    seen: list[str] = []
    over = threading.Event()

    async def watch() -> None:
        conn = await connect(CITY, "owner")
        try:
            looks = 0
            while not over.is_set() or looks < 3:
                seen.extend(f"{row['id']} {row['head_seq']}" for row in await conn.fetch(judge.INVARIANT, since))
                looks += 1
                await asyncio.sleep(0.1)
        finally:
            await conn.close()

    thread = threading.Thread(target=lambda: asyncio.run(watch()))
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


@OPERATIONS.mark
def test_every_history_is_one_of_the_sequential_model(
    service: Service, town: Town, ask: Callable[..., list[Any]]
) -> None:
    began, since = time.monotonic(), datetime.now(UTC)
    with watched(since) as seen:
        board = clients.run(service.url, town, town.seats[REGISTRAR], OPERATIONS, SEED)
    seconds = time.monotonic() - began
    wrong = [*board.wrong, *(f"at {where} the case had no one lead with its access" for where in seen)]
    states, events = judge.histories(ask, town, board.made, wrong)
    judge.judge_deeds(board, states, events, wrong)
    judge.judge_pages(board, states, wrong)
    judge.judge_rows(ask, board.made, states, wrong)
    answers = Counter(deed.status for deed in board.deeds)
    taken = Counter(deed.action for deed in board.deeds if deed.status == 200)
    sys.stdout.write(
        f"\n{OPERATIONS:,} operations of {clients.CLIENTS} clients in {seconds:.0f} s (seed {SEED}): {len(board.made)} cases,"
        f" {sum(taken.values()):,} steps {dict(taken.most_common())}, answers {dict(answers)},"
        f" {len(board.pages):,} pages, {sum(deed.broken for deed in board.deeds)} broken lines, {len(wrong)} differences\n"
    )
    judge.judge_the_judge(board, states, events)
    assert wrong == [], f"{len(wrong)} differences:\n" + "\n".join(wrong[:20])
    assert set(taken) >= (OFTEN if OPERATIONS < 2_000 else OFTEN | SELDOM)
    assert sum(taken.values()) > OPERATIONS / 4
    assert {403, 404, 409, 412} <= set(answers), "the quarrel was real"
    assert sum(deed.broken for deed in board.deeds) > 0

    async def broken_chains() -> list[Any]:
        conn = await connect(CITY, "owner")
        try:
            return [fault for case in board.made for fault in await list_breaks(conn, uuid.UUID(case))]
        finally:
            await conn.close()

    assert asyncio.run(broken_chains()) == []


@TRIES.mark
def test_of_two_who_sign_at_once_one_wins_every_time(
    service: Service, town: Town, ask: Callable[..., list[Any]]
) -> None:
    registrar = town.seats[REGISTRAR]
    pair = [town.seats["D150102_housing.handler.1"], town.seats["D150102_housing.organ_head.1"]]
    chance = random.Random(SEED)
    made: list[str] = []
    with httpx.Client(base_url=service.url, timeout=30) as http, ThreadPoolExecutor(max_workers=2) as pool:

        def sign(seat: Any, case: str) -> int:
            headers = {"Authorization": f"Bearer {seat.token}", "Idempotency-Key": uuid.uuid4().hex, "If-Match": '"1"'}
            return http.post(f"/v1/cases/{case}/actions/sign_for", headers=headers).status_code

        for _ in range(TRIES):
            headers = {"Authorization": f"Bearer {registrar.token}", "Idempotency-Key": uuid.uuid4().hex}
            receipt = http.post("/v1/cases", json=report("request", "property.fees"), headers=headers).json()
            made.append(receipt["id"])
            chance.shuffle(pair)
            codes = list(pool.map(sign, pair, [receipt["id"]] * 2))
            assert sorted(codes) == [200, 412], codes
    (row,) = ask(
        "select count(*) filter (where kind = 'sign_for') as signed, count(distinct case_id) as cases from event"
        " where case_id = any($1)", made,
    )  # fmt: skip
    assert (row["signed"], row["cases"]) == (TRIES, TRIES)

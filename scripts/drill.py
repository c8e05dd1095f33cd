"""`make drill`: kill the service and the database while eight clients register, and count what was lost.

Each client retries a request under the same Idempotency-Key until it is acknowledged, and notes the receipt. At the end
the clients' ledger must equal the tables: nothing lost, nothing doubled, every chain whole. PostgreSQL runs with fsync.
"""

import argparse
import random
import secrets
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.cases.queries.chain import list_breaks
from app.core.database import Connection
from bench.ground import as_owner, ground, make_city
from scripts import cluster
from scripts.service import Service
from seeds import load
from seeds.hohhot.city import City, build_city

CITY = "drill"
CLIENTS = 8
PATIENCE = 120  # seconds after which a request that nobody acknowledges fails the drill


@dataclass
class Ledger:
    """What the clients know: key → receipt, and how often they had to ask again."""

    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    retries: int = 0
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def client(number: int, url: str, city: City, ledger: Ledger, stop: threading.Event) -> None:
    """One clerk on a bad line: registers until told to stop, and never gives up on a request once begun."""
    chance = random.Random(number)  # noqa: S311 (a load, not a secret)
    key = load.demo_key(city.machines[0].id)
    with httpx.Client(base_url=url, timeout=5, headers={"Authorization": f"Bearer {key}"}) as http:
        count = 0
        while not stop.is_set():
            count += 1
            spot = chance.choice(city.cells).boundary.representative_point()
            body = {
                "kind": chance.choice(["request", "dispute"]), "category": "property.fees", "channel": "hotline",
                "title": f"drill {number} {count}", "parties": [{"role": "petitioner", "phone": "13800000000"}],
                "location": {"point": {"type": "Point", "coordinates": [spot.x, spot.y]}, "crs": "WGS84"},
            }  # fmt: skip
            _until_acknowledged(http, f"drill-{number}-{count}", body, ledger)


def _until_acknowledged(http: httpx.Client, key: str, body: dict[str, Any], ledger: Ledger) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            answer = http.post("/v1/cases", json=body, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code == 201:
            with ledger.lock:
                ledger.receipts[key] = answer.json()
            return
        if answer is not None and answer.status_code not in (409, 500, 503):
            break
        with ledger.lock:
            ledger.retries += 1
        time.sleep(0.1)
    with ledger.lock:
        ledger.refused.append(f"{key}: {answer.status_code if answer is not None else 'no answer'}")


def kill_and_restart(home: Path, service: Service, what: str) -> float:
    """SIGKILL the service, the database or both; seconds until requests are answered again."""
    if what in ("service", "both"):
        service.kill()
    if what in ("database", "both"):
        cluster.kill(home)
    began = time.monotonic()
    cluster.start(home)
    if what in ("service", "both"):
        service.start()
    return time.monotonic() - began


_ORPHANS = """
    select count(*) from cases c where not exists (select from case_text x where x.case_id = c.id)
        or not exists (select from clock k where k.case_id = c.id) or not exists (select from party p where p.case_id = c.id)
        or not exists (select from assignment a where a.case_id = c.id)
        or not exists (select from case_access a where a.case_id = c.id)
        or not exists (select from idempotency i where i.case_id = c.id)
"""


async def compare(conn: Connection, ledger: Ledger) -> list[str]:
    """Every difference between the clients' ledger and the tables."""
    stored = {r["id"]: r for r in await conn.fetch("select id::text, number, status from cases")}
    by_key = {r["key"]: r["case_id"] for r in await conn.fetch("select key, case_id::text from idempotency")}
    broken = [f"chain of {r.case_id} at {r.seq}: {r.broken}" for r in await list_breaks(conn)]
    orphans = await conn.fetchval(_ORPHANS)
    fsync = await conn.fetchval("show fsync")
    wrong = [f"not acknowledged: {refused}" for refused in ledger.refused] + broken
    for key, receipt in ledger.receipts.items():
        row = stored.get(receipt["id"])
        if row is None:
            wrong.append(f"LOST {key}: {receipt['id']} was acknowledged and is not stored")
        elif row["number"] != receipt["number"] or by_key.get(key) != receipt["id"]:
            wrong.append(f"OTHER {key}: the receipt is not what is stored")
    if len(stored) != len(ledger.receipts):
        wrong.append(f"DOUBLED or left over: {len(stored)} cases for {len(ledger.receipts)} receipts")
    if len({r["id"] for r in ledger.receipts.values()}) != len(ledger.receipts):
        wrong.append("two keys were given the same case")
    if orphans:
        wrong.append(f"{orphans} cases lack texts, clocks, parties, assignments, access or their key")
    if fsync != "on":
        wrong.append("fsync is off: the drill shows nothing")
    return wrong


def drill(kills: int, seed: int) -> int:
    """Run it; 0 when the ledger equals the tables."""
    chance, ledger, stop = random.Random(seed), Ledger(), threading.Event()  # noqa: S311
    with ground("drill", GRIDCASE_LOG_LEVEL="ERROR") as home:
        make_city(CITY)
        profile = load.read_profile(load.PROFILES["hohhot"])
        as_owner(CITY, lambda conn: load.load_demo_city(conn, profile, lambda _: None))
        service = Service(CITY, home / "service.log")
        service.start()
        city = build_city()
        given = (service.url, city, ledger, stop)
        threads = [threading.Thread(target=client, args=(n, *given), daemon=True) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        recoveries = []
        for number in range(1, kills + 1):
            time.sleep(chance.uniform(0.3, 1.5))
            what = chance.choice(["service", "database", "both"])
            recoveries.append(kill_and_restart(home, service, what))
            print(f"kill {number}/{kills}: {what:<8} back in {recoveries[-1]:.1f} s", flush=True)
        time.sleep(1)
        stop.set()
        for thread in threads:
            thread.join(PATIENCE + 10)
        wrong = as_owner(CITY, lambda conn: compare(conn, ledger))
        service.stop()
    recoveries.sort()
    print(
        f"{len(ledger.receipts):,} acknowledged, {ledger.retries:,} retries, {kills} kills; "
        f"recovery median {recoveries[len(recoveries) // 2]:.1f} s, longest {recoveries[-1]:.1f} s"
    )
    for line in wrong[:50]:
        print(f"  {line}")
    whole = "the ledger equals the tables: 0 lost, 0 doubled, every chain whole"
    print(f"{len(wrong)} differences" if wrong else whole)
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    sys.exit(drill(given.kills, given.seed))

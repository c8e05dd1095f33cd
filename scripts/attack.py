"""`make attack`: try at full length to read what may not be read, and to break the service with bad input.

The tests of the suite, with the full figures in place of their samples, on a throw-away cluster of their own:

    canaries     200 planted petitions, disputes, requests and accusations; everybody tries everything on every one
    points       10,000 points on corners and edges: live intake, bulk import and Shapely agree
    bad input    schemathesis, 50 requests of each kind for every operation, as every role and as nobody
    guard        2,000 random sets of units and staff complained of, a kind: the statement against the pure rule
    concurrency  20,000 operations of 16 clients, every history held against a sequential model; 1,000 double sign-fors
    repeats      200 runs of the model of keys, callers and contents

The exit status is 0 when nothing was found.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass

FULL = {
    "GRIDCASE_ATTACK_ROUNDS": "7",  # of 31 plants
    "GRIDCASE_POINTS": "10000",
    "GRIDCASE_FUZZ_EXAMPLES": "50",
    "GRIDCASE_GUARD_SETS": "2000",
    "GRIDCASE_IDEMPOTENCY_RUNS": "200",
    "GRIDCASE_OPERATIONS": "20000",
    "GRIDCASE_SIGN_TRIES": "1000",
}
ATTACKS = {
    "canaries": ["tests/access"],
    "points": ["tests/imports/test_places_agree.py", "tests/intake/test_places.py"],
    "bad input": [
        "tests/house/test_fuzz.py", "tests/house/test_schemathesis.py", "tests/house/test_bad_input.py",
        "tests/house/test_bad_requests.py",
    ],
    "guard": ["tests/intake/test_conflict_guard.py"],
    "concurrency": ["tests/concurrency"],
    "repeats": ["tests/intake/test_idempotency.py", "tests/intake/test_batches.py"],
}  # fmt: skip


@dataclass
class Outcome:
    """How one attack went: its last line, and how long it took."""

    name: str
    passed: bool
    said: str
    seconds: float


def attack(name: str, seed: int, workers: int) -> Outcome:
    """Run one; what it finds is printed as it is found."""
    print(f"== {name}", flush=True)
    environment = {**os.environ, **FULL, "GRIDCASE_FUZZ_SEED": str(seed)}
    words = [sys.executable, "-m", "pytest", "-q", "-n", str(workers), "-p", "no:cacheprovider", "--tier", "all"]
    began, last = time.monotonic(), ""
    with subprocess.Popen([*words, *ATTACKS[name]], env=environment, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None  # noqa: S101 (asked for above)
        for line in run.stdout:
            if line.strip():
                last = line.strip()
            if not line.startswith(("bringing up", "\n")):
                print(line, end="", flush=True)
    return Outcome(name, run.returncode == 0, last, time.monotonic() - began)


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(
        prog="make attack", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help=f"some of: {', '.join(ATTACKS)} (default: all)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31), help="of the made-up requests")
    parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 8))
    given = parser.parse_args()
    if unknown := set(given.attacks) - set(ATTACKS):
        parser.error(f"no such attack: {', '.join(sorted(unknown))}")
    print(f"seed {given.seed}; {' '.join(f'{k}={v}' for k, v in FULL.items())}", flush=True)
    outcomes = [attack(name, given.seed, given.workers) for name in given.attacks or ATTACKS]
    print()
    for outcome in outcomes:
        state = "held" if outcome.passed else "BROKEN"
        print(f"{outcome.name:<11} {state:<7} {outcome.seconds:6.0f} s  {outcome.said}")
    return 0 if all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())

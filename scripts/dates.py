"""`make test-dates`: the suite on days that are none of ours.

The clock of every process of a run is set ahead by libfaketime (Debian: `faketime`), and the tests take that for the
present instead of their Wednesday. PostgreSQL keeps the machine's clock: nothing of the product asks it for the time.

    2026-12-31  the last day of the year; the holidays of the next are not announced
    2027-02-14  a Sunday within the spring festival
    2028-02-29  a leap day, two years for which nothing is announced
    2027-01-08  a Friday, 23:59: the run goes on into the Saturday
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

DAYS = ("2026-12-31T15:30:00", "2027-02-14T09:00:00", "2028-02-29T10:00:00", "2027-01-08T23:59:00")
SLEEPING = Path(__file__).parents[1] / "tests" / "support" / "other_days"  # how its processes sleep
ZONE = "+08:00"  # of the demo city


def run(day: str, words: list[str]) -> tuple[bool, float]:
    """The suite, beginning at an instant; whether it passed, and how long it took."""
    ahead = datetime.fromisoformat(day + ZONE).timestamp() - time.time()
    environment = {
        **os.environ,
        "GRIDCASE_TEST_CLOCK": "machine",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # what waits, waits as long as it says
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # else threads take the interpreter from each other without a wait
        "FAKETIME_DISABLE_SHM": "1",  # nor do processes share a lock
        "NO_FAKE_STAT": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(SLEEPING), os.environ.get("PYTHONPATH")))),
    }
    began = time.monotonic()
    # Without `-m`, which locks at every look at the clock and makes the suite ten times slower: the offset never changes.
    command = ["faketime", "-f", f"{ahead:+.0f}", sys.executable, "-m", "pytest", "-q", *words]
    done = subprocess.run(command, env=environment, check=False)
    return done.returncode == 0, time.monotonic() - began


def main() -> int:
    """The command line; the exit status. What it does not know goes to pytest."""
    parser = argparse.ArgumentParser(
        prog="make test-dates", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--day", action="append", metavar="INSTANT", help=f"instead of {', '.join(DAYS)} (city's time)")
    given, words = parser.parse_known_args()
    if not shutil.which("faketime"):
        parser.error("faketime is not installed: scripts/bootstrap.sh --with faketime")
    outcomes = {}
    for day in given.day or DAYS:
        print(f"== {day}", flush=True)
        outcomes[day] = run(day, words)
    print()
    for day, (passed, seconds) in outcomes.items():
        print(f"{day}  {'passed' if passed else 'FAILED'}  {seconds:5.0f} s")
    return 0 if all(passed for passed, _ in outcomes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

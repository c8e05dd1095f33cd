"""`make attack`: try at full length to read what may not be read, and to break the service with bad input.

The tests of the suite, with the full figures in place of their samples, on a throw-away cluster of their own (attack.yaml).
The exit status is 0 when nothing was found.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import yaml

PLAN = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
FULL: dict[str, str] = PLAN["full"]
ATTACKS: dict[str, dict[str, str]] = PLAN["attacks"]
ABOUT = PLAN["about"].format(attacks="\n".join(f"    {name:<12} {plan['what']}" for name, plan in ATTACKS.items()))


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
    words += ["-o", "junit_family=xunit1"]
    began, last = time.monotonic(), ""
    told = Path(tempfile.gettempdir()) / f"gridcase-attack-{os.getpid()}.xml"
    with subprocess.Popen(
        [*words, f"--junitxml={told}", *ATTACKS[name]["tests"].split()],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout is not None  # noqa: S101 (asked for above)
        for line in run.stdout:
            if line.strip():
                last = line.strip()
            if not line.startswith(("bringing up", "\n")):
                print(line, end="", flush=True)
    _print_figures(told)
    return Outcome(name, run.returncode == 0, last, time.monotonic() - began)


def _print_figures(told: Path) -> None:
    """What the tests say of how much they tried."""
    if not told.exists():
        return
    for case in ElementTree.parse(told).iter("testcase"):  # noqa: S314 (written by this run)
        figures = ", ".join(f"{one.get('name')} {one.get('value')}" for one in case.iter("property"))
        if figures:
            print(f"  {case.get('name')}: {figures}", flush=True)
    told.unlink()


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser("make attack", description=ABOUT, formatter_class=argparse.RawTextHelpFormatter)
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

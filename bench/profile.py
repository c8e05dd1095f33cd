"""`python -m bench.profile`: where the application's processor time goes in the rows that stay below their target.

Samples the service while the HTTP client drives it, and writes bench/profiles/ROW.txt: the share of samples in which a
function was the one running, and in which a function of ours was somewhere on the stack. Compiled code (uvloop, the
protocol of asyncpg, pydantic, cryptography) counts as the function that called it.
"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bench import cases, city, lists, register
from bench.drive import Measured, http
from bench.ground import ground, say
from scripts.service import Service

FOLDER = Path(__file__).with_name("profiles")
SAMPLER = str(Path(sys.executable).parent / "py-spy")
SECONDS, RATE, LINES = 10.0, 250, 25
LOOP = "Runner.run (asyncio/runners.py)"  # of a worker; by itself: uvloop, compiled, which also waits there


def _register(home: Path) -> tuple[str, Path]:
    city.build(register.CITY)
    return register.CITY, register.write_requests(home)


def _list(home: Path) -> tuple[str, Path]:
    city.build(lists.SMALL)
    cases.fill(lists.SMALL, lists.SIZES[lists.SMALL], list(lists.TOWNSHIPS))
    return lists.SMALL, lists.write_requests(home, lists.SMALL)


ROWS: dict[str, Callable[[Path], tuple[str, Path]]] = {"register_http_bare": _register, "list_page_1m": _list}


def _sampled(home: Path, service: Service, plan: Path) -> tuple[Counter[tuple[str, ...]], Measured]:
    """Stacks (outermost first) with their number of samples, and what the driven run measured."""
    http(home, service, plan, run="warm", seconds=2)
    raw = home / "stacks"
    target = ["--pid", str(service.processes()[0].pid), "--subprocesses"]
    command = [SAMPLER, "record", *target, "--format", "raw", "--rate", str(RATE), "--duration", str(int(SECONDS))]
    command += ["--output", str(raw)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as sampler:
        measured = http(home, service, plan, run="profile", seconds=SECONDS - 1)
        sampler.wait(timeout=60)
    stacks: Counter[tuple[str, ...]] = Counter()
    for line in raw.read_text(encoding="utf-8").splitlines():
        frames, _, count = line.rpartition(" ")
        # a function counts as one, whatever its line; what is no event loop only waits
        stack = tuple(re.sub(r":\d+\)$", ")", frame) for frame in frames.split(";"))
        if LOOP in stack:
            stacks[stack[stack.index(LOOP) :]] += int(count)
    return stacks, measured


def _told(row: str, stacks: Counter[tuple[str, ...]], measured: Measured) -> str:
    total = sum(stacks.values())
    running, on_stack = Counter[str](), Counter[str]()
    for stack, count in stacks.items():
        running[stack[-1]] += count
        for frame in set(stack):
            if "(app/" in frame:
                on_stack[frame] += count
    head = (
        f"{row}: {total:,} samples over {SECONDS:.0f} s, {measured.per_second:,.0f} requests a second,"
        f" {measured.application_us:,.0f} µs of application and {measured.postgresql_us:,.0f} µs of PostgreSQL a request"
    )
    parts = [head]
    for title, counts in (("running", running), ("ours, on the stack", on_stack)):
        parts.append(f"\n{title}")
        parts += [f"{count / total:7.1%}  {frame}" for frame, count in counts.most_common(LINES)]
    return "\n".join(parts) + "\n"


def main() -> int:
    """Profile every row that is below its target."""
    FOLDER.mkdir(exist_ok=True)
    with ground("bench", GRIDCASE_TOKEN_MINUTES=str(24 * 60)) as home:
        for row, prepare in ROWS.items():
            name, plan = prepare(home)
            service = Service(name, home / f"{name}.log")
            say(f"{row}: sampling")
            service.start()
            try:
                text = _told(row, *_sampled(home, service, plan))
            finally:
                service.stop()
            (FOLDER / f"{row}.txt").write_text(text, encoding="utf-8")
            print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What a run cost in processor seconds: Python with the children it waited for, and the run's PostgreSQL.

A quiet machine is not needed to judge by them, as it is for the time on the wall. `--processor` adds Python's by folder.
Those of a whole run are kept, and `make house` shows them.
"""

from __future__ import annotations

import gc
import os
import resource
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests import databases

TICKS = os.sysconf("SC_CLK_TCK")
SECONDS, TESTS = pytest.StashKey[Counter[str]](), pytest.StashKey[Counter[str]]()  # by folder

BEGAN = pytest.StashKey[float]()


def spent() -> float:
    """By this process and by its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def spent_by_server() -> float:
    """By the run's PostgreSQL, its sessions that ended and those that last; 0 when none was needed or it is not ours."""
    server = databases.server_process()
    if server is None:
        return 0.0
    sessions = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return sum(_times(server)) + sum(sum(_times(int(session))[:2]) for session in sessions)


def _times(process: int) -> list[float]:
    """User and system time of a process, then those of its children that have ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return [0.0]
    return [int(ticks) / TICKS for ticks in fields[11:15]]


# --- hooks, which tests/conftest.py takes in


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--processor`."""
    parser.addoption("--processor", action="store_true", help="tell the processor seconds of Python by folder of tests")


def pytest_configure(config: pytest.Config) -> None:
    """Nothing is spent yet."""
    config.stash[SECONDS], config.stash[TESTS] = Counter(), Counter()
    config.stash[BEGAN] = time.monotonic()


def pytest_collection_finish() -> None:
    """As in a server process: the garbage collector leaves alone what stays anyway."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """One test with its fixtures; those that outlive it count for the test that asked first."""
    before = spent()
    try:
        return (yield)
    finally:
        folder = "/".join(item.nodeid.partition("::")[0].split("/")[:2])
        item.config.stash[SECONDS][folder] += spent() - before  # type: ignore[assignment]  # a Counter adds floats too
        item.config.stash[TESTS][folder] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist tells the run's own process."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["processor"] = [dict(session.config.stash[key].items()) for key in (SECONDS, TESTS)]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker told."""
    told = getattr(node, "workeroutput", {})
    for key, by_folder in zip((SECONDS, TESTS), told.get("processor", ({}, {})), strict=True):
        node.config.stash[key].update(by_folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The sum: workers have ended by now, and count as children."""
    seconds, server, python = config.stash[SECONDS], spent_by_server(), spent()
    terminalreporter.write_line(
        f"processor: {python + server:.0f} s (Python {python:.0f}, PostgreSQL {server:.0f})", bold=True
    )
    if not (config.option.file_or_dir or config.option.keyword or config.getoption("tier") != "short"):
        wall = round(time.monotonic() - config.stash[BEGAN])
        kept = {"wall": wall, "processor": round(python + server), "of Python": round(python)}
        config.cache.set("suite/seconds", kept)
    if config.getoption("processor"):
        for folder, used in seconds.most_common():
            terminalreporter.write_line(f"{used:7.1f} s {config.stash[TESTS][folder]:6,} tests  {folder}")

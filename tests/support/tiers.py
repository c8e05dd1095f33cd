"""Two tiers of one suite: `make test` is short, `make test-long` runs what it left out.

    @long("fuzz by role")                                    runs in the long tier only
    some(ROUTES, every=20, what="routes × headers")          parameters: every twentieth stays, the others are long
    LIVES = Amount("random lives", short=40, long=500)       a number; `@LIVES.mark` on the tests that depend on it

`pytest --tier short` (the default), `long` or `all`. A short run says at its end what it left out.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

TIERS = ("short", "long", "all")
LEFT = pytest.StashKey[Counter[str]]()
_chosen = ["short"]  # what `--tier` says, known before any test module is read


class Amount(int):
    """How often something is tried. `setting`: an environment variable by which `make attack` asks for more."""

    mark: pytest.MarkDecorator

    def __new__(cls, what: str, *, short: int, long: int, setting: str = "") -> Amount:
        found = super().__new__(cls, os.environ.get(setting) or (short if _chosen[0] == "short" else long))
        found.mark = pytest.mark.shortened(f"{what}: {short:,} of {long:,}")
        return found


def long(why: str) -> pytest.MarkDecorator:
    """Only in the long tier; `why` is what a short run says it left out."""
    return pytest.mark.long(why)


def some(parameters: Iterable[Any], *, every: int, what: str) -> list[Any]:
    """The parameters of a test, all but every n-th of them for the long tier."""
    return [given if n % every == 0 else _left(given, what) for n, given in enumerate(parameters)]


def _left(given: Any, what: str) -> Any:
    if isinstance(given, pytest.ParameterSet):
        return given._replace(marks=(*given.marks, long(what)))
    return pytest.param(*(given if isinstance(given, tuple) else (given,)), marks=long(what))


# --- hooks, which tests/conftest.py takes in


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--tier`."""
    parser.addoption("--tier", choices=TIERS, default="short", help="short (default), long: what short leaves out, all")


def pytest_configure(config: pytest.Config) -> None:
    """The tier is known before test modules are read: amounts depend on it."""
    _chosen[0] = config.getoption("tier")
    config.stash[LEFT] = Counter()
    config.addinivalue_line("markers", "long(why): runs in the long tier only")
    config.addinivalue_line("markers", "shortened(what): the short tier tries fewer; the long tier runs it again")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what the tier runs, note what the short one leaves out."""
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        lengthy, shortened = item.get_closest_marker("long"), item.get_closest_marker("shortened")
        if _chosen[0] == "short":
            if mark := lengthy or shortened:
                config.stash[LEFT][mark.args[0]] += 1 if lengthy else 0
            (left if lengthy else kept).append(item)
        else:
            (kept if _chosen[0] == "all" or lengthy or shortened else left).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist tells the run's own process, which collects nothing itself."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left"] = dict(session.config.stash[LEFT].items())


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Every worker left out the same."""
    node.config.stash[LEFT] |= Counter(getattr(node, "workeroutput", {}).get("left", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What the short tier left to the long one."""
    if _chosen[0] != "short" or not config.stash[LEFT]:
        return
    left = config.stash[LEFT]
    terminalreporter.section(f"left to make test-long: {left.total():,} tests")
    for what, count in sorted(left.items(), key=lambda item: -item[1]):
        terminalreporter.write_line(f"{count:7,}  {what}" if count else f"fewer    {what}")

"""`python -m bench [rows…]`: measure, print a table, write bench/results.json."""

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from bench import drive, due, importing, lists, locate, register, report
from bench.ground import ground, say
from bench.report import TARGETS, Row

GROUPS: dict[Callable[[Path], list[Row]], tuple[str, ...]] = {
    register.measure: ("register_http", "register_http_bare"),
    lists.measure: ("list_page_1m", "list_p95_growth"),
    locate.measure: ("locate_100k",),
    due.measure: ("due_100k",),
    importing.measure: ("import_1m", "import_rss_mb"),
}


def main() -> int:
    """Measure the rows asked for, all by default.

    1 when a row misses even half of its target or could not be measured, 130 after Ctrl-C.
    """
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"some of: {', '.join(TARGETS)}")
    wanted = parser.parse_args().rows or list(TARGETS)
    if unknown := sorted(set(wanted) - set(TARGETS)):
        parser.error(f"no such row: {', '.join(unknown)}")
    missing = importing.absent() if set(GROUPS[importing.measure]) & set(wanted) else None
    if missing:
        say(f"import_1m and import_rss_mb are not measured: there is no {missing}")
    signal.signal(signal.SIGTERM, _stop)
    rows: list[Row] = []
    try:
        with ground("bench", GRIDCASE_TOKEN_MINUTES=str(24 * 60)) as home:
            say(f"the HTTP client is {drive.client_name()}")
            for measure, keys in GROUPS.items():
                if set(keys) & set(wanted) and not (measure is importing.measure and missing):
                    rows += measure(home)
                    report.keep(rows)
    except KeyboardInterrupt:
        say("stopped; nothing is left running")
        return 130
    print(report.table(rows))
    print()
    print(report.spent(rows))
    return int(bool(missing) or any(TARGETS[row.key].verdict(row.ratio) == "missed" for row in rows))


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())

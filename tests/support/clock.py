"""The time that the tests live in: a Wednesday morning that begins with the run and goes on as time does.

No test depends on the day it runs on. With GRIDCASE_TEST_CLOCK=machine the time is the machine's: `make test-dates` sets
that to other days. The application of the tests takes its time from here, and so do the tests.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

WEDNESDAY = datetime.fromisoformat("2026-11-25T10:00:00+08:00").astimezone(UTC)
_MACHINE = os.environ.get("GRIDCASE_TEST_CLOCK") == "machine"
_started = time.monotonic()
_skipped = [timedelta(0)]
_stands: list[datetime] = []  # the last one counts


def present() -> datetime:
    """The instant that is now, in UTC."""
    return _stands[-1] if _stands else going()


def going() -> datetime:
    """What it would be if time stood nowhere: what days of a story are counted from."""
    begun = datetime.now(UTC) if _MACHINE else WEDNESDAY + timedelta(seconds=time.monotonic() - _started)
    return begun + _skipped[0]


def noon() -> datetime:
    """The next noon of the city, in UTC: by night nobody is sent a message."""
    here = present().astimezone(ZoneInfo("Asia/Shanghai"))
    return (here + timedelta(days=here.hour >= 12)).replace(hour=12, minute=0, second=0, microsecond=0).astimezone(UTC)


def skip(**ahead: float) -> None:
    """Time goes on from a later instant: `skip(seconds=2)` is two seconds waited for."""
    _skipped[0] += timedelta(**ahead)


@contextmanager
def standing() -> Iterator[Callable[[datetime], None]]:
    """Inside, time stands where it is set; it may be set again. Before the first setting, and after, it goes on."""
    depth = len(_stands)

    def set_to(instant: datetime) -> None:
        _stands[depth:] = [instant]

    try:
        yield set_to
    finally:
        del _stands[depth:]

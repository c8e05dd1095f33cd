"""For every Python of `make test-dates`, which finds this by PYTHONPATH.

Under libfaketime the system's sleep fails (EINVAL) beside a monotonic clock that is left alone; a wait does not.
"""

import threading
import time


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)


time.sleep = _wait  # type: ignore[assignment]

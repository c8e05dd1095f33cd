"""Processor time of running programs, from /proc."""

import os
import resource
from collections.abc import Iterable
from pathlib import Path

from scripts import postgres, processes

_TICKS = os.sysconf("SC_CLK_TCK")


def _seconds(pid: int, *, children: bool) -> float:
    """User and system time of a process, and of its children that have ended and been waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11 : 15 if children else 13])) / _TICKS


def of_processes(pids: Iterable[int]) -> float:
    """Seconds that these processes have used so far."""
    return sum(_seconds(pid, children=False) for pid in pids)


def of_postgresql(home: Path) -> float:
    """Seconds that the cluster of `home` has used so far: the server, its sessions, and those that have ended."""
    known = postgres.remembered(home)
    server = postgres.postmaster(known) if known else None
    if server is None:
        raise postgres.ClusterError(f"the cluster of {home} does not run")
    return _seconds(server, children=True) + of_processes(processes.family(server)[1:])


def of_children() -> float:
    """Seconds that programs started here have used, once they have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

"""Processor time of running programs."""

import resource
from collections.abc import Iterable
from pathlib import Path

import psutil

from scripts import postgres, processes


def of_processes(running: Iterable[psutil.Process]) -> float:
    """Seconds that these processes have used so far, without what they started."""
    return sum(_seconds(process) for process in running)


def of_postgresql(home: Path) -> float:
    """Seconds that the cluster of `home` has used so far: the server, its sessions, and those that have ended."""
    known = postgres.remembered(home)
    server = postgres.postmaster(known) if known else None
    if server is None:
        raise postgres.ClusterError(f"the cluster of {home} does not run")
    first, *sessions = processes.family(server)
    return _seconds(first, ended=True) + of_processes(sessions)


def _seconds(process: psutil.Process, *, ended: bool = False) -> float:
    """User and system time of a process, with `ended` also of its children that have ended."""
    try:
        used = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    own: float = used.user + used.system
    return own + used.children_user + used.children_system if ended else own


def of_children() -> float:
    """Seconds that programs started here have used, once they have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

"""What runs on this machine: reading and ending processes by id, and running a program as another user (Linux only).

Reads only what every user may read of a process under /proc: root in a container is often allowed no more.
"""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path


def alive(pid: int) -> bool:
    """Whether a process exists and has not ended (a zombie has)."""
    stat = _stat(pid)
    return stat is not None and stat[0] not in "ZX"


def exists(pid: int) -> bool:
    """Whether the number is taken, be it by a zombie."""
    return _stat(pid) is not None


def arguments(pid: int) -> list[str]:
    """The command line of a process; empty if it is gone."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [part.decode(errors="replace") for part in raw.split(b"\0")[:-1]]


def family(pid: int) -> list[int]:
    """A process and its children. Stop the process first if none may be born meanwhile."""
    pids = (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))
    return [pid, *(child for child in pids if (stat := _stat(child)) is not None and stat[1] == pid)]


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal; a process that is gone already is no error."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def wait_until_gone(pids: Iterable[int], *, seconds: float) -> list[int]:
    """Wait for processes to end; those that have not after `seconds` are returned."""
    deadline = time.monotonic() + seconds
    while left := [pid for pid in pids if alive(pid)]:
        if time.monotonic() > deadline:
            return left
        time.sleep(0.01)
    return []


def run_as(user: pwd.struct_passwd, command: Sequence[str], *, cwd: Path, text: str = "") -> tuple[int, str]:
    """Run a program as `user` with a clean environment; its exit status and what it said.

    It gets a session of its own, so that Ctrl-C at the terminal does not reach it, and none of the caller's PG*
    variables.
    """
    other = user.pw_uid != os.geteuid()
    done = subprocess.run(
        command,
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(cwd)},
        umask=0o077,
        start_new_session=True,
        check=False,
        user=user.pw_uid if other else None,
        group=user.pw_gid if other else None,
        extra_groups=os.getgrouplist(user.pw_name, user.pw_gid) if other else None,
    )
    return done.returncode, done.stdout


def _stat(pid: int) -> tuple[str, int] | None:
    """State letter and parent of a process; None if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields[0], int(fields[1])

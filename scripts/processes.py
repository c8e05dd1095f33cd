"""Ending a program with all that it started, and running one as another user (Linux only)."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import psutil


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started, as far as they live."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def lives(process: psutil.Process) -> bool:
    """Whether it exists and has not ended (a zombie has)."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill(pid: int, *, seconds: float = 30) -> int:
    """SIGKILL a process and all that it started at once, as a crash would; how many there were.

    Raises TimeoutError if one does not end.
    """
    os.kill(pid, signal.SIGSTOP)  # so that no child is born between listing and killing
    doomed = family(pid)
    for process in doomed:
        process.kill()
    deadline = time.monotonic() + seconds
    while left := [process for process in doomed if lives(process)]:
        if time.monotonic() > deadline:
            raise TimeoutError(f"did not end: {left}")
        time.sleep(0.01)
    return len(doomed)


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

"""The API as a process of its own, for measurements and drills: started on a free port, asked, ended or killed."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

import psutil

from scripts import processes
from scripts.run import end, not_ready, spawn

READY_SECONDS = 120
HOST = "127.0.0.1"


class ServiceError(RuntimeError):
    """The API did not come up; the message holds the end of what it said."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


class Service:
    """`gridcase serve` for one city; what it logs goes to `log`. It ends when this process is killed."""

    def __init__(self, city: str, log: Path, *, workers: int = 2, port: int | None = None) -> None:
        self.city, self.log, self.workers = city, log, workers
        self.port = port or free_port()
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers; raises ServiceError when it does not."""
        words = ["serve", "--host", HOST, "--port", str(self.port), "--workers", str(self.workers)]
        with self.log.open("ab") as said:
            self._child = spawn("--city", self.city, *words, said=said)
        deadline = time.monotonic() + READY_SECONDS
        while not_ready(HOST, self.port):
            if self._child.poll() is not None or time.monotonic() > deadline:
                raise ServiceError(f"the API of {self.city} did not start:\n{self._last_words()}")
            time.sleep(0.05)

    def processes(self) -> list[psutil.Process]:
        """The process started and all that it started."""
        return [] if self._child is None else processes.family(self._child.pid)

    def stop(self) -> None:
        """Let requests in hand finish, then end it."""
        if self._child is not None:
            end(self._child)
            self._child = None

    def kill(self) -> int:
        """SIGKILL every process of it, as a crash would; how many there were."""
        if self._child is None:
            return 0
        killed = processes.kill(self._child.pid)
        self._child.wait()
        self._child = None
        return killed

    def _last_words(self) -> str:
        return self.log.read_bytes()[-2000:].decode(errors="replace")

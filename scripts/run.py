"""`make run`: the demo city, served on this machine until Ctrl-C.

With DATABASE_URL set that PostGIS is used; otherwise the private cluster of the data folder, started here and stopped
at the end. Then the demo city is loaded (nothing to do the second time) and served, and what to try next is printed.
"""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import IO

from scripts import cluster
from scripts.postgres import ClusterError

GRIDCASE = str(Path(sys.executable).parent / "gridcase")
TELL_SECONDS = 15
DRAIN_SECONDS = 20


class Stopping:
    """Whether the person (Ctrl-C) or the system (SIGTERM, a closed terminal) asked for the end."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def spawn(*words: str, said: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Start a command of gridcase, in a session of its own so that Ctrl-C comes here only; it ends if we are killed."""
    command = ["setpriv", "--pdeathsig", "TERM", GRIDCASE, *words]
    return subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)


def end(child: subprocess.Popen[bytes]) -> None:
    """Ask a command to finish; kill it if it does not."""
    child.terminate()
    try:
        child.wait(DRAIN_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def finish(child: subprocess.Popen[bytes], stopping: Stopping) -> int:
    """Wait for a command; its exit status. Ends it when asked to stop."""
    while child.poll() is None:
        if stopping.asked:
            end(child)
        time.sleep(0.1)
    return int(child.returncode)


def not_ready(host: str, port: int) -> str | None:
    """What keeps the service from being ready; None once it is."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
        return None if status == HTTPStatus.OK else f"it answers {status}: the database is not ready"
    except ConnectionRefusedError:
        return "it does not listen yet"
    except (OSError, http.client.HTTPException) as error:
        return f"it does not answer ({error})"
    finally:
        connection.close()


def wait_until_ready(server: subprocess.Popen[bytes], host: str, port: int, stopping: Stopping) -> bool:
    """Wait until the service answers, however long that takes, and say now and then what for; False if it ended or was
    stopped."""
    began, tell_after = time.monotonic(), TELL_SECONDS
    while (why := not_ready(host, port)) is not None:
        if server.poll() is not None or stopping.asked:
            return False
        waited = time.monotonic() - began
        if waited > tell_after:
            print(f"gridcase: waiting for the server on {host}:{port} ({waited:.0f} s so far): {why}", file=sys.stderr)
            tell_after += TELL_SECONDS
        time.sleep(0.2)
    return True


def port_is_free(host: str, port: int) -> bool:
    """Whether a server may listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def serve(host: str, port: int, stopping: Stopping) -> int:
    """Load the demo city, serve it, say what to try, and wait for the end; the exit status."""
    if status := finish(spawn("demo", "load"), stopping):
        return 0 if stopping.asked else status
    address = f"http://{host}:{port}"
    os.environ.setdefault("GRIDCASE_LOG_LEVEL", "WARNING")  # this terminal is read by a person
    server = spawn("serve", "--host", host, "--port", str(port))
    children = [server]
    try:
        if wait_until_ready(server, host, port, stopping):
            children.append(spawn("jobs", "--quiet"))  # not before: it would take a processor from who is waited for
            subprocess.run([GRIDCASE, "accounts", "--address", address], check=False)
            print(f"gridcase serves {address}. Ctrl-C stops it.", flush=True)
        status = finish(server, stopping)
        if stopping.asked:
            return 0
        print(f"gridcase: the server ended by itself, with status {status}", file=sys.stderr)
        return 1
    finally:
        for child in [child for child in reversed(children) if child.poll() is None]:
            end(child)


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.run", description="Serve the demo city until Ctrl-C.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args()
    if not port_is_free(given.host, given.port):
        taken = f"gridcase: port {given.port} of {given.host} is taken by another program. "
        print(f"{taken}Stop that one, or choose another port:  make run PORT={given.port + 1}", file=sys.stderr)
        return 1
    stopping = Stopping()
    with ExitStack() as stack:
        if not os.environ.get("DATABASE_URL"):
            print("gridcase: starting the private PostgreSQL ...", file=sys.stderr)
            os.environ["DATABASE_URL"] = stack.enter_context(cluster.borrowed(cluster.default_home()))
        status = 0 if stopping.asked else serve(given.host, given.port, stopping)
        print("gridcase: stopping ...", file=sys.stderr)
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ClusterError, OSError) as problem:
        sys.exit(f"gridcase: {problem}")

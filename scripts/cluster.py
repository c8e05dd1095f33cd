"""A private PostgreSQL cluster with PostGIS, kept in the project's data folder.

    python -m scripts.cluster start | stop | status | url | kill | remove | exec COMMAND...

The cluster is never run as root: for root it runs as the user `postgres`, otherwise as oneself. It listens on 127.0.0.1
with scram and a random administrator's password, on a port of its own; it opens no Unix socket. One plain URL is then
understood alike by asyncpg, SQLAlchemy, psql and pgbench, no socket path can be too long, and the folder may be closed
to everybody else. Why it is our own: docs/explanation/decisions.

Files in `home`: `cluster.json` (mode 600: where the data is, port, password), `database.url` (mode 600, only while the
cluster runs), `cluster.lock`, and `pg/` with the data and the log, or `/var/lib/gridcase/<name>-<random>/` when the
database user cannot reach `home` (for example under /root).
"""

from __future__ import annotations

import argparse
import fcntl
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from scripts import postgres, processes
from scripts.postgres import Cluster, ClusterError


def default_home() -> Path:
    """The data folder: `GRIDCASE_HOME`, else `.gridcase` in the current directory."""
    return Path(os.environ.get("GRIDCASE_HOME") or ".gridcase")


def start(home: Path, *, durable: bool = True) -> str:
    """Start the cluster of `home`, making it first if there is none, and return its DATABASE_URL.

    `durable=False` is for tests: nothing is flushed to disk, a crash of the machine loses the data. Starting a cluster
    that runs already changes nothing. Raises ClusterError when PostGIS is missing or the server does not come up.
    """
    home = home.absolute()
    with _locked(home):
        cluster = postgres.remembered(home) or postgres.create(home, durable=durable)
        if cluster.durable != durable:
            raise ClusterError(f"The cluster of {home} was made with durable={cluster.durable}; use another folder.")
        if postgres.postmaster(cluster) is None:
            cluster = postgres.launch(home, cluster)
        postgres.write_private(home / "database.url", cluster.url + "\n")
        return cluster.url


def stop(home: Path) -> bool:
    """Stop the cluster of `home`, ending its sessions; False if it was not running."""
    if not home.exists():
        return False
    with _locked(home):
        cluster = postgres.remembered(home)
        (home / "database.url").unlink(missing_ok=True)
        if cluster is None or postgres.postmaster(cluster) is None:
            return False
        pg_ctl = [cluster.program("pg_ctl"), "-D", str(cluster.data), "-w", "-s", "stop"]
        if cluster.run([*pg_ctl, "-m", "fast", "-t", "60"])[0] != 0:
            cluster.must_run([*pg_ctl, "-m", "immediate", "-t", "30"])
        return True


def kill(home: Path) -> int:
    """SIGKILL every process of the cluster at once, as a crash would, and return how many there were.

    Only the server named in the cluster's own pid file, and its children, are ended. `start` recovers the data.
    """
    with _locked(home):
        cluster = postgres.remembered(home)
        server = postgres.postmaster(cluster) if cluster else None
        return 0 if server is None else processes.kill(server)


def running(home: Path) -> bool:
    """Whether the cluster of `home` runs."""
    cluster = postgres.remembered(home)
    return cluster is not None and postgres.postmaster(cluster) is not None


def url(home: Path) -> str:
    """The DATABASE_URL of the cluster of `home`; ClusterError if it was never made."""
    return _known(home).url


def remove(home: Path) -> None:
    """Stop the cluster of `home` and delete it with all its data. Other files in `home` stay."""
    if not home.exists():
        return
    stop(home)
    with _locked(home):
        if (cluster := postgres.remembered(home)) is not None:
            shutil.rmtree(cluster.place)
        (home / "cluster.json").unlink(missing_ok=True)
        (home / "cluster.lock").unlink()


def discard(home: Path) -> None:
    """Remove the cluster of `home` and the folder `home` itself; for throw-away clusters only."""
    remove(home)
    shutil.rmtree(home, ignore_errors=True)


@contextmanager
def borrowed(home: Path, *, durable: bool = True) -> Iterator[str]:
    """The cluster's URL inside a `with`; at its end the cluster is stopped if it was not running before.

    A guard process stops it as well when this process is killed.
    """
    if running(home):
        yield start(home, durable=durable)
        return
    home.mkdir(parents=True, exist_ok=True)
    guard = spawn_guard(home, os.getpid())
    try:
        yield start(home, durable=durable)
    finally:
        stop(home)
        guard.terminate()
        guard.wait()


def spawn_guard(home: Path, watched: int, *, throw_away: bool = False) -> subprocess.Popen[bytes]:
    """Start a process that waits for process `watched` to end, then stops the cluster of `home` (or discards it)."""
    command = [sys.executable, "-m", "scripts.cluster", "--home", str(home.absolute()), "guard", str(watched)]
    return subprocess.Popen(
        [*command, "--throw-away"] if throw_away else command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parent.parent,
        start_new_session=True,
    )


def _guard(home: Path, watched: int, *, throw_away: bool) -> None:
    with suppress(ProcessLookupError):  # it has ended already
        select.select([os.pidfd_open(watched)], [], [])
    if not home.exists():
        return
    if throw_away:
        discard(home)
    else:
        stop(home)


def _known(home: Path) -> Cluster:
    if (cluster := postgres.remembered(home)) is None:
        raise ClusterError(f"There is no private cluster in {home.absolute()}; `make run` makes one.")
    return cluster


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    with (home / "cluster.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.cluster", description="The private PostgreSQL cluster.")
    parser.add_argument("--home", type=Path, default=default_home(), help="data folder (GRIDCASE_HOME, else .gridcase)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("start", help="start it, made first if there is none; print its DATABASE_URL")
    commands.add_parser("stop", help="stop it")
    commands.add_parser("status", help="say whether it runs, and where its data is; exit status 3 if it does not run")
    commands.add_parser("url", help="print its DATABASE_URL")
    commands.add_parser("kill", help="end it as a crash would")
    commands.add_parser("remove", help="stop it and delete it with ALL ITS DATA")
    run = commands.add_parser("exec", help="run a command with DATABASE_URL set, the cluster running meanwhile")
    run.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND")
    guard = commands.add_parser("guard", help="stop it once a process has ended")
    guard.add_argument("pid", type=int)
    guard.add_argument("--throw-away", action="store_true", help="and delete the whole data folder")
    return parser


def _status(home: Path) -> int:
    cluster = _known(home)
    pid = postgres.postmaster(cluster)
    state = f"runs on 127.0.0.1:{cluster.port}, process {pid}" if pid else "does not run"
    print(f"The cluster of {home.absolute()} {state}; data in {cluster.data}, log {cluster.log}")
    return 0 if pid else 3


def _execute(home: Path, words: list[str]) -> int:
    if os.environ.get("DATABASE_URL"):
        return subprocess.run(words, check=False).returncode
    with borrowed(home) as database_url:
        return subprocess.run(words, env={**os.environ, "DATABASE_URL": database_url}, check=False).returncode


def main(words: Sequence[str] | None = None) -> int:
    """The command line; the exit status."""
    given = _parser().parse_args(words)
    home: Path = given.home
    match given.command:
        case "start":
            print(start(home))
        case "stop":
            print("stopped" if stop(home) else "was not running")
        case "status":
            return _status(home)
        case "url":
            print(url(home))
        case "kill":
            print(f"{kill(home)} processes killed")
        case "remove":
            remove(home)
        case "exec":
            return _execute(home, given.words)
        case "guard":
            _guard(home, given.pid, throw_away=given.throw_away)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ClusterError, OSError) as problem:
        sys.exit(f"gridcase: {problem}")

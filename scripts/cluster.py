"""A private PostgreSQL cluster with PostGIS, kept in the project's data folder.

    python scripts/cluster.py start | stop | status | url | kill | remove | exec COMMAND...

The cluster is never run as root: for root it runs as the user `postgres`, otherwise as oneself. It listens on 127.0.0.1
with scram and a random administrator's password, on a port of its own; it opens no Unix socket. One plain URL is then
understood alike by asyncpg, SQLAlchemy, psql and pgbench, no socket path can be too long, and the folder may be closed to
everybody else. Standard library only, so that it also works without the virtual environment.

Files in `home`: `cluster.json` (mode 600: where the data is, port, password), `database.url` (mode 600, only while the
cluster runs), `cluster.lock`, and `pg/` with the data and the log, or `/var/lib/gridcase/<name>-<random>/` when the
database user cannot reach `home` (for example under /root).
"""

from __future__ import annotations

import argparse
import fcntl
import grp
import json
import os
import pwd
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

ADMIN = "gridcase_admin"
DATABASE = "gridcase"
POSTGRESQL = Path("/usr/lib/postgresql")
EXTENSIONS = Path("/usr/share/postgresql")
ROOTS_FOLDER = Path("/var/lib/gridcase")
FIRST_PORT, PORTS = 20000, 12000  # below the range from which Linux takes ports for outgoing connections
START_SECONDS = 600  # recovery after a crash may take long
LAUNCH_ATTEMPTS = 20


class ClusterError(RuntimeError):
    """The cluster cannot do what was asked; the message says what to mend."""


@dataclass(frozen=True)
class Cluster:
    """What is remembered of a cluster in `home/cluster.json`."""

    place: str
    port: int
    password: str
    durable: bool

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return Path(self.place) / "data"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return Path(self.place) / "log"

    @property
    def url(self) -> str:
        """The address of the database `gridcase` as its administrator."""
        return f"postgresql://{ADMIN}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def programs(self) -> Path:
        """The programs of the PostgreSQL release that made the data."""
        release = (self.data / "PG_VERSION").read_text().strip()
        programs = POSTGRESQL / release / "bin"
        if not (programs / "postgres").exists():
            raise ClusterError(
                f"The data in {self.data} belongs to PostgreSQL {release}, which is not installed. "
                f"Install postgresql-{release}-postgis-3, or throw the data away with `make reset`."
            )
        return programs


def default_home() -> Path:
    """The data folder: `GRIDCASE_HOME`, else `.gridcase` in the current directory."""
    return Path(os.environ.get("GRIDCASE_HOME") or ".gridcase")


def start(home: Path, *, durable: bool = True) -> str:
    """Start the cluster of `home`, making it first if there is none, and return its DATABASE_URL.

    `durable=False` is for tests: nothing is flushed to disk, a crash of the machine loses the data. Starting a cluster
    that runs already changes nothing. Raises ClusterError when PostGIS is missing or the server does not come up.
    """
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    with _locked(home):
        cluster = _remembered(home) or _create(home, durable=durable)
        if cluster.durable != durable:
            raise ClusterError(f"The cluster of {home} was made with durable={cluster.durable}; use another folder.")
        if _postmaster(cluster) is None:
            cluster = _launch(home, cluster)
        _write_private(home / "database.url", cluster.url + "\n")
        return cluster.url


def stop(home: Path) -> bool:
    """Stop the cluster of `home`, ending its sessions; False if it was not running."""
    with _locked(home):
        cluster = _remembered(home)
        (home / "database.url").unlink(missing_ok=True)
        if cluster is None or _postmaster(cluster) is None:
            return False
        pg_ctl = [str(cluster.programs / "pg_ctl"), "-D", str(cluster.data), "-w", "-s", "stop"]
        if _run(cluster, [*pg_ctl, "-m", "fast", "-t", "60"], check=False).returncode != 0:
            _run(cluster, [*pg_ctl, "-m", "immediate", "-t", "30"])
        return True


def kill(home: Path) -> int:
    """SIGKILL every process of the cluster at once, as a crash would, and return how many there were.

    Only the postmaster named in the cluster's own pid file, and its children, are ended. `start` recovers the data.
    """
    with _locked(home):
        cluster = _remembered(home)
        postmaster = _postmaster(cluster) if cluster else None
        if postmaster is None:
            return 0
        os.kill(postmaster, signal.SIGSTOP)  # so that no child is born between listing and killing
        processes = [postmaster, *_children(postmaster)]
        for pid in processes:
            _signal(pid, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while any(_alive(pid) for pid in processes):
            if time.monotonic() > deadline:
                raise ClusterError(f"Processes of the cluster of {home} did not end: {processes}")
            time.sleep(0.01)
        return len(processes)


def running(home: Path) -> bool:
    """Whether the cluster of `home` runs."""
    cluster = _remembered(home)
    return cluster is not None and _postmaster(cluster) is not None


def url(home: Path) -> str:
    """The DATABASE_URL of the cluster of `home`; ClusterError if it was never made."""
    cluster = _remembered(home)
    if cluster is None:
        raise ClusterError(f"There is no private cluster in {home.absolute()}. `make run` makes one.")
    return cluster.url


def remove(home: Path) -> None:
    """Stop the cluster of `home` and delete it with all its data. Other files in `home` stay."""
    if not home.exists():
        return
    stop(home)
    with _locked(home):
        cluster = _remembered(home)
        if cluster is not None:
            shutil.rmtree(cluster.place)
        (home / "cluster.json").unlink(missing_ok=True)
    (home / "cluster.lock").unlink(missing_ok=True)


@contextmanager
def borrowed(home: Path, *, durable: bool = True) -> Iterator[str]:
    """The cluster's URL inside a `with`; at its end the cluster is stopped if it was not running before.

    A guard process of its own stops it as well when this process is killed.
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


def spawn_guard(home: Path, watched: int, *, discard: bool = False) -> subprocess.Popen[bytes]:
    """Start a process that stops the cluster of `home` (and deletes `home` if `discard`) once process `watched` ends."""
    command = [sys.executable, str(Path(__file__).absolute()), "--home", str(home.absolute()), "guard", str(watched)]
    return subprocess.Popen(
        [*command, "--discard"] if discard else command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def discard(home: Path) -> None:
    """Remove the cluster of `home` and the whole folder `home`; for throw-away clusters only."""
    remove(home)
    shutil.rmtree(home, ignore_errors=True)


def _guard(home: Path, watched: int, *, then_discard: bool) -> None:
    try:
        handle = os.pidfd_open(watched)
        select.select([handle], [], [])
    except ProcessLookupError:
        pass  # ended already
    if not home.exists():
        return
    if then_discard:
        discard(home)
    else:
        stop(home)


# --- making a cluster ------------------------------------------------------------------------------------------------


def _newest_programs() -> Path:
    releases = [
        int(folder.name)
        for folder in POSTGRESQL.glob("[0-9]*")
        if (folder / "bin/initdb").exists() and (EXTENSIONS / folder.name / "extension/postgis.control").exists()
    ]
    if not releases:
        raise ClusterError(
            "PostgreSQL with PostGIS is not installed. Run `make setup`, or set DATABASE_URL to a PostGIS that you have."
        )
    return POSTGRESQL / str(max(releases)) / "bin"


def _create(home: Path, *, durable: bool) -> Cluster:
    programs = _newest_programs()
    cluster = Cluster(str(_make_place(home)), _first_port(home), secrets.token_urlsafe(32), durable)
    fresh = Path(cluster.place) / "data.new"
    pwfile = Path(cluster.place) / "password"
    _write_as_owner(cluster, pwfile, cluster.password)
    try:
        initdb = [str(programs / "initdb"), "-D", str(fresh), "-U", ADMIN, "-E", "UTF8", "--locale=C.UTF-8"]
        _run(cluster, [*initdb, "--auth=scram-sha-256", f"--pwfile={pwfile}", "--no-instructions"])
        _write_as_owner(cluster, fresh / "postgresql.auto.conf", _settings(cluster))
        single = [str(programs / "postgres"), "--single", "-D", str(fresh), "postgres"]
        if "ERROR" in (reply := _run(cluster, single, text=f"CREATE DATABASE {DATABASE}\n").stdout):
            raise ClusterError(f"The database could not be made:\n{reply}")
        fresh.rename(cluster.data)
    except BaseException:
        shutil.rmtree(cluster.place, ignore_errors=True)
        raise
    finally:
        pwfile.unlink(missing_ok=True)
    _remember(home, cluster)
    return cluster


def _make_place(home: Path) -> Path:
    """A folder that the database user owns and can reach: in `home`, else (only root needs it) under /var/lib."""
    candidates = [home / "pg"]
    if os.geteuid() == 0:
        candidates.append(ROOTS_FOLDER / f"{home.parent.name}-{secrets.token_hex(4)}")
    for place in candidates:
        if place.parent == ROOTS_FOLDER and not ROOTS_FOLDER.exists():
            ROOTS_FOLDER.mkdir()
            ROOTS_FOLDER.chmod(0o755)
        if place.exists():
            shutil.rmtree(place)  # left by an attempt that was cut off: nothing remembers it
        place.mkdir(mode=0o700)
        if (owner := _database_user()) is not None:
            os.chown(place, owner.pw_uid, owner.pw_gid)
        if subprocess.run(["test", "-w", place], check=False, **_identity()).returncode == 0:
            return place
        place.rmdir()
    raise ClusterError(f"The database user can reach none of: {', '.join(map(str, candidates))}")


def _settings(cluster: Cluster) -> str:
    """Settings for a small machine; messages of the server carry neither statements nor row contents."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    buffers = min(512 if cluster.durable else 256, memory // 4)
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": cluster.port,
        "unix_socket_directories": "",
        "cluster_name": DATABASE,
        "max_connections": 200,
        "shared_buffers": f"{buffers}MB",
        "effective_cache_size": f"{max(memory // 2, buffers)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(256, memory // 8)}MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "random_page_cost": 1.1,
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
    }
    if not cluster.durable:
        settings |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
            "max_wal_senders": 0,
        }
    return "".join(f"{name} = '{value}'\n" for name, value in settings.items())


def _launch(home: Path, cluster: Cluster) -> Cluster:
    """Start the server; move to another port if the remembered one is taken."""
    for _ in range(LAUNCH_ATTEMPTS):
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)  # stale: the caller saw that nothing of ours runs
        if not _free(cluster.port):
            cluster = Cluster(cluster.place, _next_port(cluster.port), cluster.password, cluster.durable)
        _write_as_owner(cluster, cluster.data / "postgresql.auto.conf", _settings(cluster))
        written = cluster.log.stat().st_size if cluster.log.exists() else 0
        command = [str(cluster.programs / "pg_ctl"), "-D", str(cluster.data), "-l", str(cluster.log), "-w", "-s"]
        if _run(cluster, [*command, "-t", str(START_SECONDS), "start"], check=False).returncode == 0:
            _remember(home, cluster)
            return cluster
        said = cluster.log.read_text(errors="replace")[written:] if cluster.log.exists() else ""
        if not any(word in said for word in ("could not bind", "shared memory block")):
            break
        time.sleep(0.5)  # a port just taken, or children of a killed server still ending
    raise ClusterError(f"PostgreSQL did not start. Its log, {cluster.log}, ends with:\n{said[-2000:]}")


def _first_port(home: Path) -> int:
    return _next_port(FIRST_PORT + zlib.crc32(str(home).encode()) % PORTS)


def _next_port(after: int) -> int:
    for step in range(1, PORTS):
        port = FIRST_PORT + (after - FIRST_PORT + step) % PORTS
        if _free(port):
            return port
    raise ClusterError("No free port on 127.0.0.1.")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


# --- what runs -------------------------------------------------------------------------------------------------------


def _postmaster(cluster: Cluster) -> int | None:
    """The process id of the running server, or None; a pid file left by a crash does not count.

    Reads only what every user may read of a process, as root in a container may read no more.
    """
    try:
        pid = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
        return None
    ours = arguments[0].endswith(b"/postgres") and str(cluster.data).encode() in arguments
    return pid if ours and _alive(pid) else None


def _stat(pid: int) -> tuple[str, int] | None:
    """State letter and parent of a process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields[0], int(fields[1])


def _alive(pid: int) -> bool:
    stat = _stat(pid)
    return stat is not None and stat[0] not in "ZX"


def _children(parent: int) -> list[int]:
    pids = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if (stat := _stat(pid)) is not None and stat[1] == parent]


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


# --- small print -----------------------------------------------------------------------------------------------------


def _database_user() -> pwd.struct_passwd | None:
    """For root, the user that runs the server; None means oneself."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise ClusterError("There is no user `postgres`, and PostgreSQL must not run as root. Run `make setup`.") from None


def _identity() -> dict[str, object]:
    owner = _database_user()
    if owner is None:
        return {}
    groups = [entry.gr_gid for entry in grp.getgrall() if "postgres" in entry.gr_mem]
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": groups}


def _run(
    cluster: Cluster, command: Sequence[str], *, text: str = "", check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a program as the database user, away from the terminal's signals and the caller's PG* variables.

    Output goes through a file, not a pipe: the server inherits it and would keep a pipe open.
    """
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": cluster.place}
    with (Path(cluster.place) / "said").open("w+") as said:
        done = subprocess.run(
            command,
            input=text,
            stdout=said,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            cwd=cluster.place,
            umask=0o077,
            start_new_session=True,
            check=False,
            **_identity(),
        )
        said.seek(0)
        done.stdout = said.read()
    if check and done.returncode != 0:
        raise ClusterError(f"{Path(command[0]).name} failed:\n{done.stdout[-2000:]}")
    return done


def _write_as_owner(cluster: Cluster, path: Path, text: str) -> None:
    _run(cluster, ["sh", "-c", 'cat >"$0"', str(path)], text=text)


def _write_private(path: Path, text: str) -> None:
    """Replace a file with mode 600 as a whole, so that no reader sees half of it."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def _remember(home: Path, cluster: Cluster) -> None:
    _write_private(home / "cluster.json", json.dumps(asdict(cluster), indent=1) + "\n")


def _remembered(home: Path) -> Cluster | None:
    try:
        cluster = Cluster(**json.loads((home / "cluster.json").read_text()))
    except FileNotFoundError:
        return None
    if not cluster.data.exists():
        raise ClusterError(
            f"{home / 'cluster.json'} says that the data is in {cluster.data}, which is gone. "
            "Bring it back, or delete that file to begin anew."
        )
    return cluster


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    with (home / "cluster.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

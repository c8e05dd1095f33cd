"""One private PostgreSQL cluster on disk: what is remembered of it, how it is made, launched and recognised.

Callers hold the lock of the data folder; see `scripts/cluster.py`, which is the way in.
"""

from __future__ import annotations

import json
import os
import pwd
import random
import secrets
import shutil
import socket
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psutil

from scripts import processes

ADMIN = "gridcase_admin"
DATABASE = "gridcase"
POSTGRESQL = Path("/usr/lib/postgresql")
SETTINGS = Path(__file__).with_name("cluster.conf")
EXTENSIONS = Path("/usr/share/postgresql")
FOLDER_FOR_ROOT = Path("/var/lib/gridcase")
FIRST_PORT, PORTS = 20000, 12000  # below the range from which Linux takes ports for outgoing connections
START_SECONDS = 600  # recovery after a crash may take long
LAUNCH_ATTEMPTS = 20
NO_PROCESS = 2**30  # Linux numbers processes below 2**22


class ClusterError(RuntimeError):
    """The cluster cannot do what was asked; the message says what to do."""


@dataclass(frozen=True)
class Cluster:
    """What `home/cluster.json` remembers of a cluster."""

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

    def program(self, name: str) -> str:
        """A program of the PostgreSQL release that made the data."""
        release = (self.data / "PG_VERSION").read_text().strip()
        path = POSTGRESQL / release / "bin" / name
        if not path.exists():
            raise ClusterError(
                f"The data in {self.data} belongs to PostgreSQL {release}, which is not installed. "
                f"Install postgresql-{release}-postgis-3, or throw the data away with `make reset`."
            )
        return str(path)

    def run(self, command: Sequence[str], *, text: str = "") -> tuple[int, str]:
        """Run a program as the user that owns the data."""
        owner = _account(os.stat(self.place).st_uid)
        if os.geteuid() not in (0, owner.pw_uid):
            raise ClusterError(f"The cluster in {self.place} belongs to {owner.pw_name}: be that user, or root.")
        return processes.run_as(owner, command, cwd=Path(self.place), text=text)

    def must_run(self, command: Sequence[str], *, text: str = "") -> str:
        """The same; ClusterError if the program fails."""
        status, said = self.run(command, text=text)
        if status != 0:
            raise ClusterError(f"{Path(command[0]).name} failed:\n{said[-2000:]}")
        return said

    def write(self, path: Path, text: str) -> None:
        """Write a file that only the database user may read."""
        self.must_run(["sh", "-c", 'cat >"$0"', str(path)], text=text)


def _newest_programs() -> Path:
    releases = [
        int(folder.name)
        for folder in POSTGRESQL.glob("[0-9]*")
        if (folder / "bin/initdb").exists() and (EXTENSIONS / folder.name / "extension/postgis.control").exists()
    ]
    if not releases:
        raise ClusterError(
            "PostgreSQL with PostGIS is not installed. Run `make setup`, or set DATABASE_URL to a PostGIS you have."
        )
    return POSTGRESQL / str(max(releases)) / "bin"


def create(home: Path, *, durable: bool) -> Cluster:
    """Make a cluster (UTF8, C.UTF-8, scram) with the database in it, whole or not at all."""
    programs = _newest_programs()
    cluster = Cluster(str(_make_place(home)), _free_port(), secrets.token_urlsafe(32), durable)
    fresh, password = Path(cluster.place) / "data.new", Path(cluster.place) / "password"
    try:
        cluster.write(password, cluster.password)
        initdb = [str(programs / "initdb"), "-D", str(fresh), "-U", ADMIN, "-E", "UTF8", "--locale=C.UTF-8"]
        cluster.must_run([*initdb, "--auth=scram-sha-256", f"--pwfile={password}", "--no-instructions"])
        password.unlink()
        cluster.write(fresh / "gridcase.conf", _settings(cluster))
        cluster.must_run(["sh", "-c", 'echo "include \'gridcase.conf\'" >>"$0"', str(fresh / "postgresql.conf")])
        single = [str(programs / "postgres"), "--single", "-D", str(fresh), "postgres"]
        if "ERROR" in (reply := cluster.must_run(single, text=f"CREATE DATABASE {DATABASE}\n")):
            raise ClusterError(f"The database could not be made:\n{reply}")
    except BaseException:
        shutil.rmtree(cluster.place, ignore_errors=True)
        raise
    fresh.rename(cluster.data)
    remember(home, cluster)
    return cluster


def _make_place(home: Path) -> Path:
    """A folder that the database user owns and can reach: in `home`, else (only root needs it) under /var/lib."""
    owner = _database_user()
    candidates = [home / "pg"]
    if os.geteuid() == 0:
        candidates.append(FOLDER_FOR_ROOT / f"{home.parent.name}-{secrets.token_hex(4)}")
    for place in candidates:
        if (place / "data").exists():
            raise ClusterError(
                f"{place} holds data, but {home / 'cluster.json'} with its password is gone. "
                "Bring that file back, or move the data away to begin anew."
            )
        shutil.rmtree(place, ignore_errors=True)  # an attempt that was cut off
        if not place.parent.exists():
            place.parent.mkdir()
            place.parent.chmod(0o755)
        place.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(place, owner.pw_uid, owner.pw_gid)
        if processes.run_as(owner, ["test", "-w", str(place)], cwd=Path("/"))[0] == 0:
            return place
        place.rmdir()
    raise ClusterError(f"The user {owner.pw_name} can reach none of: {', '.join(map(str, candidates))}")


def _database_user() -> pwd.struct_passwd:
    if os.geteuid() != 0:
        return _account(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise ClusterError(
            "PostgreSQL must not run as root, and there is no user `postgres`: run `make setup`."
        ) from None


def _account(number: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(number)
    except KeyError:
        raise ClusterError(f"User number {number} has no account on this machine; PostgreSQL needs one.") from None


def _settings(cluster: Cluster) -> str:
    """Settings for a small machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    buffers = min(512 if cluster.durable else 256, memory // 4)
    return SETTINGS.read_text(encoding="utf-8").format(
        port=cluster.port, name=DATABASE, buffers=buffers, cached=max(memory // 2, buffers),
        maintenance=min(256, memory // 8), durable="on" if cluster.durable else "off",
    )  # fmt: skip


def launch(home: Path, cluster: Cluster) -> Cluster:
    """Start the server, on the port remembered or, if that is taken, on another; ClusterError with its log if it fails.

    After a crash this recovers the data, as PostgreSQL does.
    """
    said = ""
    for _ in range(LAUNCH_ATTEMPTS):
        _disown_pid(cluster)
        if not _free(cluster.port):
            cluster = replace(cluster, port=_free_port())
        cluster.write(cluster.data / "gridcase.conf", _settings(cluster))
        before = cluster.log.stat().st_size if cluster.log.exists() else 0
        pg_ctl = [cluster.program("pg_ctl"), "-D", str(cluster.data), "-l", str(cluster.log), "-w", "-s"]
        status, said = cluster.run([*pg_ctl, "-t", str(START_SECONDS), "start"])
        if status == 0:
            remember(home, cluster)
            return cluster
        if cluster.log.exists():
            said += cluster.log.read_bytes()[before:].decode(errors="replace")
        if "could not bind" not in said and "shared memory block" not in said:
            break
        time.sleep(0.5)  # a port taken this moment, or children of a killed server still ending
    raise ClusterError(f"PostgreSQL did not start (its log is {cluster.log}):\n{said[-2000:]}")


def _free_port() -> int:
    ports = random.sample(range(FIRST_PORT, FIRST_PORT + PORTS), PORTS)
    if (port := next(filter(_free, ports), None)) is None:
        raise ClusterError("There is no free port on 127.0.0.1.")
    return port


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


# --- what is remembered, and what runs -------------------------------------------------------------------------------


def postmaster(cluster: Cluster) -> int | None:
    """The process id of the running server, or None. A pid file left by a crash, its number reused, does not count."""
    try:
        server = psutil.Process(int((cluster.data / "postmaster.pid").read_text().splitlines()[0]))
        words = server.cmdline()
    except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        return None
    ours = bool(words) and words[0].endswith("/postgres") and str(cluster.data) in words
    return server.pid if ours and processes.lives(server) else None


def _disown_pid(cluster: Cluster) -> None:
    """Let a pid file whose number another program has by now no longer stop the server from starting.

    The file is not deleted: by its other lines PostgreSQL sees whether sessions of the old server still run.
    """
    path = cluster.data / "postmaster.pid"
    lines = path.read_text().splitlines() if path.exists() else []
    if lines and lines[0].isdigit() and psutil.pid_exists(int(lines[0])):
        cluster.write(path, "\n".join([str(NO_PROCESS), *lines[1:]]) + "\n")


def write_private(path: Path, text: str) -> None:
    """Replace a file with mode 600 as a whole, so that no reader sees half of it."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def remember(home: Path, cluster: Cluster) -> None:
    """Keep what `remembered` gives back."""
    write_private(home / "cluster.json", json.dumps(asdict(cluster), indent=1) + "\n")


def remembered(home: Path) -> Cluster | None:
    """The cluster of `home`, None if there is none; ClusterError if its data is gone."""
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

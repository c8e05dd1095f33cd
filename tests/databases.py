"""PostGIS for the tests: one throw-away cluster a run, shared by the workers of pytest-xdist.

The cluster is started by the first test that asks (tests of pure rules never do), without fsync, in a folder of its own
under a temporary directory. It goes when the run ends, be it by Ctrl-C or by SIGKILL: the run's own process stops it,
and a guard watches that process. With TEST_DATABASE_URL set, the databases are made on that server instead, which then
must be one for tests only: roles are shared by the whole server.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import secrets
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from scripts import cluster, postgres
from tests.support import servers

RUN_FOLDER = "GRIDCASE_TEST_RUN"  # set for the workers, which inherit it
RUN_PROCESS = "GRIDCASE_TEST_PROCESS"
ROOM = 8 * 2**30  # bytes; a whole run takes less than a third of it

# Modules that take longest come first, so that no worker is left with one of them at the end.
FIRST = (
    "tests/seeds/test_year", "tests/house/test_answers", "tests/concurrency", "tests/house/test_tour", "tests/house/test_fuzz",
    "tests/access", "tests/docs", "tests/attachments", "tests/cases/test_steps", "tests/mediation", "tests/notices",
)  # fmt: skip

_guards: list[subprocess.Popen[bytes]] = []  # held, as they outlive this process


@atexit.register
def _leave_guards() -> None:
    """They end by themselves: no warning that they still run."""
    for guard in _guards:
        guard.returncode = 0


def pytest_configure(config: pytest.Config) -> None:
    """Name the run's folder, and keep what the product writes in it. Tests never meet the caller's DATABASE_URL."""
    os.environ.pop("DATABASE_URL", None)
    if not hasattr(config, "workerinput"):
        os.environ[RUN_FOLDER] = str(_roomy() / f"gridcase-tests-{secrets.token_hex(6)}")
        os.environ[RUN_PROCESS] = str(os.getpid())
    os.environ["GRIDCASE_HOME"] = str(run_folder())  # before anything asks for the master key, which is remembered


def _roomy() -> Path:
    """Where the run's folder lies: in memory if much is free there, which spares a seventh of the time; TMPDIR is obeyed."""
    memory = Path("/dev/shm")  # noqa: S108 (the folder made in it has a name that nobody guesses)
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < ROOM:
        return Path(tempfile.gettempdir())
    return memory


def pytest_unconfigure(config: pytest.Config) -> None:
    """In the run's own process: stop the cluster, and delete everything the run made."""
    if hasattr(config, "workerinput") or RUN_FOLDER not in os.environ:
        return
    if external := os.environ.get("TEST_DATABASE_URL"):
        for made in (_run_folder() / "databases").glob("*"):
            servers.drop_database(external, made.name)
    cluster.discard(Path(os.environ[RUN_FOLDER]))
    del os.environ[RUN_FOLDER]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of FIRST, then as collected."""
    items.sort(key=lambda item: next((n for n, path in enumerate(FIRST) if item.nodeid.startswith(path)), len(FIRST)))


SHARED = ("test_the_crawl_", "test_each_role_may_send_")  # take longest by far, at full length most of an hour


class ByModule(LoadFileScheduling):  # type: ignore[misc]  # xdist is untyped
    """A module stays with one worker: it has one database. Of the tests that are SHARED each worker does some, with a
    database of its own."""

    def _split_scope(self, nodeid: str) -> str:
        module: str = super()._split_scope(nodeid)
        return f"{module} {zlib.crc32(nodeid.encode()) % 2}" if any(name in nodeid for name in SHARED) else module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """The scheduler of this suite."""
    config.option.loadscopereorder = False  # by number of tests, which would leave the few that take long to the end
    return ByModule(config, log)


def server_process() -> int | None:
    """The run's own PostgreSQL, if one was started."""
    made = postgres.remembered(Path(os.environ[RUN_FOLDER])) if Path(os.environ[RUN_FOLDER]).exists() else None
    return postgres.postmaster(made) if made else None


def run_folder() -> Path:
    """A folder shared by the workers of this run and deleted at its end, for example for GRIDCASE_HOME."""
    folder = _run_folder() / "shared"
    folder.mkdir(exist_ok=True)
    return folder


def admin_url() -> str:
    """The administrator's URL of the run's PostgreSQL server, started if it does not run yet.

    Its own database stays empty: use `new_database` and `clone_database`.
    """
    if external := os.environ.get("TEST_DATABASE_URL"):
        return external
    with alone("cluster"):
        if not cluster.running(_run_folder()):
            _guards.append(cluster.spawn_guard(_run_folder(), int(os.environ[RUN_PROCESS]), throw_away=True))
        return cluster.start(_run_folder(), durable=False)


def once(task: str, act: Callable[[], object]) -> None:
    """Do something once in the whole run: the first worker that comes does it, the others wait until it is done."""
    with alone(task):
        done = _run_folder() / "tasks" / f"{task}.done"
        if not done.exists():
            act()
            done.touch()


def new_database(name: str) -> str:
    """Make an empty database and return its URL; gone at the end of the run."""
    return servers.create_database(admin_url(), _own(name))


def clone_database(template: str, name: str) -> str:
    """Copy a database made by `new_database` that nobody uses any more, and return the copy's URL."""
    return servers.clone_database(admin_url(), _own(template), _own(name))


def drop_database(name: str) -> None:
    """Drop a database of this run before its end."""
    servers.drop_database(admin_url(), _own(name))


def use(url: str, attachments: Path | None = None) -> None:
    """Let settings name a database and the folder of its files: to another database they would be orphans."""
    from app.core.settings import reread

    os.environ["DATABASE_URL"] = url
    if attachments:
        os.environ["GRIDCASE_ATTACHMENT_FOLDER"] = str(attachments)
    reread()


def _run_folder() -> Path:
    """The run's folder; the database user passes through it to its data, and nobody lists it."""
    folder = Path(os.environ[RUN_FOLDER])
    if not folder.exists():
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)
    return folder


def _own(name: str) -> str:
    """The name on the server, made unique to this run, and noted so that it is dropped at its end."""
    notes = _run_folder() / "databases"
    notes.mkdir(exist_ok=True)
    full = f"{_run_folder().name.replace('-', '_')}_{name}".lower()
    (notes / full).touch()
    return full


@contextmanager
def alone(task: str) -> Iterator[None]:
    """One worker at a time, for instance where roles are made: they belong to the server that all workers share."""
    tasks = _run_folder() / "tasks"
    tasks.mkdir(exist_ok=True)
    with (tasks / f"{task}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

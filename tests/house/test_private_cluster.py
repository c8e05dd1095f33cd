"""The private cluster: who may read it, what it survives, when it ends."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from scripts import cluster, postgres
from tests import databases


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    folder = databases.run_folder() / f"private-cluster-{os.getpid()}"
    with cluster.borrowed(folder):
        yield folder
    cluster.discard(folder)


def ask(url: str, statement: str) -> object:
    async def connect_and_ask() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(connect_and_ask())


def server_of(home: Path) -> int:
    known = postgres.remembered(home)
    assert known is not None
    pid = postgres.postmaster(known)
    assert pid is not None
    return pid


def test_it_has_postgis_utf8_and_the_locale_that_chinese_search_needs(home: Path) -> None:
    url = cluster.start(home)
    assert ask(url, "select default_version is not null from pg_available_extensions where name = 'postgis'")
    assert ask(url, "show server_encoding") == "UTF8"
    assert ask(url, "select datcollate || ' ' || datctype from pg_database where datname = current_database()") == (
        "C.UTF-8 C.UTF-8"
    )


def test_it_never_runs_as_root_and_keeps_its_password_to_itself(home: Path) -> None:
    assert Path(f"/proc/{server_of(home)}").stat().st_uid != 0
    for name in ("cluster.json", "database.url"):
        assert (home / name).stat().st_mode & 0o777 == 0o600
    url = cluster.url(home)
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(url.replace(":" + url.split(":")[2].split("@")[0], ":guessed"), "select 1")


def test_what_was_committed_survives_a_crash(home: Path) -> None:
    url = cluster.start(home)
    assert ask(url, "show fsync") == "on"
    ask(url, "create table kept as select 7 as number")
    assert cluster.kill(home) > 1
    assert not cluster.running(home)
    assert cluster.start(home) == url
    assert ask(url, "select number from kept") == 7


def test_a_pid_file_whose_number_another_program_has_does_not_stop_it(home: Path) -> None:
    cluster.start(home)
    cluster.kill(home)
    known = postgres.remembered(home)
    assert known is not None
    pid_file = known.data / "postmaster.pid"
    known.write(pid_file, "\n".join([str(os.getpid()), *pid_file.read_text().splitlines()[1:]]) + "\n")
    assert not cluster.running(home)
    assert ask(cluster.start(home), "select 1") == 1


def test_it_moves_to_another_port_when_its_own_is_taken(home: Path) -> None:
    before = cluster.start(home)
    cluster.stop(home)
    assert not (home / "database.url").exists()
    known = postgres.remembered(home)
    assert known is not None
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", known.port))
        other.listen()
        after = cluster.start(home)
    assert after != before
    assert ask(after, "select 1") == 1


def test_the_guard_stops_it_when_the_process_that_started_it_is_killed(home: Path) -> None:
    cluster.start(home)
    with (
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as watched,
        cluster.spawn_guard(home, watched.pid),
    ):
        time.sleep(0.3)
        assert cluster.running(home)
        watched.kill()
    assert not cluster.running(home)
    cluster.start(home)

"""The commands of README, docs/tutorial and docs/how-to run as they stand, against the demo city without its cases.

The ```sh blocks of a page are one script. Every fenced block is run, unless `NOT_RUN` names it and says why.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests import databases
from tests.docs.pages import PAGES, ROOT, blocks, name
from tests.docs.preloaded import client as write_client

COMMANDS = [page for page in PAGES if any(block.language == "sh" for block in blocks(page))]
SHOWN = ("http", "json", "sh")  # run by test_calls.py and here
# page → the first words of blocks that a test cannot run, or that are no commands.
NOT_RUN = {
    "README.md": {
        "make run": "serves until Ctrl-C; the drill and tests/house/test_private_cluster.py do it",
        "make check": "it is the suite",
        "staff:": "the picture",
    },
    "docs/how-to/own-city.md": {"gridcase --city town serve": "runs until Ctrl-C, as in README"},
    "docs/how-to/imports.md": {
        "gridcase city create boston": "needs the city's files; tests/imports does it with them"
    },
}
PRELUDE = """set -euo pipefail
curl() { command curl --fail-with-body "$@"; }
"""


def test_every_block_is_run_or_named_with_the_reason() -> None:
    for page in PAGES:
        not_run = NOT_RUN.get(name(page), {})
        silent = [block.text for block in blocks(page) if block.language not in SHOWN]
        assert all(text.startswith(tuple(not_run)) for text in silent), f"{name(page)}: {silent}"
        assert len(silent) == len(not_run), f"{name(page)}: NOT_RUN names a block that is gone"


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for page in PAGES:
        assert set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.M)) <= targets, name(page)


@pytest.fixture(scope="module")
def served(app: Any, client: Any) -> Iterator[str]:
    """The application on a real port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config("app.main:create_app", factory=True, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def gridcase(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project folder with a `.venv/bin/gridcase` that is at hand."""
    folder = tmp_path_factory.mktemp("project")
    (folder / ".venv" / "bin").mkdir(parents=True)
    for linked in ("app", "examples", "migrations", "seeds"):
        (folder / linked).symlink_to(ROOT / linked)
    place = folder / "socket"
    write_client(folder / ".venv" / "bin", place)
    waiting = subprocess.Popen([sys.executable, "-m", "tests.docs.preloaded", str(place)], cwd=ROOT)
    yield folder
    waiting.send_signal(signal.SIGTERM)
    waiting.wait(10)


@pytest.mark.parametrize("page", COMMANDS, ids=name)
def test_the_commands_run_as_they_stand(page: Path, served: str, gridcase: Path) -> None:
    script = PRELUDE + "\necho\n".join(block.text for block in blocks(page) if block.language == "sh")
    while not (gridcase / "socket").exists():
        time.sleep(0.05)
    environment = {**os.environ, "URL": served, "PATH": f"{gridcase}/.venv/bin:{os.environ['PATH']}"}
    with databases.alone("roles"):  # some pages make a city
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=gridcase,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr

"""The town of this folder's tests: planted once a run, copied for every module."""

import itertools
import os
import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import databases
from tests.access.town import Town, planted
from tests.cast import Cast
from tests.support.crossing import CrossingClient

ROUNDS = int(os.environ.get("GRIDCASE_ATTACK_ROUNDS", "1"))  # `make attack` plants more
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def town_template(app: Any, template: str) -> Path:
    """The database `town` and its files, and beside them what the planter knows of it."""
    folder = databases.run_folder() / "town"

    def plant() -> None:
        databases.use(databases.clone_database(template, "town"), folder)
        folder.mkdir()
        with CrossingClient(app, raise_server_exceptions=False) as client:
            (folder / "known.pickle").write_bytes(pickle.dumps(planted(Cast(client), app.openapi(), ROUNDS)))

    databases.once("town", plant)
    return folder


@pytest.fixture(scope="module")
def database(town_template: Path, worker_id: str) -> Iterator[str]:
    """A copy of the town for this module alone."""
    name = f"town_{worker_id}_{next(_numbers)}"
    folder = databases.run_folder() / name
    shutil.copytree(town_template, folder)
    url = databases.clone_database("town", name)
    databases.use(url, folder)
    yield url
    databases.drop_database(name)


@pytest.fixture(scope="module")
def town(app: Any, cast: Cast, town_template: Path) -> Town:
    """Everybody looked before and after, at the same instant."""
    known = pickle.loads((town_template / "known.pickle").read_bytes())  # noqa: S301 (written by this run)
    return Town(cast, app.openapi(), known)

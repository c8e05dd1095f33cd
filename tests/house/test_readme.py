"""The README says what is so: its tables are complete, and its examples run as they stand."""

import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app.capabilities import CAPABILITIES
from app.cases.rules import TRANSITIONS
from app.core.access import Role
from app.core.errors import CATALOGUE
from app.core.settings import Settings
from seeds.load import demo_password

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_table() -> None:
    sections = [Settings, *(capability.settings for capability in CAPABILITIES if capability.settings)]
    assert len(sections) > 7
    known = [
        field.validation_alias or f"{section.model_config['env_prefix']}{name.upper()}"
        for section in sections
        for name, field in section.model_fields.items()
    ]
    assert len(known) == len(set(known))
    for variable in known:
        assert f"| `{variable}` |" in README, variable


def test_every_problem_is_in_the_table_with_its_status() -> None:
    listed = set(re.findall(r"\| `/problems/([a-z-]+)` \| (\d{3}) \|", README))
    assert listed == {(kind.slug, str(kind.status)) for kind in CATALOGUE}


def test_every_step_and_role_is_named() -> None:
    steps = README.split("**Steps.**")[1].split("**Problems.**")[0]
    for action in TRANSITIONS:
        assert re.search(rf"\b{action}\b", steps), action
    roles = README.split("**Who sees what.**")[1].split("**Settings**")[0]
    for role in Role:
        assert f"`{role.value}`" in roles, role


def test_every_make_target_that_it_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"\bmake ([a-z]+)\b", README)) <= targets


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


def test_the_examples_run_as_they_stand(served: str, tmp_path: Path) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", README, re.M | re.S)
    assert len(blocks) >= 5
    script = 'set -euo pipefail\ncurl() { command curl --fail-with-body "$@"; }\n' + "\necho\n".join(blocks)
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "URL": served, "PASSWORD": demo_password("li.window")},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"query_code"' in done.stdout
    assert "已撤回" in done.stdout

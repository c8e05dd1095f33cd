"""The tour ends well against a city that works, and says plainly what is wrong where it does not."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from scripts.run import GRIDCASE
from scripts.service import Service, free_port
from scripts.tour.__main__ import main
from scripts.tour.case import Case
from seeds.hohhot.city import build_city


def tour(url: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`make tour` against `url`."""
    return subprocess.run(
        [sys.executable, "-m", "scripts.tour", "--url", url], capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip


@pytest.fixture(scope="module")
def service(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real service on a real port; its address."""
    running = Service("hohhot", tmp_path_factory.mktemp("tour") / "log", workers=1)
    running.start()
    yield running.url
    running.stop()


def test_the_cases_are_walked_to_their_end(service: str) -> None:
    done = tour(service)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("查询码 query code") == 4
    assert done.stdout.count("(closed)") == 6
    assert done.stdout.count("not found (404)") == 10
    assert "复查（复核）意见书 PDF" in done.stdout
    assert re.search(rf"案卷 the file, PDF \d+ kB：{service}/v1/cases/\S+/file\.pdf", done.stdout)
    assert re.search(rf"调解卷宗 file of the mediation, PDF \d+ kB：{service}/v1/mediations/\S+/file\.pdf", done.stdout)
    assert "409" in done.stdout
    assert "重发同一请求" in done.stdout


def test_without_a_server_it_says_how_to_start_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["tour", "--url", f"http://127.0.0.1:{free_port()}"])
    assert main() == 1
    assert "make run" in capsys.readouterr().err


def test_an_unexpected_answer_is_shown_and_ends_it(service: str, tmp_path: Path) -> None:
    done = tour(service, GRIDCASE_HOME=str(tmp_path))  # another key, so other passwords
    assert done.returncode == 1
    assert '"type": "/problems/not-authenticated"' in done.stderr
    assert "GRIDCASE_HOME" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_accounts_are_shown_and_the_curl_line_works_when_pasted(service: str) -> None:
    shown = subprocess.run(
        [GRIDCASE, "accounts", "--address", service], capture_output=True, text=True, timeout=60, check=True,
        env={**os.environ, "COLUMNS": "100"},
    ).stdout  # fmt: skip
    assert max(cell_len(line) for line in shown.splitlines()) <= 100
    for role in {member.role for member in build_city().cast}:
        assert f"\n{role} " in shown, role
    pasted = shown[shown.index("curl ") : shown.index("json.tool --no-ensure-ascii")] + "json.tool --no-ensure-ascii\n"
    done = subprocess.run(["sh"], input=pasted, capture_output=True, text=True, timeout=60, check=True)
    assert '"status": "registered"' in done.stdout, done.stdout
    assert '"code": "150102001001001"' in done.stdout


@pytest.mark.parametrize("act", [{"dose": "accept", "by": "li.window"}, {"walk": []}, {"_held": ""}])
def test_a_word_that_no_act_has_is_refused(act: dict[str, object]) -> None:
    with pytest.raises(LookupError, match=next(iter(act))):
        Case.walk(Case.__new__(Case), [act])


def test_what_nothing_told_is_refused() -> None:
    case = Case.__new__(Case)
    case.known = {"room": "r"}
    assert case._meant({"in": ["$room", "room"]}) == {"in": ["r", "room"]}
    with pytest.raises(LookupError, match="place"):
        case._meant({"in": ["$place"]})

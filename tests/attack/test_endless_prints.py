"""A file that takes for ever to print is given up, outside of the process that answers requests."""

import asyncio
import os
from pathlib import Path

import psutil
import pytest

from app.core.errors import Unavailable
from app.notices.actions import printed, printing
from app.notices.printer import NO_LIBRARIES
from tests.cast import Cast, Lives
from tests.support.refusals import refused

TABLE = "<table>" + "<tr><td>一</td><td>二</td></tr>" * 100_000 + "</table>"


def pdf(body: str = "<p>一页</p>") -> bytes:
    return asyncio.run(printed(body, "试"))


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second for everything, and no printer from before."""
    pdf()
    monkeypatch.setattr(printing, "SECONDS", 1)


@pytest.mark.usefixtures("hasty")
def test_an_endless_print_is_cut_and_the_next_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable, match="too much time"):
        pdf(TABLE)
    monkeypatch.setattr(printing, "SECONDS", 60)
    assert pdf().startswith(b"%PDF-")
    assert not [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE]


def test_it_is_told_as_a_503(cast: Cast, lives: Lives, monkeypatch: pytest.MonkeyPatch) -> None:
    case = lives.handling()["id"]
    monkeypatch.setattr(printing, "SECONDS", 0)
    reply = cast("chen.housing").get(f"/v1/cases/{case}/file.pdf")
    refused(reply, status=503)
    monkeypatch.undo()
    assert cast("chen.housing").get(f"/v1/cases/{case}/file.pdf").status_code == 200


def test_a_printer_that_was_killed_is_replaced() -> None:
    assert pdf().startswith(b"%PDF-")
    for printer in printing._idle:
        printer._process.kill()
        printer._process.wait()
    assert pdf().startswith(b"%PDF-")


def test_it_waits_behind_those_who_answer() -> None:
    pdf()
    (printer, *_) = printing._idle
    assert psutil.Process(printer._process.pid).nice() >= min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)
    environment = Path(f"/proc/{printer._process.pid}/environ").read_bytes()
    assert not environment.strip(b"\0"), "no secret of the service is handed on"


def test_a_machine_without_the_libraries_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing._Printer, "print", lambda *_: (NO_LIBRARIES, b""))
    with pytest.raises(Unavailable, match="Pango"):
        pdf()

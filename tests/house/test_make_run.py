"""`make run` waits for the server as long as it lives, and says what for."""

import subprocess
import sys

import pytest

from scripts import run
from scripts.service import HOST, free_port

SLOW = """
import http.server, sys, time
class Answers(http.server.BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Answers.asked += 1
        self.send_response(503 if Answers.asked < 3 else 200)
        self.end_headers()
time.sleep(0.6)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answers).serve_forever()
"""


class Going(run.Stopping):
    """Nobody asks for the end."""

    def __init__(self) -> None:
        self.asked = False


def test_a_slow_server_is_waited_for_and_one_that_ended_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "TELL_SECONDS", 0.1)
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", SLOW, str(port)], stderr=subprocess.DEVNULL)
    try:
        assert run.wait_until_ready(server, HOST, port, Going())
    finally:
        run.end(server)
    said = capsys.readouterr().err
    assert "it does not listen yet" in said
    assert "it answers 503" in said
    assert not run.wait_until_ready(server, HOST, port, Going())

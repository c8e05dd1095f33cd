"""The log tells what happened, and nothing about anybody: no text, name, phone, number, id, token, key."""

import json
import os
import subprocess
import sys
import uuid

from app.core.crypto import keys


def test_no_log_line_holds_what_people_wrote_or_any_secret(database: str) -> None:
    canary = f"canary{uuid.uuid4().hex[:10]}"
    run = subprocess.run(
        [sys.executable, "-m", "tests.access.loud", canary], capture_output=True, text=True, check=True, timeout=120,
        env={**os.environ, "GRIDCASE_LOG_LEVEL": "INFO", "DATABASE_URL": database},
    )  # fmt: skip
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert len([line for line in lines if line["event"] == "request"]) >= 17
    assert {line["status"] for line in lines if line["event"] == "request"} >= {200, 201, 400, 401, 404, 412, 422, 500}
    assert any(line["event"] in ("fault", "database") and line["exception"] for line in lines)
    for hidden in (canary, "17712345678", "Bearer", keys().master.hex()[:16], repr(keys().master)[2:20], "locals"):
        assert hidden not in run.stdout, hidden
    for line in lines:
        if line["event"] == "request":
            assert set(line) == {"event", "level", "timestamp", "request_id", "method", "route", "status", "ms"} | (
                {"actor"} if "actor" in line else set()
            )
            assert "{case_id}" in line["route"] or "-" not in line["route"]

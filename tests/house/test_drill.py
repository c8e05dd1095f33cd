"""An acknowledged registration survives crashes: three kills here, twenty in `make drill`."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.tiers import long

ROOT = Path(__file__).parents[2]


@long("the drill: kills of service and database")
def test_nothing_acknowledged_is_lost_or_doubled_by_three_kills() -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("GRIDCASE_", "DATABASE_URL"))}
    done = subprocess.run(
        [sys.executable, "-m", "scripts.drill", "--kills", "3", "--seed", "2"],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost, 0 doubled" in done.stdout

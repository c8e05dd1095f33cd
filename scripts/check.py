"""`make check`: lint, formatting, types, import contracts, and the migrations.

Of the migrations it asks that there is one head and that squawk finds nothing dangerous in the SQL of any of them; that
they go up and down is the suite's (tests/house/test_migrations.py). All checks run, also when one fails; the exit status
is 1 if any did.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

PROGRAMS = Path(sys.executable).parent
VERSION_COLUMN = "version_num VARCHAR(32)"
TOOLS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "import contracts": ["lint-imports"],
}


class Failed(Exception):
    """A check did not pass; the message is what the person should read."""


def run_tool(words: list[str]) -> None:
    """Run a tool of the environment; Failed with its output if it finds something."""
    done = subprocess.run([PROGRAMS / words[0], *words[1:]], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed((done.stdout + done.stderr).strip())


def check_one_head() -> None:
    """Two heads appear when two people add a migration at once."""
    if len(heads := ScriptDirectory.from_config(Config("alembic.ini")).get_heads()) != 1:
        raise Failed(f"there must be one head: {', '.join(heads) or 'none'}")


def check_sql() -> None:
    """squawk over the SQL of every migration, one file each, as each runs in a transaction of its own."""
    script = ScriptDirectory.from_config(Config("alembic.ini"))
    with tempfile.TemporaryDirectory(prefix="gridcase-check-") as folder:
        for revision in script.walk_revisions():
            sql = io.StringIO()
            step = f"{revision.down_revision or 'base'}:{revision.revision}"
            command.upgrade(Config("alembic.ini", output_buffer=sql), step, sql=True)
            # Alembic's own table, in the first migration, is not ours to shape
            text = sql.getvalue().replace(VERSION_COLUMN, f"-- squawk-ignore prefer-text-field\n{VERSION_COLUMN}")
            Path(folder, f"{Path(revision.path).stem}.sql").write_text(text)
        run_tool(["squawk", "--reporter", "gcc", *sorted(map(str, Path(folder).iterdir()))])


def judged(name: str, act: Callable[[], None]) -> bool:
    """Run a check, print how it went, and say whether it passed."""
    began, problem = time.monotonic(), ""
    try:
        act()
    except Failed as found:
        problem = str(found)
    except Exception:  # noqa: BLE001 (a migration may raise anything; the other checks go on, and this one has failed)
        problem = traceback.format_exc()
    print(f"{name}: {'FAILED' if problem else 'ok'} ({time.monotonic() - began:.1f} s)\n{problem}".rstrip(), flush=True)
    return not problem


def main() -> int:
    """Run all checks, the tools beside the migrations; the exit status."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        tools = [beside.submit(judged, name, partial(run_tool, words)) for name, words in TOOLS.items()]
        passed = [judged("one head", check_one_head), judged("squawk", check_sql)]
        passed += [tool.result() for tool in tools]
    if not all(passed):
        print(f"{passed.count(False)} of {len(passed)} checks failed")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())

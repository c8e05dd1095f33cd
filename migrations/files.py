"""Running the SQL files of this folder from a migration."""

import re
from pathlib import Path
from typing import Any

from alembic import op

HERE = Path(__file__).parent


def run(name: str) -> None:
    """Run a file of statements, named from this folder (`functions/keep_held.sql`), in the migration's transaction."""
    _execute((HERE / name).read_text(encoding="utf-8"))


def undo(name: str) -> None:
    """Drop what a file creates, last things first; a function with its triggers."""
    text = (HERE / name).read_text(encoding="utf-8")
    made = re.findall(r"^create (?:or replace )?(function|view|table|sequence) (\w+)", text, re.M)
    _execute("\n".join(f"drop {kind} {name}{' cascade' * (kind == 'function')};" for kind, name in reversed(made)))


def _execute(text: str) -> None:
    context = op.get_context()
    if context.as_sql:
        context.impl.static_output(text)
    else:  # the driver itself takes many statements at once
        connection: Any = op.get_bind().connection.dbapi_connection
        connection.run_async(lambda driver: driver.execute(text))

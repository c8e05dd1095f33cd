"""Running the SQL files of this folder from a migration."""

import re
from pathlib import Path

from alembic import op

HERE = Path(__file__).parent


def run(name: str) -> None:
    """Run a file of statements, named from this folder (`functions/keep_held.sql`), in the migration's transaction."""
    text = (HERE / name).read_text(encoding="utf-8")
    context = op.get_context()
    if context.as_sql:
        context.impl.static_output(text)
    else:  # the driver itself takes many statements at once
        op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(text))


def made(kind: str, names: list[str]) -> list[str]:
    """The names of what these files create, for example every `table`."""
    texts = [(HERE / name).read_text(encoding="utf-8") for name in names]
    return [found for text in texts for found in re.findall(rf"^create (?:or replace )?{kind} (\w+)", text, re.M)]

"""The database's own functions and views: what they read and write, and whose they are (the line `-- Owner: …`)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pglast

from scripts.reading.modules import tracked
from scripts.reading.statements import ROOT
from scripts.reading.tables import OWNER, Reference, sql, uses

FOLDER = "migrations/functions"
EXPRESSION = 2  # how PL/pgSQL marks a text that is no whole statement; assignments are above


def files(root: Path = ROOT) -> list[Path]:
    """One a file."""
    return [path for path in tracked(root, FOLDER) if path.suffix == ".sql"]


def owner(path: Path, root: Path = ROOT) -> str | None:
    """The capability that a function or view belongs to."""
    found = OWNER.search((root / path).read_text(encoding="utf-8"))
    return found[1] if found else None


def references(root: Path = ROOT) -> Iterator[Reference]:
    """The tables that functions and views reach, as their owners' references."""
    for path in files(root):
        for text in bodies(path, root):
            for use in uses(text):
                yield Reference(owner(path, root) or "", use.table, use.how, str(path))


def bodies(path: Path, root: Path = ROOT) -> Iterator[str]:
    """The statements and expressions inside the functions and views of a file."""
    text = (root / path).read_text(encoding="utf-8")
    for tree, one in zip((raw.stmt for raw in pglast.parse_sql(text)), pglast.split(text), strict=True):
        if isinstance(tree, sql.ViewStmt):
            yield one[one.lower().index(" as ") + 4 :]
        elif isinstance(tree, sql.CreateFunctionStmt):
            options = {option.defname: option.arg for option in tree.options}
            if options["language"].sval == "plpgsql":
                yield from _expressions(pglast.parse_plpgsql(one))
            else:
                yield options["as"][0].sval


def _expressions(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for part in node:
            yield from _expressions(part)
    elif isinstance(node, dict):
        if (found := node.get("PLpgSQL_expr")) is not None:
            query, mode = found["query"], found.get("parseMode", 0)
            yield query if mode < EXPRESSION else f"select {query.partition(':=')[2] if mode > EXPRESSION else query}"
        for part in node.values():
            yield from _expressions(part)

"""A table has one owner, the capability that its file names: the owner alone writes it, and nobody reads one above.

Every statement of the product is found by reading its code (scripts/reading), parsed by PostgreSQL's own parser, and
each table in it is held against the capability in whose file it is named. The staircase is that of pyproject.toml.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from scripts.reading import functions
from scripts.reading.modules import Module, tracked
from scripts.reading.samples import every_reference, every_statement
from scripts.reading.statements import ROOT, product
from scripts.reading.tables import Reference, declared, floors, foreign_writes, made, owners, parse, upward_reads
from scripts.reading.texts import NAMED
from tests.house.owing import compare

# PostgreSQL's own and Alembic's.
ELSEWHERE = {"alembic_version", "pg_tables", "pg_roles"}
# Files in which one capability writes the tables of others, and why (docs/explanation/decisions/database.md).
ALLOWED = {
    "app/intake/sql/register.sql": "a registration is one statement: the case, its first event and all that hangs on it",
    "app/intake/sql/live_tail.sql": "the same statement's end, for reports that come one by one: the key of the request",
}


def all_references() -> frozenset[Reference]:
    return every_reference() | frozenset(functions.references())


def line(reference: Reference) -> str:
    return f"{reference.capability} {reference.how}s {reference.table} in {reference.path}"


def test_every_place_that_runs_sql_is_understood() -> None:
    assert len(every_statement()) > 400
    assert not [f"{s.where}: {s.fills}" for s in every_statement() if not s.text.strip()]
    for statement in every_statement():
        parse(statement.text)


def test_all_sql_is_read() -> None:
    """No text of the product names a table where no statement was found that holds it."""
    named = re.compile(rf"\b(?:from|join|into|update|table)\s+(?:{'|'.join(owners())})\b")
    read: dict[Path, str] = {}
    for piece in (piece for statement in every_statement() for piece in statement.pieces):
        read[piece.path] = read.get(piece.path, "") + without_parameters(piece.text)
    unread = {
        f"{module.path}: {' '.join(part.split())[:60]}"
        for module in product().modules.values()
        for text in texts(module)
        for part in re.split(r"\{+\w*\}+", text)
        if named.search(part) and without_parameters(part) not in read.get(module.path, "")
    }
    compare("unread", unread)


def without_parameters(text: str) -> str:
    """Numbered or by name: a text is the same however its parameters are written."""
    return re.sub(r"\$\d+", "?", NAMED.sub("?", text))


def texts(module: Module) -> Iterator[str]:
    """Strings that are no docstring."""
    said = {id(node.value) for node in module.enclosing if isinstance(node, ast.Expr)}
    constants = (node for node in module.enclosing if isinstance(node, ast.Constant) and id(node) not in said)
    yield from (node.value for node in constants if isinstance(node.value, str))


def test_every_table_has_an_owner_and_is_used() -> None:
    temporary = {table for statement in every_statement() for table in made(statement.text)}
    named = {reference.table for reference in all_references()}
    assert named - set(owners()) - temporary - ELSEWHERE == set()
    assert set(owners()) - named == set()


def test_every_file_of_the_schema_names_an_owner() -> None:
    files = [path for path in tracked(ROOT, "migrations") if path.suffix == ".sql"]
    assert len(files) > 30
    assert not [str(path) for path in files if functions.owner(path) not in floors()]
    assert not [table for table, (_, said) in declared().items() if not said]


def test_a_table_is_written_by_its_owner_alone() -> None:
    foreign = foreign_writes(all_references())
    assert {reference.path for reference in foreign} >= set(ALLOWED), "an exception that nothing needs"
    compare("writes", (line(reference) for reference in foreign if reference.path not in ALLOWED))


def test_no_capability_reads_a_table_above_it_or_beside_it() -> None:
    compare("reads", map(line, upward_reads(all_references())))

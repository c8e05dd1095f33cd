"""A table has one owner, the capability whose models declare it: the owner alone writes it, and nobody reads one above.

Every statement of the product is found by reading its code (scripts/reading), parsed by PostgreSQL's own parser, and
each table in it is held against the capability in whose file it is named. The staircase is that of pyproject.toml.
"""

from functools import cache

from scripts.reading import functions
from scripts.reading.statements import all_statements
from scripts.reading.tables import Reference, floors, foreign_writes, made, owners, parse, references, upward_reads
from tests.house.owed import compare

# PostgreSQL's own and Alembic's.
ELSEWHERE = {"alembic_version", "pg_tables", "pg_roles"}


@cache
def all_references() -> frozenset[Reference]:
    of_the_product = (reference for statement in all_statements() for reference in references(statement))
    return frozenset((*of_the_product, *functions.references()))


def line(reference: Reference) -> str:
    return f"{reference.capability} {reference.how}s {reference.table} in {reference.path}"


def test_every_place_that_runs_sql_is_understood() -> None:
    assert len(all_statements()) > 400
    assert not [f"{s.where}: {s.fills}" for s in all_statements() if not s.text.strip()]
    for statement in all_statements():
        parse(statement.text)


def test_every_table_has_an_owner_and_is_used() -> None:
    temporary = {table for statement in all_statements() for table in made(statement.text)}
    named = {reference.table for reference in all_references()}
    assert named - set(owners()) - temporary - ELSEWHERE == set()
    assert set(owners()) - named == set()


def test_every_function_and_view_has_an_owner() -> None:
    assert len(functions.files()) > 5
    assert not [str(path) for path in functions.files() if functions.owner(path) not in floors()]


def test_a_table_is_written_by_its_owner_alone() -> None:
    compare("writes", map(line, foreign_writes(all_references())))


def test_no_capability_reads_a_table_above_it_or_beside_it() -> None:
    compare("reads", map(line, upward_reads(all_references())))

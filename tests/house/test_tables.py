"""A table has one owner, the capability that its file names: the owner alone writes it, and nobody reads one above.

Every string of the product and every function of the database is looked through (tests/house/reading), and each table in it
is held against the capability in whose file it is named. The staircase is that of pyproject.toml.
"""

import pytest

from tests.house.owing import compare
from tests.house.reading.files import tracked
from tests.house.reading.tables import (
    Reference,
    capability,
    declared,
    floors,
    foreign_writes,
    owners,
    references,
    upward_reads,
    uses,
)

# Files in which one capability writes the tables of others, and why (docs/explanation/decisions/database.md).
ALLOWED = {
    "app/intake/sql/register.sql": "a registration is one statement: the case, its first event and all that hangs on it",
    "app/intake/sql/live_tail.sql": "the same statement's end, for reports that come one by one: the key of the request",
}


def line(reference: Reference) -> str:
    return f"{reference.capability} {reference.how}s {reference.table} in {reference.path}"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("select a from task t join cases c on true left join lateral (select from unit) u on true", "task cases unit"),
        ("select a.x, b.y from area a, unit b where exists (select from only cell)", "area unit cell"),
        ("select from task t join cell c on true, city where city.code = $1", "task cell city"),
        ("with task as (select from cases for update) select from task", "cases"),
        ("select extract(day from at), substring(a from 2) from clock where a is distinct from b", "clock"),
        ("insert into clock (a) select b from cell", "clock! cell"),
        ("update clock k set a = 1 from cases c where k.id = c.id", "clock! cases"),
        ("delete from clock using cases where true", "clock! cases"),
        ("rating r join cases c on c.id = r.case_id", "rating cases"),
        ("what is said of a case from its unit's side", "its"),
    ],
)
def test_tables_are_found_where_sql_names_them(said: str, found: str) -> None:
    named = {name + "!" * (how == "write") for name, how in uses(said)}
    assert named == set(found.split())


def test_every_table_is_used() -> None:
    assert len(references()) > 400
    assert set(owners()) - {reference.table for reference in references()} == set()


def test_every_file_of_the_schema_names_an_owner() -> None:
    files = [path for path in tracked("migrations") if path.suffix == ".sql"]
    assert len(files) > 30
    assert not [str(path) for path in files if capability(path) not in floors()]
    assert not [table for table, (_, said) in declared().items() if not said]


def test_a_table_is_written_by_its_owner_alone() -> None:
    foreign = foreign_writes(references())
    assert {reference.path for reference in foreign} >= set(ALLOWED), "an exception that nothing needs"
    compare("writes", (line(reference) for reference in foreign if reference.path not in ALLOWED))


def test_no_capability_reads_a_table_above_it_or_beside_it() -> None:
    compare("reads", map(line, upward_reads(references())))
